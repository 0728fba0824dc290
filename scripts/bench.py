"""Measure this program against others and against itself: python scripts/bench.py --help."""

import os
import sys


def one_thread() -> None:
    """Keep numerical libraries to one thread; they read this when they are imported."""
    for library in ("NUMBA", "OMP", "OPENBLAS", "MKL"):
        os.environ[f"{library}_NUM_THREADS"] = "1"


if __name__ == "__main__":
    one_thread()
    from benchmarks.command import main

    sys.exit(main(sys.argv[1:]))
