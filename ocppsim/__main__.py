"""`python -m ocppsim`."""

import sys

from ocppsim.cli import main

if __name__ == "__main__":
    sys.exit(main())
