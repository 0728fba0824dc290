"""A local page to play with. The same as `mentorsim serve`."""

import sys

from sim.app import main

if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
