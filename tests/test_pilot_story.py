"""docs/pilot.md says what runs say now; the slow parts are checked in a reduced way, but `long`."""

import re
import shlex
import sys
from importlib import import_module
from pathlib import Path

import pytest

from sim import compose_study, plan
from sim.jobs.calibrate import calibrate
from sim.jobs.feasibility import feasibility
from sim.pilot.calibrated import CalibrationAnswer
from sim.pilot.evidence import Finding
from sim.report.results.answer import PlanAnswer

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "scripts"))  # last, so it shadows nothing

script = import_module("pilot_story")
printed = import_module("story.printed")
beliefs = import_module("story.beliefs")
sizing = import_module("story.sizing")
feasible = import_module("story.feasible")

PAGE = (ROOT / "docs" / "pilot.md").read_text(encoding="utf-8")
NUMBER = re.compile(r"-?\d+\.\d+")


def section(title: str) -> str:
    """Text of the page under a heading."""
    return PAGE.split(f"## {title}\n")[1].split("\n## ")[0]


def numbers(text: str, start: str) -> list[list[float]]:
    """Numbers of the table rows that begin so."""
    found = [line for line in text.splitlines() if line.startswith(f"| {start} |")]
    assert found
    return [[float(number) for number in NUMBER.findall(line)] for line in found]


@pytest.fixture(scope="module")
def exact() -> tuple[Finding, ...]:
    """What fits the published numbers as printed."""
    return printed.findings_of(compose_study([]))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def rounded() -> tuple[Finding, ...]:
    """What fits them if the medians were rounded."""
    return printed.findings_of(compose_study(["calibration.rounding=rounded"]))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def fewer() -> CalibrationAnswer:
    """The calibration, with fewer draws."""
    return calibrate(compose_study(["calibration.draws=16384", "calibration.kept=20"]))


@pytest.fixture(scope="module")
def planned() -> PlanAnswer:
    """The plan at two of the sizes; a size does not depend on the others."""
    return plan(compose_study([*script.ASSURANCE, "design.n=[20,60]"]))


def test_published_facts(exact: tuple[Finding, ...]) -> None:
    """Facts, counts, patterns and exact p-values are, word for word, what the search finds."""
    study = compose_study([])
    assert script.INTRO in PAGE
    assert printed.published(study) in PAGE
    assert printed.counts(study, exact) in PAGE
    assert script.limits() in PAGE


def test_every_pattern_has_the_same_exact_p(
    exact: tuple[Finding, ...], rounded: tuple[Finding, ...]
) -> None:
    """All that fits the normal approximation has an exact p of .0625, rounded medians or not."""
    for own in (*exact, *rounded):
        found = own.data_sets[printed.NORMAL]
        assert found is not None
        assert set(found.exact_p) == {0.0625}


def test_rounding(exact: tuple[Finding, ...], rounded: tuple[Finding, ...]) -> None:
    """What rounding changes is, word for word, what the search finds."""
    assert printed.rounding(exact, rounded) in PAGE


def test_shifts(fewer: CalibrationAnswer) -> None:
    """Medians and intervals of the shifts are met by a smaller run, within its error."""
    role, text = beliefs.mentors(fewer), section("How large may the effect be?")
    for d, name in beliefs.shown_domains(fewer.study, role):
        (found,) = numbers(text, name)
        ours = [float(own.domains[d].shift_quantiles[i]) for own in role.posteriors
                for i in (1, 0, 2)]  # fmt: skip
        assert found == pytest.approx(ours, abs=0.12)
        assert found[::3] == pytest.approx(ours[::3], abs=0.06)


def test_candidate_tests(fewer: CalibrationAnswer) -> None:
    """The posterior of the tests is met by a smaller run."""
    role, text = beliefs.mentors(fewer), section("How large may the effect be?")
    for t, test in enumerate(fewer.study.calibration.tests):
        words = beliefs.CANDIDATES[test].words
        (found,) = numbers(text, words)
        assert found == pytest.approx([own.tests[t] for own in role.posteriors], abs=0.05)


def test_power_and_assurance(planned: PlanAnswer) -> None:
    """Power and assurance at two sizes are, to the digit, what the plan says."""
    text = section("How large must the next study be?")
    for rule in sizing.RULES:
        for line in sizing.curve_table(planned, rule).splitlines()[2:]:
            assert line in text
        q = planned.characteristics.rule_index(rule)
        for own in planned.assurances:
            limit = f"{own.limit.value[q]:.2f} ± {own.limit.mcse[q]:.2f} |"
            assert any(
                line.startswith(f"| {own.prior} |") and line.endswith(limit)
                for line in text.splitlines()
            )
    for rule_of_thumb in planned.inflations:
        assert (
            f"| {rule_of_thumb.name} | {rule_of_thumb.meaning} | {rule_of_thumb.factor:.2f} |"
            in text
        )


def test_readings_agree_where_they_are_the_same(planned: PlanAnswer) -> None:
    """The default reading, calibrated anew, gives the assurance of the shipped posterior."""
    text = section("What if the silence is read otherwise?")
    q = planned.characteristics.rule_index(sizing.RULES[0])
    k = planned.characteristics.sizes.index(script.COMPARED_AT)
    found = numbers(text, "as above")[-1]
    assert found[::2] == pytest.approx(
        [own.value.value[k, q] for own in planned.assurances], abs=0.00501
    )


def test_no_wide_lines_and_no_places() -> None:
    """Lines keep to 100 columns, and name no folder of any machine; words allege nothing."""
    assert max(map(len, PAGE.splitlines())) <= 100
    assert not re.search(r"/(work|tmp|home|root|Users)\b", PAGE)
    assert not re.search(r"fraud|misconduct|manipulat|hack|fabricat|mislead", PAGE, re.IGNORECASE)
    assert "The authors called it a feasibility study" in " ".join(PAGE.split())


COMMANDS = re.findall(r"^mentorsim (?:plan|calibrate)\b ?(.*)$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("command", sorted(set(COMMANDS)))
def test_commands_compose(command: str) -> None:
    """Every command of the page is a valid study."""
    words = shlex.split(command)
    flags = words[:4] if words[:1] == ["--cfg"] else []
    compose_study([word for word in words[len(flags) :] if not word.startswith("hydra.")])


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", PAGE))
def test_links_lead_somewhere(link: str) -> None:
    """Every link of the page leads to a file."""
    assert (ROOT / "docs" / link).is_file()


@pytest.mark.long
def test_page_is_up_to_date() -> None:
    """The page equals what `python scripts/pilot_story.py` writes now."""
    assert script.document() == PAGE


@pytest.mark.long
def test_what_six_and_five_could_find_out() -> None:
    """The pilot as a feasibility study is told as it is computed now."""
    assert feasible.feasible(feasibility(compose_study([]))) in PAGE
