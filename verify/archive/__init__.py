"""duplicity's archive format: file names, sets and chains, manifests, and whether all is there."""
