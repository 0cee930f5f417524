"""Failures that are kept, and what it takes to show them again."""
