"""What is told of a pilot: tables marked alike, bounds that are none of zero, its form."""

from dataclasses import replace
from functools import cache

import numpy as np

from sim.jobs.feasibility import feasibility
from sim.report.document.guidelines import cited
from sim.report.document.model import Document, Section, Table, cells_of
from sim.report.document.words import words_of
from sim.report.results.feasibility import FeasibilityAnswer
from sim.report.telling import sections_of
from sim.report.topics.pilot_form import GUIDELINE, OF_PILOTS, annex, pilot_statement
from sim.report.topics.record import completeness_section
from sim.study import Study


@cache
def answer() -> FeasibilityAnswer:
    """A pilot in three wards, of which the middle size is the smallest that is enough."""
    forms = {"measure": "completeness", "red": 0.7, "green": 0.9}
    joining = {"measure": "recruitment", "red": 0.3, "green": 0.6, "expected": 0.5}
    study = Study(
        words={"participant": "nurse", "intervention": "the course", "site": "ward"},
        questionnaire={"items": {"listening": [0.05, 0.2, 0.5, 0.2, 0.05]}},
        effect={"shift": 0.5},
        missing={"item_rate": 0.01},
        feasibility={
            "criteria": {"joining": joining, "complete forms": forms},
            "sizes": [12, 40, 90], "simulated": 1000, "sites": 3,
        },
    )  # fmt: skip
    return feasibility(study)


def words_in(sections: tuple[Section, ...]) -> str:
    """All words of some sections."""
    blocks = (block for section in sections for block in section.blocks)
    return "\n".join(words_of(cell) for block in blocks for cell in cells_of(block))


def test_tables_by_size_mark_one_size() -> None:
    """Every table by size marks the smallest that is enough; words name the surest."""
    won = np.array([0.5, 0.6, 0.9])
    told = replace(answer(), programme=replace(answer().programme, success=won))
    blocks = [block for section in sections_of(told) for block in section.blocks]
    tables = [of for of in blocks if isinstance(of, Table) and of.head[0] == "pilot"]
    assert len(tables) == 4
    assert {str(of.rows[of.marked or 0][0]) for of in tables} == {"40"} == {str(told.needed)}
    assert words_in(sections_of(told)).count("most often after a pilot of 90 nurses.") == 1


def test_an_error_that_rounds_to_nothing_is_said_as_a_bound() -> None:
    """Errors are at most what is written, or below it; never at most less than something."""
    none = np.full(3, 1e-6)
    sure = replace(answer().programme, success_mcse=none, people_mcse=none)
    told = words_in(sections_of(replace(answer(), programme=sure, pilots=10**8)))
    assert "of success below 0.1%, of people below 0.1" in told
    assert "simulated, Monte Carlo error below 0.1%" in told
    assert "at most <" not in told
    assert "of success at most" in words_in(sections_of(answer()))


def test_the_statement_names_who_takes_part_and_where() -> None:
    """It has the number approached and recruited, the wards, and each criterion's limits once."""
    said = pilot_statement(answer()).text
    recruited = f"{answer().recruits[1]:.0f} expected to be recruited"
    assert said.startswith(f"This pilot of 40 nurses approached ({recruited}) at 3 wards asks")
    assert "joining (red up to 30%, green from 60%) and complete forms (70%, 90%)." in said


def test_a_pilots_form_rests_on_the_guideline_of_pilots() -> None:
    """It cites the extension for pilots, and no guideline of the trials that follow."""
    sections = annex(answer())
    complete = completeness_section(sections, OF_PILOTS)
    table = complete.blocks[1]
    assert isinstance(table, Table)
    assert {words_of(row[0]).partition(", ")[0] for row in table.rows} == {GUIDELINE}
    authors = [of.split()[0] for of in cited(Document("t", (*sections, complete), ()))]
    assert "Eldridge" in authors
    assert not {"Cook", "Chan", "Hopewell"} & set(authors)
