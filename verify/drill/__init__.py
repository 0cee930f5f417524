"""Restore verification of a real destination, which is only read."""
