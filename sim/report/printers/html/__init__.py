"""The page of a run: one file that opens without a network."""
