"""Small runs on disk, to draw from."""

import json
import re
from pathlib import Path
from typing import Any

from oracles.studies import PRE, small_study
from sim import plan
from sim.report.files import write_run
from sim.report.results.answer import PlanAnswer
from sim.report.results.rows import Row, assurance_rows, result_rows
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
    stated = {"roles": ROLES, "title": "A small study", **changes}
    write_run(plan(study or small_study(**stated)), folder)
    return read_run(folder)


def rows_of(answer: PlanAnswer) -> list[Row]:
    """Lay an answer out in the rows of its results.csv."""
    main = answer.characteristics
    averaged = [row for prior in answer.assurances for row in assurance_rows(main, prior)]
    return [*result_rows(main), *result_rows(answer.null_characteristics, "null_"), *averaged]


def summary_of(run: SavedRun) -> dict[str, Any]:
    """Read what a run left as plain data."""
    name = "sweep.json" if run.job == "sweep" else "summary.json"
    data: dict[str, Any] = json.loads((run.folder / name).read_text(encoding="utf-8"))
    return data


def wherever(run: Path, name: str) -> dict[str, Any]:
    """Read a run's summary, but for where it was computed and where its blocks were kept."""
    data: dict[str, Any] = json.loads((run / name).read_text(encoding="utf-8"))
    stated = data["study"].items()
    data["study"] = {key: value for key, value in stated if key not in ("compute", "store")}
    return data


def bare(html: str) -> str:
    """Leave out the attributes of a page's elements, and its spans."""
    return re.sub(r"<([a-z]+)[^>]*>", r"<\1>", html.replace("</span>", "")).replace("<span>", "")


def hostile_study(name: str) -> Study:
    """State a study whose title, domain and rule have a hostile name."""
    text = HOSTILE[name]
    item = text[:200]  # the most that an item's name may have
    return small_study(
        questionnaire={"points": 5, "items": (item, "b", "c")},
        success={item: f"any of {[item]}"},
        primary=item,
        title=text[:200],
    )
