"""What is assumed of each role: changes, how answers move, and how the difference was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np

from sim.arrays import FloatArray
from sim.cohorts import TrueEffects
from sim.power.estimands import Estimands
from sim.power.target import answer_shares
from sim.report.document.guidelines import reasoned
from sim.report.document.model import Block, Requirement, Section, Table, by_columns, text
from sim.report.document.numbers import number, percent
from sim.report.document.phrases import best_end
from sim.report.document.words import clean, short
from sim.report.results.answer import DesignFacts, PlanAnswer
from sim.report.topics.arms import change_blocks
from sim.study import Study
from sim.study.pilot import PilotOutcome

BASES = {
    "important": "The target difference is one that is held to be important.",
    "realistic": "The target difference is one that is held to be realistic.",
    "both": "The target difference is one that is held to be both important and realistic.",
}


def assumed_blocks(facts: DesignFacts) -> tuple[Block, ...]:
    """Show what is assumed of every role.

    Parameters
    ----------
    facts : DesignFacts
        Of the design.

    Returns
    -------
    tuple of Paragraph or Table
        By role a sentence where there is no effect, or else :func:`assumed_tables`; then the arm.
    """
    by_role = chain.from_iterable(_of_role(facts, role) for role in facts.effects)
    return (*by_role, *_arm_blocks(facts.study))


def assumed_tables(facts: DesignFacts, role: str) -> tuple[Table, ...]:
    """Tabulate the changes of one role, how its answers move, and what crosses a cut."""
    cut = facts.study.analysis.cut
    crossing = () if cut is None else (_cut_table(facts, role, cut),)
    return change_table(facts, role), movement_table(facts, role), *crossing


def is_unaffected(effects: TrueEffects) -> bool:
    """Tell whether there is no effect, and answers are distributed alike at both times."""
    moves = np.abs(effects.rising_to - effects.falling_below)
    return bool(effects.true_null.all()) and float(moves.max()) < 1e-9


def no_effect_sentence(study: Study, role: str) -> str:
    """Say that nothing is assumed to happen to a role."""
    words = study.words
    return (
        f"No effect of {words.intervention} on the {words.people(role)} is assumed: answers "
        f"{words.after} are distributed as {words.before}."
    )


def _of_role(facts: DesignFacts, role: str) -> tuple[Block, ...]:
    if not is_unaffected(facts.effects[role]):
        return assumed_tables(facts, role)
    power = _power_without_effect(facts.estimands[role])
    return (text(f"{no_effect_sentence(facts.study, role)} {power}"),)


def _power_without_effect(estimands: Estimands) -> str:
    """Say what the power of endpoints without effect is."""
    if (np.abs(estimands.value) > 0).any():
        return "Among the people who answer tests find a change all the same."
    return "Their power is the level of the tests."


def _arm_blocks(study: Study) -> tuple[Block, ...]:
    if not study.has_controls:
        return ()
    return (
        text(
            f"The standard deviation is that of the change in the {study.words.treated} arm, by "
            "which the difference is divided. How single answers move is told of that arm alone."
        ),
    )


# ------------------------------------------------------------------------------------- tables


def change_table(facts: DesignFacts, role: str) -> Table:
    """Tabulate the target difference of one role, an endpoint a row.

    Parameters
    ----------
    facts : DesignFacts
        Of the design.
    role : str
        Which.

    Returns
    -------
    Table
        The mean change, or with a control arm the difference between the arms,
        in points and divided by the standard deviation of the change.
    """
    effects, words, parts = facts.effects[role], facts.words, facts.change_parts.get(role)
    before = effects.pre_mean + facts.study.offsets
    between, divided, standardised = "", "change / SD (d_z)", effects.standardised
    changes = [(f"mean {words.after}", _points(before + effects.mean_change)),
               ("mean change", _changes(effects.mean_change))]  # fmt: skip
    if parts is not None and parts.control_change is not None:
        between, divided = ", between the arms", "divided by SD"
        with np.errstate(divide="ignore", invalid="ignore"):
            standardised = np.where(effects.sd_change > 0, parts.effect / effects.sd_change, np.nan)
        changes = [(f"change, {words.treated}", _changes(parts.change)),
                   ("change, controls", _changes(parts.change - parts.effect)),
                   ("difference", _changes(parts.effect))]  # fmt: skip
    return by_columns(
        f"Assumed of the {words.people(role)}{between}, in points",
        ("endpoint", map(short, facts.study.endpoints)),
        (f"mean {words.before}", _points(before)),
        *changes,
        ("SD of change", _points(effects.sd_change)),
        (divided, _changes(standardised)),
    )


def _points(values: FloatArray) -> list[str]:
    return [number(value, 2) for value in values]


def _changes(values: FloatArray) -> list[str]:
    return [number(value, 2, "+") for value in values]


def movement_table(facts: DesignFacts, role: str) -> Table:
    """Tabulate how the answers of one role move, an item a row."""
    effects, study = facts.effects[role], facts.study
    lower = 1 - study.questionnaire.lowest
    medians = zip(effects.pre_median - lower, effects.post_median - lower, strict=True)
    at_end = f"at the {best_end(study.analysis.side)} {study.words.before}"
    shares = {"better": effects.better, "same": effects.same, "worse": effects.worse,
              at_end: effects.ceiling}  # fmt: skip
    return by_columns(
        f"How single answers of the {study.words.people(role)} move",
        (study.words.item, map(short, study.domains)),
        ("median", [f"{before:g} → {after:g}" for before, after in medians]),
        *((name, map(percent, share)) for name, share in shares.items()),
    )


def _cut_table(facts: DesignFacts, role: str, cut: int) -> Table:
    """Tabulate the shares at or above a cut, and who crosses it, an item a row."""
    effects, study, words = facts.effects[role], facts.study, facts.words
    every = effects.reaching, effects.rising_to, effects.falling_below
    before, rise, fall = (shares[:, study.scored(cut) - 2] for shares in every)
    shares = {words.before: before, words.after: before + rise - fall, "rise to it": rise,
              "fall below": fall}  # fmt: skip
    return by_columns(
        f"Share of the {words.people(role)} with an answer of {cut} or above",
        (words.item, map(short, study.domains)),
        *((name, [percent(of, 1) for of in share]) for name, share in shares.items()),
        ("difference", [percent(of, 1, "+") for of in rise - fall]),
    )


def worse_off_tables(answer: PlanAnswer) -> tuple[Table, ...]:
    """Tabulate the people expected to change for the worse, at the answer's size.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.

    Returns
    -------
    tuple of Table
        One for each role with an effect, an item a row; of the treated arm, where there are two.
    """
    return tuple(_worse_off(answer, role) for role in _affected(answer))


def _worse_off(answer: PlanAnswer, role: str) -> Table:
    study, words, effects = answer.study, answer.words, answer.effects[role]
    treated = study.arm_participants(study.role_names.index(role), answer.size)[0]
    end = "lower" if study.analysis.side > 0 else "higher"
    return by_columns(
        f"Expected to score {end} {words.after} than {words.before}, of "
        f"{words.counted(role, treated)}",
        (words.item, map(short, study.domains)),
        ("people", [number(treated * float(share), 1) for share in effects.worse]),
    )


def _affected(answer: PlanAnswer) -> list[str]:
    return [role for role, effects in answer.effects.items() if not is_unaffected(effects)]


def shares_table(facts: DesignFacts, role: str) -> Table:
    """Tabulate the shares of one role at each point of the scale, before and after."""
    effects, study, words = facts.effects[role], facts.study, facts.words
    rows = []
    for name, (before, after) in zip(study.domains, answer_shares(effects), strict=True):
        for first, when, shares in ((short(name), words.before, before), ("", words.after, after)):
            rows.append((first, when, *(percent(share, 1) for share in shares)))
    points = map(str, range(study.questionnaire.lowest, study.questionnaire.highest + 1))
    who = f"{words.people(role)}{f' who are {words.treated}' * study.has_controls}"
    caption = f"Share of the {who} at each point of the scale"
    return Table(caption, (words.item, "time", *points), tuple(rows), left=2)


def published_tables(facts: DesignFacts) -> tuple[Table, ...]:
    """Set what the pilot published next to what is assumed, a role a table."""
    pilot, study = facts.study.pilot, facts.study
    if pilot is None or not study.follows_pilot:
        return ()
    words, rows = study.words, dict[str, list[tuple[str, ...]]]()
    head = ("outcome", f"published {words.before}", f"published {words.after}", "p",
            f"assumed mean {words.before}", f"assumed mean {words.after}")  # fmt: skip
    for outcome in pilot.outcomes:
        if outcome.role in facts.effects and study.endpoint_of_outcome(outcome.outcome):
            rows.setdefault(outcome.role, []).append(_published_row(facts, outcome))
    return tuple(
        Table(f"Published of the {words.people(role)} by the pilot, and assumed", head,
              tuple(of_role))
        for role, of_role in rows.items()
    )  # fmt: skip


def _published_row(facts: DesignFacts, outcome: PilotOutcome) -> tuple[str, ...]:
    endpoint = facts.study.endpoint_of_outcome(outcome.outcome) or outcome.outcome
    effects, e = facts.effects[outcome.role], facts.study.endpoints.index(endpoint)
    before, change = effects.pre_mean[e], effects.mean_change[e]
    published = (outcome.outcome, outcome.pre, outcome.post, outcome.p)
    named = (short(words) for words in published)
    return *named, number(before, 2), number(before + change, 2)


# ------------------------------------------------------------------------------- justification


def target_section(answer: PlanAnswer) -> Section:
    """Show the target difference on the scale, standardised, and as shares of the answers."""
    blocks = (
        *assumed_blocks(answer),
        *(shares_table(answer, role) for role in _affected(answer)),
        *change_blocks(answer),
        *worse_off_tables(answer),
    )
    proportions = f"Proportions in each category {answer.words.both_times}"
    requirements = (
        Requirement("DELTA2, item 3b", "Target difference in points, its SD, and standardised"),
        Requirement("DELTA2, item 3a by analogy", proportions),
    )
    return Section("Target difference", blocks, requirements)


def choice_section(answer: PlanAnswer) -> Section:
    """Say whether the difference is important or realistic, and how it was chosen."""
    study = answer.study
    basis, important = reasoned(
        study, "difference_basis", "whether the target difference is important, realistic or both",
        "DELTA2, item 6", "Important, realistic or both",
    )  # fmt: skip
    why, chosen = reasoned(
        study, "difference_why", "how the target difference was chosen, with the research it rests "
        "on", "DELTA2, item 7", "How the target difference was chosen",
    )  # fmt: skip
    known = BASES.get(study.report.reasons.difference_basis or "")
    stated = text(known) if known else basis
    blocks = stated, why, *_noted(answer), *published_tables(answer), *_pilot_named(study)
    return Section("How the target difference was chosen", blocks, (important, chosen))


def _noted(answer: PlanAnswer) -> Iterator[Block]:
    if answer.study.effect.assumption is None:
        return
    for assumption in answer.assumptions:
        if assumption.field == "effect" and assumption.note:
            note = clean(assumption.note)
            yield text(f"Noted with the effect in the settings of the run: {note}.")


def _pilot_named(study: Study) -> Iterator[Block]:
    if study.pilot is not None and study.follows_pilot and study.pilot.cited:
        yield text(f"Pilot named in the settings of the run: {clean(study.pilot.cited)}")
