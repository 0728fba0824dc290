"""What a run of the benchmarks says: a table as it goes, and docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.timing import Effort, Row, Spread, Target

WIDTHS = (42, 7, 7, 25)
READINGS = {
    "speed": "x speed",
    "time": "x time",
    "memory": "x memory",
    "slope": " slope",
}
PACKAGES = ("mentorsim", "numpy", "scipy", "numba", "statsmodels")


@dataclass
class Section:
    """One benchmark: what it is, its rows, what could not be run."""

    name: str
    title: str
    meaning: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *rows: Row) -> None:
        """Keep rows and print them."""
        for row in rows:
            self.rows.append(row)
            print(line(cells(row)), flush=True)

    def note(self, text: str) -> None:
        """Keep a remark and print it."""
        self.notes.append(text)
        print(f"  {text}", flush=True)


def heading(section: Section) -> str:
    """Title of a section and of its columns."""
    return f"\n{section.title}\n" + line(("", "ours", "peer", "ratio [range]", "target"))


def line(parts: Sequence[str]) -> str:
    """Align the cells of a row within 100 columns."""
    name = parts[0] if len(parts[0]) <= WIDTHS[0] else parts[0][: WIDTHS[0] - 1] + "…"
    ours, peer, ratio, target = parts[1:]
    first = f"{name:{WIDTHS[0]}} {ours:>{WIDTHS[1]}} {peer:>{WIDTHS[2]}}"
    return f"{first} {ratio:>{WIDTHS[3]}} {target}".rstrip()


def cells(row: Row) -> tuple[str, str, str, str, str]:
    """A row as text: work, ours, peer, ratio, target and whether it is met."""
    memory = row.reading == "memory"
    show = megabytes if memory else duration
    ratio = f"{number(row.ratio.median)}{READINGS[row.reading]} {span(row.ratio)}"
    return row.work, show(row.ours), show(row.peer), ratio, aim(row)


def aim(row: Row) -> str:
    """The target and whether it is met."""
    if row.target is None:
        return ""
    return f"{bound(row.target)} {'met' if row.met else 'MISSED'}"


def bound(target: Target) -> str:
    """A target in signs."""
    sign = ">=" if target.at == "least" else "<="
    return f"{sign} {duration(target.bound) if target.of == 'ours' else f'{target.bound:g}x'}"


def number(value: float) -> str:
    """Three digits that count."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def span(spread: Spread) -> str:
    """Smallest and largest."""
    return f"[{number(spread.low)}-{number(spread.high)}]"


def duration(seconds: float) -> str:
    """Seconds in the unit that suits them."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{number(seconds / size)} {unit}"
    return f"{number(seconds / 1e-9)} ns"


def megabytes(amount: float) -> str:
    """Bytes as megabytes."""
    return f"{amount / 1e6:.0f} MB"


def verdict(sections: Sequence[Section]) -> str:
    """Count the targets met, and name the others."""
    aimed = [(s, row) for s in sections for row in s.rows if row.target is not None]
    missed = [f"{s.name}: {row.work}" for s, row in aimed if not row.met]
    text = f"{len(aimed) - len(missed)} of {len(aimed)} targets met."
    return text + (f" Missed: {'; '.join(missed)}." if missed else "")


# ------------------------------------------------------------------------- docs/benchmarks.md

_INTRO = """\
# Benchmarks

Written by `python scripts/bench.py --write`; no figure is typed by hand.

Every row compares two ways to do the same work in the same run. They take turns (A B A B), each
{rounds} times ({few} where a turn takes seconds), after one call of each that is not counted and
pays for the compilation. The ratio is worked out turn by turn; its median stands first, its range
in brackets. Times of one machine say little about another, ratios say more. Python packages use one
thread and are timed in CPU seconds, except where the clock on the wall is named.

Each side's answer is checked against the known one (within 4 Monte Carlo standard errors) before
its time is believed: a wrong answer is refused.

- `x speed`: how many times as fast as the peer this program is (the peer's time over ours).
- `x time`, `x memory`: ours over that of what it is compared with.
- `slope`: of log time against the log of what grows; 1 is in proportion to it.

{machine}

**{verdict}**
"""


def document(sections: Sequence[Section], effort: Effort) -> str:
    """Text of docs/benchmarks.md."""
    intro = _INTRO.format(
        rounds=effort.rounds, few=effort.few().rounds, machine=machine(), verdict=verdict(sections)
    )
    quick = "\nA quick run: long work was cut short.\n" if effort.quick else ""
    return "\n".join([intro + quick, *(_section(section) for section in sections)])


_HEAD = ["| | ours | peer | ratio [range] | target |", "| --- | ---: | ---: | ---: | --- |"]


def _section(section: Section) -> str:
    lines = [f"## {section.title}", "", section.meaning, ""]
    if section.rows:
        lines += _HEAD
    for row in section.rows:
        lines.append("| " + " | ".join(cells(row)) + " |")
    notes = [f"- {text}" for text in section.notes]
    return "\n".join([*lines, *([""] if notes and section.rows else []), *notes, ""])


def machine() -> str:
    """What it ran on and with, without names of hosts or folders."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    packages = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    where = f"{platform.system()} on {platform.machine()}, {os.cpu_count()} processors"
    return f"Machine: {where}. Software: {python}, {packages}."


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(not installed)"


def write(text: str, path: Path) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(exist_ok=True)
    beside = path.with_suffix(".tmp")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
