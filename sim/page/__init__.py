"""The local page, in its extra."""
