"""What earlier runs have proven of a duplicity, and whether it may still be believed."""
