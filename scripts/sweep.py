"""Which assumptions matter? The same as `mentorsim sweep`."""

import sys

from sim.console import main

if __name__ == "__main__":
    sys.exit(main(["sweep", *sys.argv[1:]]))
