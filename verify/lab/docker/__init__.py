"""The docker runtime: containers and images."""
