"""What a design can achieve: tallies, estimates, sample size."""
