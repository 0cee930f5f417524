"""The checkout's entry: loads the plugin, also where the package's own entry point is not installed."""

pytest_plugins = ["verify.plugin"]
