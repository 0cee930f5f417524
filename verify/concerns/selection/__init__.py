"""duplicity's selection against the oracle: trials of rules and trees, many in one backup."""
