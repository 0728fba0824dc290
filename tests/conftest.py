"""What all tests share: where the oracles lie, and hypothesis without clocks or chance."""

import sys
from pathlib import Path

from hypothesis import settings

sys.path.append(str(Path(__file__).parent))  # tests import `oracles`; last, so it shadows nothing

settings.register_profile("house", deadline=None, derandomize=True, database=None)
settings.load_profile("house")
