"""Measure the power at the smallest detectable effects and write docs/detectable.md."""

import sys
from collections.abc import Iterator
from importlib import import_module
from math import hypot
from pathlib import Path
from typing import Any

from sim.jobs.detectable import detectable_for_rule

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))  # the designs are those of the tests
KNOWN: Any = import_module("oracles.detectable")
PAGE = ROOT / "docs" / "detectable.md"
PRECISE = {"replicates": 20_000, "search_replicates": 100, "block_size": 500}
FRESH = 77_001
"""A seed that no answer was made with."""
HEAD = """# Smallest detectable effects

Written by `python scripts/detectable.py`, which takes minutes; `pytest -m long` tests the same. Of
every design the smallest effect with which its primary rule is met with the target power is
searched for by {replicates:,} studies. With that effect, under another seed and stated in plain
settings, {replicates:,} other studies are simulated: their power less the target, in standard
errors of both, is to lie within 4.

| design | size | target | power under another seed | ± both errors | deviation in errors |
| --- | --- | --- | --- | --- | --- |
"""
EXACT_HEAD = """
Where the power is exact the search is too: there the power is the target to 1e-4.

| design | size | target | exact power at the answer less the target |
| --- | --- | --- | --- |
"""


def simulated() -> Iterator[tuple[str, float]]:
    """Lay out a design in a row, with its deviation."""
    for name in KNOWN.DESIGNS:
        size, study = KNOWN.design(name, monte_carlo=PRECISE)
        known = detectable_for_rule(study, size)
        tried = KNOWN.simulated_power(KNOWN.at_effect(study, size, known, FRESH))
        power, error = float(tried.value), hypot(float(tried.mcse), known.power_mcse)
        apart = (power - known.target) / error
        numbers = (f"{known.target:g}", f"{power:.4f}", f"{error:.4f}", f"{apart:+.2f}")
        yield _row((_title(name), size, *numbers)), apart


def exactly() -> Iterator[str]:
    """Lay out a design whose power is exact in a row."""
    for name in KNOWN.EXACTLY:
        size, study = KNOWN.design(name, engine="auto")
        known = detectable_for_rule(study, size)
        yield _row((_title(name), size, f"{known.target:g}", f"{known.power - known.target:+.1e}"))


def _title(name: str) -> str:
    return name.replace("_", " ")


def _row(cells: tuple[object, ...]) -> str:
    return f"| {' | '.join(map(str, cells))} |\n"


if __name__ == "__main__":
    rows, apart = zip(*simulated(), strict=True)
    largest = max(map(abs, apart))
    text = HEAD.format(**PRECISE) + "".join(rows)
    text += f"\nThe largest of {len(rows)} deviations is {largest:.2f} errors.\n"
    PAGE.write_text(text + EXACT_HEAD + "".join(exactly()), encoding="utf-8")
    sys.exit(largest >= 4)
