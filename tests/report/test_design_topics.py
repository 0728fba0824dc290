"""Design, test, assumptions and record are said in the study's words, and their numbers stand."""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from oracles.saved import ROLES
from oracles.studies import CONTROL, small_study

from sim import compose_study, plan
from sim.manifest import Provenance
from sim.report.document.model import Table
from sim.report.document.phrases import has_saw_teeth
from sim.report.document.words import Blank, words_of
from sim.report.files import write_run
from sim.report.results.answer import PlanAnswer
from sim.report.topics.assumptions import (
    assumptions_section,
    assumptions_table,
    effect_words,
    stated,
)
from sim.report.topics.design import allocation_words, criterion, design_sentence
from sim.report.topics.method import method_section, multiplicity_words, test_sentence
from sim.report.topics.record import (
    ademp_table,
    completeness_section,
    limits_section,
    replication_table,
)
from sim.report.topics.size import people_words
from sim.report.topics.sources import Source, sources
from sim.study import Study
from sim.study.words import Words

test_sentence.__test__ = False  # type: ignore[attr-defined]  # a function of ours, no test
WARD = Words(
    intervention="the course", treated="trained", unit="nurse", site="ward", item="question"
)


@pytest.fixture(scope="module")
def answer() -> PlanAnswer:
    """A study of two arms and roles, with drop-out and a rule of several endpoints."""
    rule = "at least 2 of items for [mentor, mentee]"
    return plan(
        small_study(
            roles=ROLES,
            effect={"shift": 0.8},
            control={**CONTROL, "ratio": (2, 1)},
            missing={"kind": "mcar", "rate": 0.1},
            analysis={"test": "welch_t"},
            primary="two",
            success={"two": rule},
        )
    )


@pytest.fixture(scope="module")
def single() -> PlanAnswer:
    """A study of one group whose rule looks at the total, with assurance."""
    words = ["effect=believed", "roles.mentee=null", "design.n=[20,40]",
             "effect.prior.draws=20", "monte_carlo.replicates=200", "clusters=sites",
             "monte_carlo.search_replicates=200", "success={at least 4 domains:null}",
             "store.file=null"]  # fmt: skip
    return plan(compose_study(words))


@pytest.fixture(params=["answer", "single"])
def either(request: pytest.FixtureRequest) -> PlanAnswer:
    """Each of them."""
    found: PlanAnswer = request.getfixturevalue(request.param)
    return found


# ------------------------------------------------------------------- where numbers come from


def looked_up(source: Source, folder: Path) -> Iterator[object]:
    """Follow a source to its file: the number there, with its error in results.csv."""
    if source.file != "results.csv":
        found: Any = json.loads((folder / source.file).read_text())
        for key in source.place:
            found = found[key]
        yield found
        return
    wanted = dict(zip(source.place[::2], map(str, source.place[1::2]), strict=True))
    with (folder / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if wanted.items() <= row.items()]
    assert len(rows) == 1, source
    yield from (float(rows[0]["value"]), float(rows[0]["mcse"]))


def numbers(words: str) -> list[float]:
    """Numbers in words; percents as shares."""
    share = 0.01 if words.endswith("%") else 1.0
    return [share * float(found) for found in re.findall(r"[+-]?\d+(?:\.\d+)?", words)]


def values_of(found: list[object], study: Study) -> list[float]:
    """Give what stands there: one number, or the ends of those of the rule's endpoints."""
    first = found[0]
    if isinstance(first, Mapping):
        first = [first[name] for name in study.endpoints]
    if isinstance(first, list):
        chosen = [first[study.endpoints.index(name)] for name in study.primary_endpoints]
        return [min(chosen), max(chosen)]
    return [float(value) for value in found if isinstance(value, int | float)]


def test_every_number_stands_where_it_is_said_to(either: PlanAnswer, tmp_path: Path) -> None:
    """The place of each source, followed in the files of the run, leads to its value."""
    write_run(either, tmp_path)
    every = list(sources(either))
    assert len(every) >= 12
    for source in every:
        there = values_of(list(looked_up(source, tmp_path)), either.study)
        for shown, value in zip(numbers(source.value), there, strict=False):
            assert shown == pytest.approx(value, abs=0.0051), source


def test_the_main_numbers_have_a_source(answer: PlanAnswer, single: PlanAnswer) -> None:
    """Power, level, effect, spread, drop-out, clusters and assurance are among them."""
    both = {source.name for found in (answer, single) for source in sources(found)}
    for start in ("Power", "Met without any effect", "Mean change of the mentors", "Drop-out",
                  "SD of the change", "Intraclass correlation", "Assurance (",
                  "Mean change of the mentees, controls", "Significance level"):  # fmt: skip
        assert any(name.startswith(start) for name in both), start


# ---------------------------------------------------------------------------- the study's words


def in_other_words(answer: PlanAnswer) -> PlanAnswer:
    """Give the answer of a study that calls its things otherwise."""
    return replace(answer, study=answer.study.model_copy(update={"words": WARD}))


def every_word(answer: PlanAnswer) -> str:
    """Write all that these topics say."""
    study = answer.study
    tables = [ademp_table(answer), assumptions_table(answer)]
    cells = [words_of(cell) for table in tables for row in table.rows for cell in row[:2]]
    said = [design_sentence(study), criterion(study).text, people_words(study, 12), *cells,
            allocation_words(study, 12), *(source.name for source in sources(answer))]  # fmt: skip
    return "\n".join(said)


def test_things_have_the_names_that_the_study_gives_them(either: PlanAnswer) -> None:
    """With other words for unit, site, item and intervention, none of the shipped ones is left."""
    said = every_word(in_other_words(either))
    assert not re.search(r"\bpairs?\b|mentoring|mentored|\bsites?\b|\bdomains?\b", said)
    assert "questions" in said
    assert "the course" in said
    assert "nurses" in said


def test_no_code_words_in_the_assumptions(either: PlanAnswer) -> None:
    """Neither label nor value is a place or a key of the settings, nor cut short."""
    cells = [words_of(cell) for row in assumptions_table(either).rows for cell in row[:2]]
    assert not [cell for cell in cells if "_" in cell or "…" in cell or "roles." in cell]


# -------------------------------------------------------------------------------- single topics


def test_each_kind_of_effect_is_worded() -> None:
    """Numbers of the domains stand with their names, equal ones together."""
    each = (0.2, 0.5, 0.2)
    kinds: dict[str, dict[str, Any]] = {
        "none": {},
        "change of the mean by 0.5 points": {"mean_change": 0.5},
        "20 percentage points more with an answer of 4 or above": {
            "responders": {"at_least": 4, "rise": 0.2}
        },
        "shift of the latent score by 0.2 (a and c); 0.5 (b) SD": {"shift": each},
        "cumulative odds ratio 2": {"odds_ratio": 2.0},
        "to a median of 4": {"median": 4},
        "to answers of 10-20-40-20-10% at points 1 to 5": {"post": PRE_SHARES},
        "to a median of 4 in a; none in the other domains": {
            "items": {"a": {"median": 4}},
            "otherwise": {},
        },
    }
    for said, effect in kinds.items():
        study = small_study(effect=effect)
        assert effect_words(study, study.effect) == said
    joint = compose_study(["effect=joint", "pilot=none"])
    assert effect_words(joint, joint.effect).endswith("(5 by 5), one table for all domains")


PRE_SHARES = (0.1, 0.2, 0.4, 0.2, 0.1)


def test_a_long_distribution_is_listed_whole() -> None:
    """Sixty domains with distributions of their own are all named."""
    names = tuple(f"domain number {d}" for d in range(12))
    tilted = tuple((0.1 + d / 100, 0.2, 0.4 - d / 100, 0.2, 0.1) for d in range(12))
    study = small_study(
        questionnaire={"points": 5, "items": names}, roles={"mentor": {"pre": tilted}},
    )  # fmt: skip
    label, value = stated(study, "roles.mentor")
    assert label == "answers of the mentors before"
    assert all(name in value for name in names)
    assert value.count("% at points 1 to 5") == 12


def test_a_gap_is_a_blank_for_the_form_alone(single: PlanAnswer) -> None:
    """Where no reason is given the form has a marked blank, a colleague a short remark."""
    bare = tuple(replace(assumption, note=None) for assumption in single.assumptions)
    without = replace(single, assumptions=bare)
    (table,) = assumptions_section(without).blocks
    assert isinstance(table, Table)
    assert all(isinstance(row[2], Blank) for row in table.rows)
    assert {row[2] for row in assumptions_table(without).rows} == {"no reason given"}


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("total", "rise in the total of all domains"),
        ("any of items", "rise in at least one of the 3 domains"),
        ("at least 2 of items", "rise in at least 2 of the 3"),
        ("all of [a, total]", "rise in each of 'a' and the total of all domains"),
    ],
)
def test_the_criterion_by_kind_of_rule(rule: str, said: str) -> None:
    """One, any, some or all of the endpoints are named as the rule has them; roles, of two."""
    study = small_study(primary="it", success={"it": rule})
    assert criterion(study).text.partition(said)[2] in (".", " domains.")
    both = small_study(roles=ROLES, primary="it", success={"it": rule})
    assert said in criterion(both).text
    assert criterion(both).text.endswith(", for the mentors.")


def test_a_fall_and_a_difference_are_said() -> None:
    """A success below zero is one where lower is better; with two arms the difference counts."""
    falling = small_study(analysis={"direction": "fall"})
    assert "shows a significant fall in" in criterion(falling).text
    assert "success being a fall" in design_sentence(falling)
    arms = small_study(control=CONTROL, analysis={"test": "welch_t", "direction": "fall"})
    assert "difference between the arms" in criterion(arms).text
    assert "significantly below zero in" in criterion(arms).text


@pytest.mark.parametrize("spend", ["normal", "exact"])
@pytest.mark.parametrize("p_value", ["auto", "asymptotic"])
def test_exact_spending_stands_in_the_place_of_a_p_value(spend: str, p_value: str) -> None:
    """Where looks spend their level exactly no p-value is compared, and power has saw-teeth."""
    study = small_study(
        questionnaire={"points": 5, "items": ("a",), "totals": {}}, success={"it": "a"},
        primary="it", design={"n": (12,)}, analysis={"p_value": p_value},
        interim={"looks": 2, "spend": spend},
    )  # fmt: skip
    spent, said = spend == "exact", design_sentence(study)
    assert ("exact spending of the level" in said) == spent
    assert ("exact p up to" in said or "approximation" in said) == (not spent)
    assert has_saw_teeth(study) == (spent or p_value == "auto")


def test_form_and_screen_name_one_test(either: PlanAnswer) -> None:
    """What the design sentence says of test and multiplicity, the form says with references."""
    study = either.study
    text = words_of(method_section(either).blocks[0].parts)  # type: ignore[union-attr]
    without = re.sub(r" \([A-Z][^()]*\d{4}(; [A-Z][^()]*\d{4})*\)", "", text)
    assert multiplicity_words(study) in without
    title, _, details = test_sentence(study).partition(" (")
    assert title in text
    assert all(part.strip(") ") in without for part in details.split(", ") if part)


def test_limits_shorten_long_names_alone(single: PlanAnswer) -> None:
    """A warning is carried over whole, but for names that are longer than names are shown."""
    long = "n" * 80
    rules = dict.fromkeys([long], single.study.success["total"])
    study = single.study.model_copy(update={"success": rules})
    warned = replace(single, study=study, warnings=(f"The rule '{long}' is long.",))
    (entry,) = limits_section(warned).blocks
    assert entry.text == f"The rule '{'n' * 59}…' is long."  # type: ignore[union-attr]


def test_replication_lists_seed_versions_and_hashes() -> None:
    """All that a run was computed with is in the table, whatever libraries there are."""
    of = Provenance(7, {"numpy": "2.0", "scipy": "1.9"}, "a" * 64, "b" * 64)
    rows = dict(replication_table(of, (("Simulated", "200"),)).rows)  # type: ignore[arg-type]
    assert rows == {
        "Seed": "7", "Simulated": "200", "Version of numpy": "2.0", "Version of scipy": "1.9",
        "SHA-256 of the settings": "a" * 64, "SHA-256 of the code": "b" * 64,
    }  # fmt: skip


def test_completeness_counts_what_is_missing(single: PlanAnswer) -> None:
    """Each item has its status once, and how many are missing is said below."""
    section = completeness_section([assumptions_section(single)])
    assert section.blocks[-1].text == "Nothing is missing."  # type: ignore[union-attr]
    missing = replace(assumptions_section(single).requirements[0], status="missing")
    gap = replace(assumptions_section(single), requirements=(missing,))
    assert "Missing: 1 of these 1" in completeness_section([gap]).blocks[-1].text  # type: ignore[union-attr]
