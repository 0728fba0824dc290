"""What the pilot's p-value says, once for every output."""

from dataclasses import replace
from pathlib import Path

import pytest
from oracles.saved import bare

from sim import compose_study, plan
from sim.report.document.model import Section, Table
from sim.report.files import write_run
from sim.report.printers.html.page import page
from sim.report.results.answer import PlanAnswer
from sim.report.saved import read_run
from sim.report.telling import summary
from sim.report.topics.pilot import pilot_sections

QUICK = ["monte_carlo.replicates=100", "monte_carlo.search_replicates=100", "store.file=null"]
HEADING = "What the pilot\N{RIGHT SINGLE QUOTATION MARK}s p-value says"


@pytest.fixture(scope="module")
def replay() -> PlanAnswer:
    """The replay of the pilot, which asks for its example."""
    return plan(compose_study([*QUICK, "experiment=pilot_replay", "effect.prior=null"]))


def with_changes(answer: PlanAnswer, *changes: int) -> PlanAnswer:
    """Give the example other changes."""
    pilot = answer.study.pilot
    assert pilot is not None
    assert pilot.example is not None
    example = pilot.example.model_copy(update={"changes": changes})
    stated = pilot.model_copy(update={"example": example})
    return replace(answer, study=answer.study.model_copy(update={"pilot": stated}))


def told(answer: PlanAnswer) -> tuple[Table, str]:
    """The table, and what is told below it."""
    (section,) = pilot_sections(answer)
    table, *paragraphs = section.blocks
    assert isinstance(table, Table)
    return table, " ".join(part.text for part in paragraphs if not isinstance(part, Table))


def test_every_test_has_its_p(replay: PlanAnswer, tmp_path: Path) -> None:
    """The p-value of every test is printed whole, on screen and in the page, and what fits."""
    table, below = told(replay)
    assert table.rows[0] == ("signed-rank, exact", "0.0625", "no")
    assert [row[0] for row in table.rows if row[2] == "yes"] == [
        "signed-rank, normal approximation"
    ]
    assert "(+1, +1, +2, +2, +3, 0) in 6 people" in str(table.caption)
    write_run(replay, tmp_path)
    text, shown = bare(page(read_run(tmp_path))), summary(replay)
    assert HEADING in text
    for test, p, fits in table.rows:
        assert f"{test}</th><td>{p}</td><td>{fits}</td>" in text
        assert any(str(test) in line and str(p) in line for line in shown.splitlines())
    assert below in " ".join(shown.split())


@pytest.mark.parametrize(
    ("changes", "one_way", "never"),
    [
        ((1, 1, 2, 2, 3, 0), "2^(1-5) = 0.0625", True),
        ((-1, -1, -2, -2, -3, 0), "2^(1-5) = 0.0625", True),
        ((1, 1, 2, 2, 3, 1), "2^(1-6) = 0.03125", False),
        ((1, 1, 2, 2, -3, 0), None, False),
        ((0, 0), None, False),
    ],
)
def test_what_an_exact_test_can_tell(
    replay: PlanAnswer,
    changes: tuple[int, ...],
    one_way: str | None,
    never: bool,  # noqa: FBT001
) -> None:
    """It is told only of changes that all go one way, and not called hopeless where it is not."""
    _, below = told(with_changes(replay, *changes))
    assert ("all in one direction" in below) == (one_way is not None)
    assert one_way is None or one_way in below
    assert ("cannot be significant at 0.05" in below) == never


def test_nothing_is_told_where_it_is_not_wanted(replay: PlanAnswer) -> None:
    """Without scores of an example there is no section."""
    none: tuple[Section, ...] = ()
    assert pilot_sections(replace(replay, pilot_scores=())) == none
