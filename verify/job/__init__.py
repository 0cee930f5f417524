"""A configured backup, read from `duplicity.env` and the stack file."""
