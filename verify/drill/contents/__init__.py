"""Whether what was restored can be used: files opened, databases booted."""
