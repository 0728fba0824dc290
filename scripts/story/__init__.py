"""docs/pilot.md: what a pilot of six mentors and five mentees can tell."""
