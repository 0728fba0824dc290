"""What was published, and which answers can have been printed so."""

from math import comb

import numpy as np

from sim import compose_study
from sim.errors import StudyError
from sim.inference.attainable import smallest_pvalue
from sim.pilot.candidates import CANDIDATES
from sim.pilot.evidence import Finding, find
from sim.pilot.forensics import DataSets
from sim.study import Study
from sim.study.pilot import Pilot
from story.markdown import commands, items, section, table, text

NORMAL = "signed_rank_asymptotic"
EARLIER = (
    "P400 The first reverse mentoring in a clinical setting: can you teach old dogs new tricks? "
    "2021 (conference abstract)"
)
"""An earlier abstract of the same study."""
EARLIER_P = "0.008"
"""Its smallest p, of six mentors."""


def pilot_of(study: Study) -> Pilot:
    """Look up the pilot of a study that has one."""
    if study.pilot is None:
        raise ValueError("the study states no pilot")
    return study.pilot


def findings_of(study: Study) -> tuple[Finding, ...]:
    """List what fits the mentors' published comparisons."""
    return find(study, "mentor", pilot_of(study).sizes["mentor"])


def published(study: Study) -> str:
    """What the paper says, and what it leaves out."""
    pilot = pilot_of(study)
    mentors, mentees = pilot.sizes.values()
    return section(
        "What was published",
        text(
            f"{mentors} junior doctors mentored {mentees} consultants, and answered a "
            "questionnaire before and after. The authors called it a feasibility study; such a "
            "study is there to find out whether something can be done, and is too small to measure "
            "by how much it helps. The abstract of the paper gives these comparisons, all of the "
            "mentors' confidence in feeding back to their seniors."
        ),
        table(
            ["outcome", "before", "after", "p"],
            [[own.outcome, own.pre, own.post, own.p] for own in pilot.outcomes],
        ),
        "Not stated there:",
        items(pilot.not_stated),
        text(
            f"Source: {pilot.citation} doi:{pilot.doi}. Licence {pilot.licence}. All that is known "
            "of the pilot stands in one file of the configuration:"
        ),
        commands("mentorsim plan --cfg job --package pilot"),
    )


def counts(study: Study, findings: tuple[Finding, ...]) -> str:
    """Which data sets fit, by test; what their exact p is; what .008 would need."""
    n = pilot_of(study).sizes["mentor"]
    every = comb(n + study.points**2 - 1, n)
    return section(
        "Which answers fit the printed numbers?",
        text(
            f"Few answers of {n} people can print as exactly these medians and this p. So all of "
            f"them can be looked at: there are {every:,} ways in which {n} people can answer one "
            f"question twice on a scale of 1 to {study.points}. How many of them fit depends "
            "on the test that gave the p, which the abstract does not name."
        ),
        _counted(findings),
        text(
            "If it was the signed-rank test in its normal approximation, which is what some "
            f"packages print for data with ties, {_same_exact(findings)} Both p-values answer the "
            "same question, and with so few people the approximation is rough. That is a property "
            "of the method. The paper may have used another test, and nothing is said here about "
            "what was done."
        ),
        _patterns(findings, NORMAL),
        commands("mentorsim calibrate"),
        "The command writes every pattern, for every test, to `patterns.csv`.",
        *_earlier(study, n),
    )


def _counted(findings: tuple[Finding, ...]) -> str:
    heads = [own.outcome.name for own in findings]
    rows = [
        [CANDIDATES[test].words, *(_number(own.data_sets[test]) for own in findings)]
        for test in findings[0].data_sets
    ]
    return table(["data sets that fit if the p is from", *heads], rows)


def _number(found: DataSets | None) -> str:
    return "too many to list" if found is None else f"{len(found.counts):,}"


def _same_exact(findings: tuple[Finding, ...]) -> str:
    """State the exact p-values of all that fits the normal approximation."""
    listed = [own.data_sets[NORMAL] for own in findings]
    exact = np.concatenate([found.exact_p for found in listed if found is not None])
    number = sum(len(found.counts) for found in listed if found is not None)
    values = sorted({f"{p:.4f}" for p in exact})
    if len(values) == 1:
        return f"then every one of the {number} data sets has the same exact p: {values[0]}."
    return f"then the exact p of the {number} data sets is one of {', '.join(values)}."


def _patterns(findings: tuple[Finding, ...], test: str) -> str:
    rows = []
    for own in findings:
        found = own.data_sets[test]
        if found is None:
            continue
        for pattern in sorted(found.patterns, key=lambda pattern: -pattern.share):
            changes = ", ".join(f"{change:+d}" if change else "0" for change in pattern.changes)
            rows.append(
                [own.outcome.name, changes, f"{pattern.share:.0%}", f"{pattern.exact_p:.4f}"]
            )
    head = ["outcome", "changes of the six mentors", "share of data sets", "exact p"]
    return table(head, rows)


def _earlier(study: Study, n: int) -> tuple[str, ...]:
    """What the smaller p of an earlier abstract would need."""
    analysis = study.analysis
    people = range(2, 40)
    kinds = {
        kind: smallest_pvalue(people, analysis.model_copy(update={"p_value": kind}))
        for kind in ("exact", "asymptotic")
    }
    least = {kind: values[people.index(n)] for kind, values in kinds.items()}
    first = {
        kind: people[int(np.argmax(values < float(EARLIER_P) + 0.0005))]
        for kind, values in kinds.items()
    }
    words = [
        "experiment=pilot_replay",
        "pilot.outcomes=[{role: mentor, outcome: clinical practice, pre: '3', post: '4', "
        f"p: '{EARLIER_P}'}}]",
        "calibration.tests=[signed_rank_asymptotic,signed_rank_exact]",
    ]
    try:
        findings_of(compose_study(words))
    except StudyError as refusal:
        line = str(refusal)
    return (
        text(
            f"An earlier abstract of the same study printed a p of {EARLIER_P} for {n} mentors, "
            "among figures that differ from the paper's; it is not used here. No signed-rank test "
            f"of {n} pairs can give it: the smallest p is {least['exact']:.4g} exactly and "
            f"{least['asymptotic']:.4g} by the normal approximation. It would need at least "
            f"{first['exact']} people who all change in one direction, or {first['asymptotic']} "
            "with the approximation, or another test. Asked to fit such a number, the program "
            "refuses in one line and names the p-values that are possible:"
        ),
        "\n".join(["```text", *_wrapped(line), "```"]),
        text(f"(The earlier abstract: {EARLIER}.)"),
    )


def _wrapped(line: str) -> list[str]:
    return text(line).splitlines()


def rounding(exact: tuple[Finding, ...], rounded: tuple[Finding, ...]) -> str:
    """What changes where a printed median can have been rounded."""
    number = sum(len(found.counts) for own in exact if (found := own.data_sets[NORMAL]) is not None)
    return section(
        "What if the medians were rounded?",
        text(
            f"The median of {exact[0].outcome.n} answers can lie half way between two points, and "
            'a printed "3" can stand for 2.5 or 3.5. If it may, more data sets fit: '
            f"{sum(map(_listed, rounded))} instead of {number} under the normal approximation, "
            f"and {_same_exact(rounded).removeprefix('then ')}"
        ),
        _counted(rounded),
        commands("mentorsim calibrate calibration.rounding=rounded"),
    )


def _listed(own: Finding) -> int:
    found = own.data_sets[NORMAL]
    return 0 if found is None else len(found.counts)
