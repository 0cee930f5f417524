"""What the suite's tests do, a module a concern."""
