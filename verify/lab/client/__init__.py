"""duplicity's client: which releases there are, how its commands are spelt, and what they print."""
