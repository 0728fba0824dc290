"""People expected to change for the worse."""

from pathlib import Path

from oracles.studies import small_study

from sim import plan
from sim.page.answers import answer_part
from sim.report.files import write_run
from sim.report.justification import justification
from sim.report.printers.html.page import page
from sim.report.printers.markdown import markdown
from sim.report.saved import read_run
from sim.report.telling import summary
from sim.report.topics.effects import worse_off_tables

JOINT = {"joint": (
    (0.0, 0.1, 0.0), (0.3, 0.1, 0.2), (0.1, 0.1, 0.1))}  # fmt: skip


def test_people_are_counted_by_hand() -> None:
    """Of a joint table the number is that of people times the shares below the diagonal."""
    study = small_study(
        questionnaire={"points": 3, "items": ("one",)},
        roles={"mentor": {"pre": (0.1, 0.6, 0.3), "effect": JOINT}},
        design={"n": (40,)},
        primary="one", success={"one": "one"},
    )  # fmt: skip
    (table,) = worse_off_tables(plan(study))
    people = study.participants(0, 40)
    assert table.rows == (("one", f"{people * (0.3 + 0.1 + 0.1):.1f}"),)
    assert str(people) in str(table.caption)


def test_it_stands_in_every_output(tmp_path: Path) -> None:
    """Terminal, page, form and local page have the table; a role without effect has none."""
    answer = plan(small_study(design={"n": (20, 40)}))
    write_run(answer, tmp_path)
    run = read_run(tmp_path)
    screen = " ".join(summary(answer).split())
    texts = [screen, page(run), markdown(justification(run)), str(answer_part(answer, ""))]
    tables = worse_off_tables(answer)
    assert len(tables) == 1
    for text in texts:
        for table in tables:
            assert str(table.caption) in text
        assert ("of 40 mentors" in text, "mentees" in str(tables)) == (True, False)


def test_where_a_fall_is_the_success_a_rise_is_worse() -> None:
    """The people who score higher after are counted there, and the caption says so."""
    analysis = {"direction": "fall", "test": "sign", "p_value": "exact"}
    study = small_study(
        questionnaire={"points": 3, "items": ("one",)},
        roles={"mentor": {"pre": (0.1, 0.6, 0.3), "effect": JOINT}},
        analysis=analysis, design={"n": (40,)}, primary="one", success={"one": "one"},
    )  # fmt: skip
    (table,) = worse_off_tables(plan(study))
    people = study.participants(0, 40)
    assert table.rows == (("one", f"{people * (0.1 + 0.0 + 0.2):.1f}"),)
    assert str(table.caption).startswith("Expected to score higher after than before")
