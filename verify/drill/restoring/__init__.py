"""What is restored under a budget, how it is compared, and what that says of all the rest."""
