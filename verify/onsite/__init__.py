"""What is sent to where the files are, and runs there: standard library only."""
