"""What the newest point is and holds, against what it should be and hold."""
