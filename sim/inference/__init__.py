"""What is done with the answers: tests, multiplicity, decision rules."""
