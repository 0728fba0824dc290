"""What the page shows of a run that begins, goes on, ends, or is of earlier settings."""

from __future__ import annotations

from htmltools import TagList

from sim.page.running import COMPARE
from sim.page.updates import Updates


def going(updates: Updates, scope: str) -> None:
    """Show that a run has begun."""
    _buttons(updates, scope, going=True)
    updates.html |= {f"{scope}-status": "Simulating…", f"{scope}-blocks": "starting"}
    updates.value[f"{scope}-progress"] = 0.0


def stopped(updates: Updates, scope: str, line: str) -> None:
    """Show that none goes on, and why."""
    _buttons(updates, scope, going=False)
    updates.html[f"{scope}-status"] = str(TagList(line))


def _buttons(updates: Updates, scope: str, *, going: bool) -> None:
    what = "compare" if scope == COMPARE else "run"
    updates.disabled |= {f"{scope}-{what}": going, f"{scope}-cancel": not going}
    updates.hidden |= {f"{scope}-progress": not going, f"{scope}-blocks": not going}


def aged(updates: Updates, scope: str, *, earlier: bool) -> None:
    """Mark results that are of other settings than those of the form, or take the mark away."""
    line = "The results below are of earlier settings." if earlier else ""
    updates.html[f"{scope}-age"] = line
    updates.stale[f"{scope}-answer"] = earlier
    if scope != COMPARE:
        updates.stale[f"{scope}-files"] = earlier
        updates.hidden[f"{scope}-warnings"] = not earlier  # the answer has them, and more
