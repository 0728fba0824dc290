"""A local page to play with. The same as `mentorsim serve`."""

import sys

from sim.console import main

if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
