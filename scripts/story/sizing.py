"""What the pilot means for the size of the next study."""

from collections.abc import Sequence
from math import ceil

from sim.power.assurance import Assurance
from sim.power.sample_size import SampleSize
from sim.report.document.sizes import CONFIDENCE, interval, interval_words, pairs_words
from sim.report.results.answer import PlanAnswer
from story.markdown import commands, section, table, text

SHOWN = (20, 40, 60, 80, 120, 240)
"""Sizes shown, in pairs."""
RULES = ("both published domains", "total")
"""Rules shown: what the effect was stated from, and the default question."""


def sizing(answer: PlanAnswer) -> str:
    """Power beside assurance, sizes by both, limits, rules of thumb."""
    target = answer.study.target.power
    return section(
        "How large must the next study be?",
        text(
            "The usual way takes the published medians for the truth and asks how many pairs give "
            f"a power of {target:g}. That answer is as uncertain as the effect. Assurance is the "
            "power averaged over all effects that the pilot leaves possible: the probability that "
            "the study succeeds, given what is known. As the study grows it tends to its "
            "limit, the probability that there is an effect for its tests to find. Beside it "
            f"stands P(power ≥ {target:g}), the probability that the true power is high enough."
        ),
        *(part for rule in RULES for part in _rule(answer, rule)),
        text(
            "Assurance can lie above power, for the stated effect is a cautious reading of the "
            "printed numbers: the smallest shift that reaches the medians, and no change at all in "
            "the five other domains. It lies far below where the prior holds effects of that size "
            "for unlikely. The stated effect is one guess among many, and these tables say how "
            "much hangs on it."
        ),
        *_thumb(answer),
        commands("mentorsim plan experiment=assurance"),
        text(
            "`mentorsim plan`, with nothing else said, asks this for the total and with fewer "
            "simulated studies of each possible effect."
        ),
    )


def _rule(answer: PlanAnswer, rule: str) -> tuple[str, str, str]:
    target = answer.study.target.power
    size = next(own for own in answer.sample_sizes if own.rule == rule)
    q = answer.characteristics.rule_index(rule)
    at = answer.characteristics.sizes.index(size.size or size.limit)
    pairs = answer.characteristics.sizes[at]
    rows = [
        [
            own.prior,
            _size(own.sizes[q], short=True),
            f"{own.value.value[at, q]:.2f} ± {own.value.mcse[at, q]:.2f}",
            f"{own.enough.value[at, q]:.2f}",
            f"{own.limit.value[q]:.2f} ± {own.limit.mcse[q]:.2f}",
        ]
        for own in answer.assurances
    ]
    return (
        text(
            f"**Success means: {rule} significant.** Power at the stated effect asks for "
            f"{_size(size)}."
        ),
        curve_table(answer, rule),
        table(
            [
                "prior",
                f"assurance {target:g} from ({CONFIDENCE})",
                f"assurance at {pairs}",
                f"P(power ≥ {target:g}) at {pairs}",
                "limit",
            ],
            rows,
        ),
    )


def curve_table(answer: PlanAnswer, rule: str) -> str:
    """Power and assurance at several sizes."""
    q = answer.characteristics.rule_index(rule)
    known = answer.characteristics.sizes
    rows = [
        [
            str(pairs),
            f"{answer.characteristics.rule_win.value[known.index(pairs), q]:.2f}",
            *_assured(answer.assurances, known.index(pairs), q),
        ]
        for pairs in SHOWN
        if pairs in known
    ]
    head = ["size", "power at the stated effect", *(own.prior for own in answer.assurances)]
    return table(head, rows)


def _assured(assurances: Sequence[Assurance], k: int, q: int) -> list[str]:
    return [f"{own.value.value[k, q]:.2f} ± {own.value.mcse[k, q]:.2f}" for own in assurances]


def _size(size: SampleSize, *, short: bool = False) -> str:
    if size.size is not None:
        between = interval_words(size)
        if short and between:
            between = f" ({interval(size)})"
        return f"{pairs_words(size)} pairs{between}"
    if size.impossible:
        return "no size suffices"
    return f"not by {size.limit} pairs"


def _thumb(answer: PlanAnswer) -> tuple[str, str]:
    pairs = answer.sample_size.size
    if pairs is None:
        raise ValueError("the stated effect gives no size to enlarge")
    return (
        text(
            "Two rules of thumb enlarge a sample size because a pilot's standard deviation may be "
            "too small. They take the effect itself for known, so they answer another question; "
            f"from {pairs} pairs they would go to:"
        ),
        table(
            ["rule of thumb", "promises", "factor", "size"],
            [
                [own.name, own.meaning, f"{own.factor:.2f}", str(ceil(own.factor * pairs))]
                for own in answer.inflations
            ],
        ),
    )


def compared(answers: Sequence[tuple[str, PlanAnswer]]) -> str:
    """Assurance at one size under several readings of the pilot."""
    rows = []
    for reading, answer in answers:
        q = answer.characteristics.rule_index(RULES[0])
        rows.append([reading, *_assured(answer.assurances, 0, q)])
    pairs = answers[0][1].characteristics.sizes[0]
    head = [f"assurance of {RULES[0]}, {pairs} pairs", "neutral", "sceptical", "hierarchical"]
    return table(head, rows)
