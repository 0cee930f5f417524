"""Where a drill's duplicity runs, and how it is called."""
