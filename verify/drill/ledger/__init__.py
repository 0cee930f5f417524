"""What drills remember from one night to the next."""
