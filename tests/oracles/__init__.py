"""Independent answers to compare with; nothing here is computed by the code under test."""
