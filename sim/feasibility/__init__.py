"""What a pilot can find out: progression criteria, two stages, and the programme that follows."""
