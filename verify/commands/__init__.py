"""The console command's commands, a module each: `parser` says what it takes, `run` does it."""
