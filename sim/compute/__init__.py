"""Where it runs: random streams, executors, blocks. Knows nothing of trials."""
