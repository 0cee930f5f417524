"""Pages for a browser: one file each, no script, nothing from elsewhere. Made of `report.json` and the ledger alone."""
