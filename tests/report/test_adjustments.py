"""The size before each adjustment, once for every output."""

import re
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from oracles.studies import small_study

from sim import plan
from sim.report.document.model import Table
from sim.report.document.sizes import size_with_interval
from sim.report.document.words import typeset, words_of
from sim.report.files import summary_data, write_run
from sim.report.printers.html.page import page
from sim.report.results.answer import PlanAnswer
from sim.report.saved import read_run
from sim.report.telling import summary
from sim.report.topics.adjustments import adjustments_section, before_blocks

SITES = {
    "stated_as": "latent", "icc": 0.2, "shared_icc": 0.0,
    "accrual": "in_turn", "sites": 5, "per_site": 4, "size_variation": 0.0,
}  # fmt: skip


@cache
def adjusted() -> PlanAnswer:
    """Answer a study with all three."""
    return plan(
        small_study(
            effect={"shift": 0.8},
            missing={"kind": "mcar", "rate": 0.3},
            clusters={"site": SITES},
            analysis={"test": "cluster_mean_t"},
            design={"n": tuple(range(8, 61, 4))},
        )
    )


def rows(answer: PlanAnswer) -> dict[str, str]:
    """Sizes by what is not allowed for."""
    table = before_blocks(answer)[0]
    assert isinstance(table, Table)
    return {str(name): str(size) for name, size in table.rows}


def told(answer: PlanAnswer) -> str:
    """What is told below the table, in one line."""
    return " ".join(block.text for block in before_blocks(answer) if not isinstance(block, Table))


def test_every_number_is_on_screen() -> None:
    """Sizes and intervals of the answer are in the summary, with the other test in words."""
    answer = adjusted()
    names = {"missing": "missing answers", "clusters": "clusters", "multiplicity": "multiplicity",
             "all": "all of these"}  # fmt: skip
    assert [own.adjustment for own in answer.before_adjustments] == list(names)
    printed = summary(answer)
    for own in answer.before_adjustments:
        size = own.size
        assert size.at_least == size.size - 3  # type: ignore[operator]  # every fourth is studied
        words = size_with_interval(size)
        assert words.startswith(f"{size.at_least} to {size.size}")
        assert rows(answer)[names[own.adjustment]] == words
        line = next(
            text for text in printed.splitlines() if text.startswith(f"{names[own.adjustment]} ")
        )
        assert line.endswith(words)
    planned = size_with_interval(answer.sample_size)
    assert next(text for text in printed.splitlines() if text.startswith("as planned")).endswith(
        f"{planned} <"
    )
    assert told(answer) == (
        "The size before allowing for clusters or for all of these is by the paired t test."
    )
    assert told(answer) in " ".join(printed.split())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"size": 8, "low": 8, "high": 8, "at_least": None}, "at most 8"),
        ({"size": None, "low": None, "high": None}, "more than 60"),
        ({"size": None, "low": None, "high": None, "impossible": "why"}, "no size suffices"),
        (
            {"size": 12, "low": 12, "high": None, "at_least": 12, "low_at_least": 12},
            "12 (12 to more than 60)",
        ),
        ({"size": 12, "low": 12, "high": 12, "at_least": 9, "replicates": 0}, "9 to 12 (exact)"),
    ],
)
def test_limits_are_said(changes: dict[str, Any], expected: str) -> None:
    """A size below the smallest, beyond the largest, or exact, is said to be one."""
    first, *others = adjusted().before_adjustments
    changed = replace(first, size=replace(first.size, **changes))
    answer = replace(adjusted(), before_adjustments=(changed, *others))
    assert rows(answer)["missing answers"] == expected
    assert before_blocks(answer)[0] in adjustments_section(answer).blocks


def test_nothing_is_said_without_adjustments() -> None:
    """A study that has none says nothing of it, and its summary.json has an empty list."""
    answer = plan(small_study(primary="total"))
    assert before_blocks(answer) == ()
    assert "allowing for" not in summary(answer)
    assert summary_data(answer)["before_adjustments"] == []


def test_summary_json_has_the_fields() -> None:
    """Each number before is there with what it is of, its test, and the whole of its size."""
    found = summary_data(adjusted())["before_adjustments"]
    for own, data in zip(adjusted().before_adjustments, found, strict=True):
        assert data == {
            "adjustment": own.adjustment,
            "test": own.test,
            "unit": None,
            "size": asdict(own.size),
        }


def test_it_stands_in_the_page_too(tmp_path: Path) -> None:
    """The page's table has every number, with the study as it is last; none where there is none."""
    answer = adjusted()
    write_run(answer, tmp_path)
    text = page(read_run(tmp_path))
    for name, size in rows(answer).items():
        assert re.search(rf">{name}\b.*<td[^>]*>{re.escape(size)}</td>", text), name
    assert words_of(typeset(told(answer))) in text
    plain = tmp_path / "plain"
    plain.mkdir()
    write_run(plan(small_study(analysis={"adjustment": "none"})), plain)
    assert "allowing for" not in page(read_run(plain))
