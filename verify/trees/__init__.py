"""Trees, the edits that make histories of them, what an observer saw, and how that is compared."""
