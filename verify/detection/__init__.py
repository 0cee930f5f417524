"""What the suite detects: defects planted in duplicity, a store, a job or a machine, and the checks that catch them."""
