"""All that small studies print and write is as the extracts in tests/golden/ have it."""

import sys
from difflib import unified_diff
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent.parent / "scripts"))  # last, so it shadows nothing

from golden import FOLDER, SCHEMA, bounds, extract, studies

QUICK, LONG = studies("quick"), studies("long")
MOST = 80
"""Lines of a difference that are shown."""


def compare(name: str, found: str) -> None:
    """Fail with what differs from an extract."""
    kept = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    lines = unified_diff(
        kept.splitlines(), found.splitlines(), f"tests/golden/{name}.txt", "now", n=1, lineterm=""
    )
    apart = list(lines)
    shown = "\n".join(apart[:MOST])
    assert not apart, (
        f"{shown}\n{max(len(apart) - MOST, 0)} more lines\n"
        f"If this is meant: python scripts/golden.py {name}"
    )


@pytest.mark.parametrize("name", [*QUICK, *(pytest.param(o, marks=pytest.mark.long) for o in LONG)])
def test_outputs_are_as_before(name: str) -> None:
    """Terminal, tables, captions, documents, names of rows and keys are word for word as kept."""
    found = extract({**QUICK, **LONG}[name])
    compare(name, found)
    printed = found.partition("\n\n")[2].partition("\n\n#### ")[0]
    assert name == "multirun" or max(map(len, printed.splitlines())) <= 80


def test_bounds_are_as_before() -> None:
    """Every setting has the bounds, the choices and the default that are kept."""
    compare(SCHEMA, bounds())


def test_every_extract_is_compared() -> None:
    """No extract lies about that nothing writes, every experiment has one, and all are small."""
    files = list(FOLDER.glob("*.txt"))
    assert {path.stem for path in files} == {SCHEMA, *QUICK, *LONG}
    experiments = Path(__file__).parent.parent / "conf" / "experiment"
    assert {path.stem for path in experiments.glob("*.yaml")} <= set(QUICK)
    assert sum(path.stat().st_size for path in files) <= 2_000_000
