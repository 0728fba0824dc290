"""Small runs on disk, to draw from."""

from pathlib import Path
from typing import Any

from oracles.studies import PRE, small_study
from sim import plan
from sim.report.files import write_run
from sim.report.saved import SavedRun, read_run
from sim.study import Study

HOSTILE = {
    "markup": "<script>alert(1)</script>",
    "formula": "=cmd()|'/c calc'!A0",
    "path": "../x/../../etc",
    "long": "n" * 10_000,
}
"""Names that must do no harm."""
ROLES = {"mentor": {"pre": PRE}, "mentee": {"pre": PRE, "effect": None}}


def saved_plan(folder: Path, study: Study | None = None, **changes: Any) -> SavedRun:
    """Plan a study of three domains, by default of both roles and two sizes, and read it back."""
    stated = {"roles": ROLES, "report": {"title": "A small study"}, **changes}
    write_run(plan(study or small_study(**stated)), folder)
    return read_run(folder)


def hostile_study(name: str) -> Study:
    """State a study whose title, domain and rule have a hostile name."""
    text = HOSTILE[name]
    domain = text[:80]  # the most that a domain's name may have
    rule = {"kind": "one", "endpoints": (domain,), "roles": ("mentor",)}
    return small_study(
        scale={"points": 5, "domains": (domain, "b", "c")},
        decision={"primary": text, "rules": {text: rule}},
        report={"title": text[:200]},
    )
