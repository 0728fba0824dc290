"""Published cases and reference values, run through our functions."""
