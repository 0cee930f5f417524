"""The env file, as docker and as docker compose read it."""
