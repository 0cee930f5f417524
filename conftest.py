"""The checkout's entry: loads the plugin, also where the package's own entry point is not installed."""

import signal

pytest_plugins = ["verify.plugin"]

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell starts what it sends to the background
    signal.signal(signal.SIGINT, signal.default_int_handler)  # children inherit it, and tests interrupt theirs
