"""What the tests of the suite do: one module for each concern."""
