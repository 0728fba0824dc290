"""How large must the pilot be? The same as `mentorsim feasibility`."""

import sys

from sim.console import main

if __name__ == "__main__":
    sys.exit(main(["feasibility", *sys.argv[1:]]))
