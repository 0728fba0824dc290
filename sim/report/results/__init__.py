"""The answer of a plan, and its rows: one line for every number of results.csv."""
