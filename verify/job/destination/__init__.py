"""Where a job backs up to: its URL as duplicity reads it, and what is wrong with it."""
