"""Looking at the storage where a backup lies; nothing here writes to it."""
