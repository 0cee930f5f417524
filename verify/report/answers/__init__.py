"""What a command prints beside its run: JSON, or a table."""
