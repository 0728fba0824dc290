"""Show saved results again, or side by side. The same as `mentorsim report`."""

import sys

from sim.console import main

if __name__ == "__main__":
    sys.exit(main(["report", *sys.argv[1:]]))
