"""Interim looks from a study to its answer: refused, warned of, compared, saved and said."""

import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from oracles.studies import small_study

from sim.errors import StudyError
from sim.jobs.interim import interim_plan
from sim.jobs.plan import check, plan
from sim.report.charts.interim import boundary_chart
from sim.report.document.model import Document
from sim.report.printers.markdown import markdown
from sim.report.printers.terminal import WIDTH
from sim.report.results.answer import PlanAnswer
from sim.report.results.encoding import decode, encode
from sim.report.results.rows import answer_rows, result_rows
from sim.report.telling import summary
from sim.report.topics.interim import gain_sentences
from sim.report.topics.look_levels import levels_words
from sim.report.topics.record import interim_section

ONE_ITEM: dict[str, Any] = {
    "questionnaire": {"points": 5, "items": ("a",), "totals": {}},
    "success": {"it": "a"},
    "primary": "it",
    "engine": "auto",
    "effect": {"shift": 0.9},
}


@cache
def answer(looks: int = 3) -> PlanAnswer:
    """Plan a study of one item with looks."""
    interim = {"looks": looks, "boundary": "pocock", "futility": {"p": 0.5}, "lag": 2}
    return plan(small_study(**ONE_ITEM, interim=interim, design={"n": (12, 24, 36)}))


REFUSED = {
    "looks in two ways": ({"looks": 2, "sizes": (5,)}, {}, "cannot be had together"),
    "no looks": ({"boundary": "pocock"}, {}, "must be stated"),
    "falling looks": ({"looks": (0.5, 0.4)}, {}, "must rise"),
    "no parameter": ({"looks": 2, "boundary": "kim_demets"}, {}, "must be given"),
    "one level": ({"looks": 3, "boundary": "levels", "levels": (0.01,)}, {}, "must be 3 levels"),
    "levels of another": ({"looks": 2, "levels": (0.01, 0.05)}, {}, "goes with"),
    "no futility": ({"looks": 2, "futility": {}}, {}, "must be the only one"),
    "precision": ({"looks": 2}, {"design": {"n": (8,), "solve": "precision"}}, "interim=none"),
    "graph": (
        {"looks": 2},
        {"analysis": {"adjustment": "graphical", "graph": {"weights": {"a": 1.0},
                                                           "transitions": {}}}},
        "graph over looks",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("interim", "changes", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_under_looks_is_refused(
    interim: dict[str, Any], changes: dict[str, Any], words: str
) -> None:
    """One line names the field and what would be right."""
    with pytest.raises(StudyError, match=words):
        small_study(interim=interim, **changes)


def test_levels_that_leave_nothing_are_refused() -> None:
    """Haybittle and Peto's early looks can use up a small level."""
    study = small_study(interim={"looks": 2, "boundary": "haybittle_peto"},
                        analysis={"alpha": 0.001})  # fmt: skip
    with pytest.raises(StudyError, match=r"interim\.boundary: haybittle_peto"):
        check(study)


def test_one_look_gives_the_same_rows() -> None:
    """A study that is looked at once, at its end, has every row of one without looks."""
    both = (plan(small_study()), plan(small_study(interim={"looks": 1})))
    first, second = (list(answer_rows(each, result_rows)) for each in both)
    assert repr(first) == repr(second)


def test_a_look_that_cannot_be_significant_is_warned_of() -> None:
    """Of 16 people the first look at eight has no p-value as small as O'Brien and Fleming ask."""
    study = small_study(**ONE_ITEM, interim={"looks": 2, "boundary": "obrien_fleming"},
                        design={"n": (16,)})  # fmt: skip
    found = plan(study)
    assert found.interim is not None
    assert found.interim.looks[0].possible_from is None
    assert found.characteristics.interim is not None
    assert found.characteristics.interim.met.value[0, 0] == 0
    assert any("The look at 8 of 16" in warning for warning in found.warnings)


def test_the_fixed_design_is_that_of_the_study_without_looks() -> None:
    """Beside the study with looks stands the answer that it has without, to the last digit."""
    gain = answer().interim_gain
    assert gain is not None
    without = plan(small_study(**ONE_ITEM, design={"n": (12, 24, 36)})).sample_size
    assert gain.fixed == without
    assert {size.effect for size in gain.expected} == {"planned", "half", "none"}
    assert all(12 / 3 <= size.analysed <= size.recruited <= 36 for size in gain.expected)


def test_an_answer_with_looks_is_read_back_as_it_was() -> None:
    """Saved and read, it has the same rows."""
    read = decode(PlanAnswer, encode(answer(), "plan"))
    assert repr(list(answer_rows(read, result_rows))) == repr(
        list(answer_rows(answer(), result_rows))
    )


@pytest.mark.parametrize(
    ("looks", "said"),
    [
        ({"looks": 2}, "p at most 0.0031 and 0.049"),
        ({"looks": 4}, "p below 0.0001, at most 0.0030, 0.018 and 0.044"),
        ({"looks": 4, "spend": "exact"}, "of below 0.0001, at most 0.0031, 0.019 and 0.050 allows"),
    ],
)
def test_a_level_that_is_hardly_any_is_said_as_a_bound(looks: dict[str, Any], said: str) -> None:
    """What is below the last digit shown is below it, never at most below; said once in a row."""
    planned = interim_plan(small_study(**ONE_ITEM, interim=looks, design={"n": (40,)}), 40)
    assert planned is not None
    assert said in levels_words(planned)


def test_looks_are_said_within_the_screen() -> None:
    """The terminal tells the looks, where studies end, and the price, in lines that fit."""
    lines = summary(answer()).splitlines()
    assert max(map(len, lines)) <= WIDTH
    said = " ".join(" ".join(lines).split())
    for words in ("is looked at after", "ends for futility", "Without looks the study needs",
                  "met, no effect", "where futility ends no study"):  # fmt: skip
        assert words in said, words


def test_what_looks_save_is_told_of_sizes_of_like_power_alone() -> None:
    """Both powers stand beside the sizes; sizes far apart, of unlike powers, are not compared."""
    coarse = answer()
    gain, size = coarse.interim_gain, coarse.sample_size
    assert gain is not None
    assert gain.fixed.size is not None
    assert size.size is not None
    far, same, *_ = gain_sentences(coarse)
    for of in (gain.fixed, size):
        assert f"with power {of.power:.3f}" in far
    assert not re.search("on average|fewer|more", far)
    analysed, win = gain.expected[0].analysed, gain.expected[0].win
    assert f"and {analysed:.1f} on average with them, with power {win:.3f}" in same
    known = replace(gain, fixed=replace(gain.fixed, at_least=gain.fixed.size))
    sizes = tuple(replace(of, at_least=of.size) for of in coarse.sample_sizes)
    close = replace(coarse, interim_gain=known, sample_sizes=sizes)
    less = gain.expected[0].analysed - gain.fixed.size
    said = f"{analysed:.1f} on average, {abs(less):.1f} {'more' if less > 0 else 'fewer'}."
    assert said in next(gain_sentences(close))


@pytest.mark.parametrize(("looks", "labels"), [(2, 1), (3, 0)])
def test_a_bound_that_is_one_point_is_named_beside_it(looks: int, labels: int) -> None:
    """Futility at a single look is a point, whose words stand beside it; at several, a line."""
    interim = {"looks": looks, "futility": {"p": 0.3}}
    planned = interim_plan(small_study(**ONE_ITEM, interim=interim, design={"n": (36,)}), 36)
    figure = boundary_chart(replace(answer(), interim=planned))
    assert figure is not None
    futile = [row for row in figure.spec["data"]["values"] if row["for"] == "futility"]
    assert len(futile) == looks - 1
    assert [row["said"] for row in futile if row["said"]] == [
        "ends for futility below z 0.52"
    ] * labels


def test_guidelines_are_answered_by_the_looks_planned() -> None:
    """A form says what is planned, and asks the planner alone who sees it and who decides."""
    planned = answer()
    reasons = planned.study.report.reasons.model_copy(update={"interim": "The monitor decides."})
    report = planned.study.report.model_copy(update={"reasons": reasons})
    told = replace(planned, study=planned.study.model_copy(update={"report": report}))
    for of, status in ((planned, "missing"), (told, "complete")):
        section = interim_section(of)
        asked = {needed.label: needed.status for needed in section.requirements}
        assert asked == {"CONSORT 2025, item 16b": "complete", "SPIRIT 2025, item 28b": status}
        said = markdown(Document("t", (section,), ()))
        for stated in ("after 8, 16 and 24 pairs", "(Pocock 1977)", "above 0.500", "Without looks"):
            assert stated in said
        assert ("The monitor decides." in said) == (status == "complete")
        assert ("[to be completed: who sees" in said) == (status == "missing")
