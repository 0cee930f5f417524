"""Who is told of a drill, and what. Nothing that happens here changes a verdict or an exit code."""
