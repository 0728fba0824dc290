"""What can this design achieve, and how large must it be? The same as `mentorsim plan`."""

import sys

from sim.console import main

if __name__ == "__main__":
    sys.exit(main(["plan", *sys.argv[1:]]))
