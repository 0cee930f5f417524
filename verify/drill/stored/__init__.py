"""What lies at a destination: objects, sets and chains, what manifests say of them, and whether all is there."""
