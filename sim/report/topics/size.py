"""How large the study must be, or what power it has where its size is given."""

from __future__ import annotations

from sim.power.sample_size import SampleSize
from sim.report.document.model import LONG_NAME, Table, clean, listed, words_of
from sim.report.document.numbers import number
from sim.report.document.sizes import (
    CONFIDENCE,
    interval_cell,
    interval_words,
    is_known,
    pairs_words,
)
from sim.report.results.answer import PlanAnswer
from sim.report.results.size_notes import MissingByChance
from sim.report.topics.drop_out import SHORT, both_sizes, power_words
from sim.report.topics.soundness import briefly, joined, reasons
from sim.study import Study

FEW = 3
"""Sizes up to which a list of them is quoted in the answer."""


def is_fixed(answer: PlanAnswer) -> bool:
    """Tell whether one size alone was studied, so that its power is what is wanted."""
    return len(answer.characteristics.pairs) == 1


def is_justified(answer: PlanAnswer) -> bool:
    """Tell whether a size reaches the target, and can be used."""
    size = answer.sample_size
    return size.pairs is not None and not reasons(answer, size)


def short(name: str) -> str:
    """Shorten a name as it is shown."""
    return clean(name, LONG_NAME)


def headline(answer: PlanAnswer) -> tuple[str, str]:
    """Give the answer in a number, and what follows it; the number is empty where there is none."""
    size, words = answer.sample_size, answer.study.words
    if reasons(answer, size):
        return "", f"no {'power' if is_fixed(answer) else 'size'} can be given"
    if is_fixed(answer):
        return number(size.power), f"power with {words.count(answer.pairs)}"
    if size.pairs is None:
        return "no size", f"up to {words.count(size.limit)}"
    if is_choice(answer.study):
        return str(size.pairs), f"{words.units}, the smallest of {choices(answer)} that suffices"
    return pairs_words(size), words.units


def one_line(answer: PlanAnswer) -> str:
    """Answer in one line, for many runs in a row."""
    size, words = answer.sample_size, answer.study.words
    power = f"power {number(size.power)} ({number(size.mcse)})"
    why, at = briefly(answer, size), words.count(answer.pairs)
    if why:
        what = "power" if is_fixed(answer) else "size"
        return f"{size.rule}: no usable {what}, {why} ({at}, {power})"
    if is_fixed(answer):
        return f"{size.rule}: {at}, {power}"
    reached = "not reached" if size.pairs is None else f"{pairs_words(size)} {words.units}"
    return f"{size.rule}: {reached}, {power}"


def answer_sentence(answer: PlanAnswer) -> str:
    """Answer how large the study must be with its uncertainty, or say why that cannot be said."""
    size = answer.sample_size
    if reasons(answer, size):
        return _unusable_sentence(answer, size)
    return " ".join([_usable_sentence(answer, size), *both_sizes(answer, size)])


def _usable_sentence(answer: PlanAnswer, size: SampleSize) -> str:
    if is_fixed(answer):
        return _power_sentence(answer, size)
    if size.pairs is None:
        return _unreached_sentence(answer, size)
    if is_choice(answer.study):
        return _chosen_sentence(answer, size)
    return _size_sentence(answer, size)


def people_words(study: Study, pairs: int) -> str:
    """Write a size out in people of each role, and its arms."""
    words = study.words
    parts = [words.counted(role, study.participants(r, pairs))
             for r, role in enumerate(study.role_names)]  # fmt: skip
    treated, *controls = study.arm_pairs(pairs)
    arms = f"{treated} {words.treated} and {controls[0]} controls, " if any(controls) else ""
    return arms + words_of(listed(parts))


def _unusable_sentence(answer: PlanAnswer, size: SampleSize) -> str:
    words, rule = answer.study.words, f"the rule '{short(size.rule)}'"
    why = joined(reasons(answer, size))
    if is_fixed(answer):
        return (
            f"The power of {rule} with {words.count(answer.pairs)} cannot be given: {why}. As it "
            f"is, the simulated studies meet the rule with probability {power_words(size)}, which "
            "is not the power of the study."
        )
    simulated = f"the simulated studies do not reach that power by {words.count(size.limit)}"
    if size.pairs is not None:
        simulated = (
            f"the simulated studies reach that power with {pairs_words(size)} {words.units}"
            f"{interval_words(size)}, which is not the number that the study needs"
        )
    return f"No size can be given for {_target(size)}: {why}. As it is, {simulated}."


def _power_sentence(answer: PlanAnswer, size: SampleSize) -> str:
    at = f"{answer.study.words.count(answer.pairs)}, {people_words(answer.study, answer.pairs)}"
    return (
        f"With {at}, the power of the rule '{short(size.rule)}' is {power_words(size)}, "
        f"{_against_target(size)}."
    )


def _against_target(size: SampleSize) -> str:
    """Say on which side of the target the power of a given size is, and whether that is sure."""
    side = "below" if size.pairs is None else "not below"
    in_doubt = size.low is not None if size.pairs is None else size.high is None
    doubt = ", though within the simulation's error of it" if in_doubt else ""
    never = f"; no power can be that high here: {size.impossible}" if size.impossible else ""
    return f"{side} the target of {size.target:g}{doubt}{never}"


def _unreached_sentence(answer: PlanAnswer, size: SampleSize) -> str:
    units, limit = answer.study.words.units, answer.study.words.count(size.limit)
    why = f", nor can any: {size.impossible}" if size.impossible else " and keeps it"
    which = f"No size up to {limit}"
    if is_choice(answer.study):
        neither = "Neither" if len(answer.study.sizes) == 2 else "None"
        which = f"{neither} of {choices(answer)} {units}"
    return f"{which} reaches {_target(size)}{why}. At {limit} the power is {power_words(size)}."


def _chosen_sentence(answer: PlanAnswer, size: SampleSize) -> str:
    """Say which of a few sizes is the smallest that suffices."""
    study = answer.study
    units, below = study.words.units, ""
    if size.at_least is None:
        below = f" A smaller one may do: the study needs at most {size.pairs} {units}."
    elif not is_known(size):
        ends = _ends(size)
        below = (
            f" {ends[0].upper()}{ends[1:]}, and the sizes between were not studied: the study "
            f"needs {pairs_words(size)} {units}."
        )
    return (
        f"Of {choices(answer)} {units}, {size.pairs} is the smallest that suffices "
        f"for {_target(size)}{interval_words(size)}: with {people_words(study, answer.pairs)} "
        f"it is {power_words(size)}{_stays_words(answer, size)}.{below}"
    )


def _size_sentence(answer: PlanAnswer, size: SampleSize) -> str:
    study = answer.study
    pairs, counted = study.words.count(answer.pairs), people_words(study, answer.pairs)
    power = f"it is {power_words(size)}{_stays_words(answer, size)}"
    needed = f"for {_target(size)}{interval_words(size)}"
    if size.at_least is None:
        return f"At most {pairs}, the smallest studied, {counted}, {needed}: there {power}."
    if is_known(size):
        return f"{pairs}, {counted}, {needed}: there {power}."
    return (
        f"Between {size.at_least} and {pairs} {needed}: {_ends(size)}, and the sizes between were "
        f"not studied. At {pairs}, {counted}, {power}."
    )


def _target(size: SampleSize) -> str:
    return f"power {size.target:g} for the rule '{short(size.rule)}'"


def _ends(size: SampleSize) -> str:
    """Say what is known of the sizes on either side of some that were not studied."""
    below = (size.at_least or size.limit) - 1
    if (size.low, size.high) == (size.pairs, size.pairs):
        return f"{below} is too few, {size.pairs} suffices"
    return f"the power is below that at {below} and reaches it at {size.pairs}"


def _stays_words(answer: PlanAnswer, size: SampleSize) -> str:
    """Say how far the power is known to stay at the target."""
    if size.pairs == size.limit:
        return "; no larger size was studied"
    where = "" if size.every else "at every size studied "
    limit = answer.study.words.count(size.limit)
    return f", and it stays at the target {where}up to {limit}, the most studied"


def is_choice(study: Study) -> bool:
    """Tell whether the planner names a few sizes to choose among."""
    return study.design.sizes is not None and 1 < len(study.design.sizes) <= FEW


def choices(answer: PlanAnswer) -> str:
    """List the sizes studied."""
    return words_of(listed([*map(str, answer.characteristics.pairs)]))


# ------------------------------------------------------------------------------ tables


def size_tables(answer: PlanAnswer) -> tuple[Table, ...]:
    """Say who takes part at the answer's size, and what the other rules need."""
    others = other_rules_table(answer)
    return (people_table(answer),) if others is None else (people_table(answer), others)


def people_table(answer: PlanAnswer) -> Table:
    """Count people by role, by arm and by site at the answer's size."""
    study, at, total = answer.study, answer.place, -1
    arms = [f"{study.words.treated.capitalize()}", "Controls"] if study.has_controls else []
    sites = any(people.sites for people in answer.participation.values())
    rows = []
    for r, role in enumerate(study.role_names):
        people, known = study.participants(r, answer.pairs), answer.participation[role]
        counts = study.arm_participants(r, answer.pairs) if arms else ()
        analysed = number(people * known.analysable[total], 0)
        where = [str(known.sites[at]) if known.sites else "–"] if sites else []
        named = study.words.people(role).capitalize()
        rows.append((named, str(people), *map(str, counts), analysed, *where))
    head = ("Role", "Recruited", *arms, "Expected to be analysed (total)")
    return Table(
        f"Participants at {study.words.count(answer.pairs)}",
        (*head, *([f"{study.words.site.capitalize()}s"] if sites else [])),
        tuple(rows),
    )


def other_rules_table(answer: PlanAnswer) -> Table | None:
    """Tabulate what each of the other rules needs; None where there is only one rule.

    Of every rule where it has two sizes, as dropping out depends on the answers.
    """
    words, both = answer.study.words, answer.missing_by_chance
    if both is not None:
        return _both_sizes_table(answer, both)
    others = [size for size in answer.sample_sizes if size is not answer.sample_size]
    if not others:
        return None
    if is_fixed(answer):
        head: tuple[str, ...] = ("Criterion", f"Power with {words.count(answer.pairs)}")
        rows = [(_named(answer, size), _power_cell(size)) for size in others]
        return Table("The other criteria studied", head, tuple(rows))
    head = ("Criterion", words.units.capitalize(), f"Interval ({CONFIDENCE})", "Power")
    return Table(
        "The other criteria studied (power at that size, or at the largest)",
        head,
        tuple((_named(answer, size), *_size_cells(size)) for size in others),
    )


def _both_sizes_table(answer: PlanAnswer, known: MissingByChance) -> Table:
    words, fixed = answer.study.words, is_fixed(answer)
    head = words.units.capitalize(), f"Interval ({CONFIDENCE})", "Power"
    counts = f"the smaller power with {words.count(answer.pairs)} counts"
    rows = [
        (_named(answer, size), how, *(_size_cells(own)[-1:] if fixed else _size_cells(own)))
        for size in answer.sample_sizes
        for how, own in zip(SHORT, known.pair(size.rule), strict=True)
    ]
    return Table(
        f"Every criterion, people dropping out by chance and by their answers: "
        f"{counts if fixed else 'the larger size counts'}",
        ("Criterion", "Drop-out", *(head[-1:] if fixed else head)),
        tuple(rows),
        left=2,
    )


def _named(answer: PlanAnswer, size: SampleSize) -> str:
    return short(size.rule) + (" (not to be used)" if reasons(answer, size) else "")


def _size_cells(size: SampleSize) -> tuple[str, str, str]:
    """Write a size, its interval and the power there."""
    between = interval_cell(size) if size.replicates else "exact"
    if size.pairs is not None:
        return pairs_words(size), between, _power_cell(size)
    none = "none at all" if size.impossible else f"none up to {size.limit}"
    return none, "–" if size.low is None else between, _power_cell(size)


def _power_cell(size: SampleSize) -> str:
    """Write a power with its Monte Carlo error."""
    error = f" ±{number(size.mcse)}" if size.replicates else " (exact)"
    return number(size.power) + error
