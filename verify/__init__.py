"""A verification suite for duplicity backups."""

__version__ = "0.1.0"
