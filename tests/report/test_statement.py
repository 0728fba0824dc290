"""The statement of a sample size fits a form."""

import io
import struct
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from oracles.saved import saved_plan

from sim import compose_study, plan
from sim.report.document.model import Picture
from sim.report.document.words import Blank, line
from sim.report.justification import justification
from sim.report.printers.word import word
from sim.report.results.answer import PlanAnswer
from sim.report.topics.statement import MOST_WORDS, count_words, fitted, statement

QUICK = ("monte_carlo.replicates=100", "monte_carlo.search_replicates=100",
         "monte_carlo.block_size=50", "effect.prior=null")  # fmt: skip
EXPERIMENTS = sorted(path.stem for path in Path("conf/experiment").glob("*.yaml"))


def planned(*words: str) -> PlanAnswer:
    """Plan a small study."""
    return plan(compose_study([*QUICK, *words]))


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_statement_of_every_experiment_fits(name: str) -> None:
    """It has at most 120 words, and says design, test, level, effect, power and number."""
    words = ["design.n=[20,40]", f"experiment={name}"]
    answer = planned(*words) if name != "assurance" else plan(
        compose_study([*words, *QUICK[:3], "effect.prior.draws=20", "effect.prior.replicates=20"])
    )  # fmt: skip
    found = statement(answer)
    assert count_words(found.parts) <= MOST_WORDS
    text = found.text
    assert "significance level of 0.05" in text
    assert answer.study.analysis.test_facts.in_prose in text
    assert f"{answer.sample_size.power:.2f}" in text or "does not justify" in text
    assert ("The effect assumed is" in text) or ("No effect is assumed." in text)
    assert not {"roles.", "pre_post", "_"} & set(text.replace("two_", ""))


def test_details_go_before_the_statement_grows_too_long() -> None:
    """Of a study with much to say the method and then the allowances are left out, whole."""
    name = "a long name of some outcome here"
    domains = ",".join(f"'{d}: {name}'" for d in "abc")
    long = [f"questionnaire.items=[{domains}]", "pilot=none", "design.n=[20,60]", "missing=mcar",
            "effect=shift", "clusters=sites", "analysis.test=cluster_mean_t",
            "~success", "+success={each: all of items}",
            "primary=each",
            "report.reasons.difference_why='twenty words of a reason that is as long as it may "
            "be so that the statement as a whole is close to the limit'"]  # fmt: skip
    found = statement(planned(*long))
    assert count_words(found.parts) <= MOST_WORDS
    assert "The effect assumed is" in found.text
    assert "The number allows for" not in found.text


def test_short_forms_make_room_before_anything_is_left_out() -> None:
    """What must be told stands; the rest by rank, in few words where more have no room."""
    must, first, second = (line(" ".join([word] * n)) for word, n in (("a", 90), ("b", 20),
                                                                      ("c", 20)))  # fmt: skip
    brief = line("c c c")
    whole = fitted([(0, must), (2, brief, second), (1, first)])
    assert whole.text.split() == ["a"] * 90 + ["c"] * 3 + ["b"] * 20
    assert fitted([(0, must), (2, second), (1, first)]).text.split() == ["a"] * 90 + ["b"] * 20
    assert count_words(fitted([(0, must), (2, brief, second)]).parts) == 110
    assert count_words(fitted([(0, must), (0, must), (1, brief)]).parts) == 180


def test_a_basis_that_is_not_given_is_a_blank() -> None:
    """Where nobody says why this effect, the planner is asked; the pilot's is cited."""
    unknown = statement(planned("effect=shift", "design.n=[20,60]"))
    assert [part.text for part in unknown.parts if isinstance(part, Blank)]
    pilot = planned("design.n=[20,60]")
    assert "(Raju 2022)" in statement(pilot).text
    given = replace(pilot, study=compose_study([*QUICK, "effect=shift", "design.n=[20,60]",
                    "report.reasons.difference_why='agreed with patients'"]))  # fmt: skip
    assert "agreed with patients" in statement(given).text


def test_the_picture_is_as_sharp_as_print(tmp_path: Path) -> None:
    """The curve on the first page of the Word file has at least 200 dots an inch."""
    form = justification(saved_plan(tmp_path))
    (shape,) = docx.Document(io.BytesIO(word(form))).inline_shapes
    picture = form.sections[0].blocks[1]
    assert isinstance(picture, Picture)
    wide, _ = struct.unpack(">II", picture.png[16:24])
    assert wide / shape.width.inches > 200


def test_the_power_is_that_of_one_size() -> None:
    """Where the answer is a range the statement says at which size the power is; else it is there.

    The people in brackets are those of the same size.
    """
    ranged = planned("design.n=[20,120]", "effect=shift")
    size = ranged.sample_size
    assert (size.size, size.at_least) == (120, 21)
    there = f"with 120 (120 mentors and {ranged.study.participants(1, 120)} mentees)"
    assert f"needs 21 to 120 pairs for a power of 0.80; {there} it is {size.power:.2f}." in (
        statement(ranged).text
    )
    known = planned("design.n=[20,21,22,23,24,25,26,27,28,29,30,31,32]", "effect=shift")
    assert known.sample_size.at_least == known.sample_size.size is not None
    assert f"; there it is {known.sample_size.power:.2f}." in statement(known).text
