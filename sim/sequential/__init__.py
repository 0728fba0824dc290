"""Group sequential designs: boundaries, the process they stop, exact levels at looks."""
