"""Where commands run and files lie: this machine and containers, the runs on them, and the engine."""
