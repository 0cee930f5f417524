"""The points of a backup: how old the newest is, what it holds, and what it should hold."""
