"""How large the study must be, or what power it has where its size is given."""

from __future__ import annotations

from sim.power.sample_size import SampleSize
from sim.report.document.guidelines import cite
from sim.report.document.model import Block, Paragraph, Requirement, Section, Status, Table, text
from sim.report.document.numbers import error_words, number
from sim.report.document.phrases import has_saw_teeth, mid_sentence, sentence_case, significance
from sim.report.document.sizes import interval, interval_words, is_known, pairs_words
from sim.report.document.words import listed_words, short
from sim.report.results.answer import PlanAnswer
from sim.report.topics.drop_out import both_sizes, power_words
from sim.report.topics.soundness import briefly, joined, reasons
from sim.study import Study

FEW = 3
"""Sizes up to which a list of them is quoted in the answer."""


def is_fixed(answer: PlanAnswer) -> bool:
    """Tell whether one size alone was studied, so that its power is what is wanted."""
    return len(answer.characteristics.sizes) == 1


def is_justified(answer: PlanAnswer) -> bool:
    """Tell whether a size reaches the target, and can be used."""
    size = answer.sample_size
    return size.size is not None and not reasons(answer, size)


def headline(answer: PlanAnswer) -> tuple[str, str]:
    """Give the answer in a number, and what follows it; the number is empty where there is none."""
    size, words = answer.sample_size, answer.words
    if reasons(answer, size):
        return "", f"no {'power' if is_fixed(answer) else 'size'} can be given"
    if is_fixed(answer):
        return number(size.power), f"power with {words.count(answer.size)}"
    if size.size is None:
        return "no size", f"up to {words.count(size.limit)}"
    if is_choice(answer.study):
        return str(size.size), f"{words.units}, the smallest of {choices(answer)} that suffices"
    return pairs_words(size), words.units


def one_line(answer: PlanAnswer) -> str:
    """Answer in one line, for many runs in a row."""
    size, words = answer.sample_size, answer.words
    power = f"power {number(size.power)} ({error_words(size.mcse)})"
    why, at = briefly(answer, size), words.count(answer.size)
    if why:
        what = "power" if is_fixed(answer) else "size"
        return f"{size.rule}: no usable {what}, {why} ({at}, {power})"
    if is_fixed(answer):
        return f"{size.rule}: {at}, {power}"
    reached = "not reached" if size.size is None else f"{pairs_words(size)} {words.units}"
    return f"{size.rule}: {reached}, {power}"


def answer_sentence(answer: PlanAnswer) -> str:
    """Answer how large the study must be with its uncertainty, or say why that cannot be said."""
    size = answer.sample_size
    if reasons(answer, size):
        return _unusable_sentence(answer, size)
    write = _size_sentence
    if is_fixed(answer):
        write = _power_sentence
    elif size.size is None:
        write = _unreached_sentence
    elif is_choice(answer.study):
        write = _chosen_sentence
    return " ".join([write(answer, size), *both_sizes(answer, size)])


def people_words(study: Study, pairs: int) -> str:
    """Write a size out in people of each role, and its arms."""
    words = study.words
    parts = [words.counted(role, study.participants(r, pairs))
             for r, role in enumerate(study.role_names)]  # fmt: skip
    treated, *controls = study.arm_pairs(pairs)
    if not any(controls):
        return listed_words(parts)
    arms = f"{treated} {words.treated} and {controls[0]} controls"
    return arms if parts == [words.count(pairs)] else f"{arms}, {listed_words(parts)}"


def size_words(study: Study, pairs: int) -> str:
    """Write a size in units and, where that is something else, in people."""
    size, people = study.words.count(pairs), people_words(study, pairs)
    return size if size == people else f"{size}, {people}"


def _unusable_sentence(answer: PlanAnswer, size: SampleSize) -> str:
    words, rule = answer.words, f"the rule '{short(size.rule)}'"
    why = joined(reasons(answer, size))
    if is_fixed(answer):
        return (
            f"The power of {rule} with {words.count(answer.size)} cannot be given: {why}. As it "
            f"is, the simulated studies meet the rule with probability {power_words(size)}, which "
            "is not the power of the study."
        )
    simulated = f"the simulated studies do not reach that power by {words.count(size.limit)}"
    if size.size is not None:
        simulated = (
            f"the simulated studies reach that power with {pairs_words(size)} {words.units}"
            f"{interval_words(size)}, which is not the number that the study needs"
        )
    return f"No size can be given for {_target(size)}: {why}. As it is, {simulated}."


def _power_sentence(answer: PlanAnswer, size: SampleSize) -> str:
    at = size_words(answer.study, answer.size)
    return (
        f"With {at}, the power of the rule '{short(size.rule)}' is {power_words(size)}, "
        f"{_against_target(size)}."
    )


def _against_target(size: SampleSize) -> str:
    """Say on which side of the target the power of a given size is, and whether that is sure."""
    side = "below" if size.size is None else "not below"
    in_doubt = size.low is not None if size.size is None else size.high is None
    doubt = ", though within the simulation's error of it" if in_doubt else ""
    never = f"; no power can be that high here: {size.impossible}" if size.impossible else ""
    return f"{side} the target of {size.target:g}{doubt}{never}"


def _unreached_sentence(answer: PlanAnswer, size: SampleSize) -> str:
    units, limit = answer.words.units, answer.words.count(size.limit)
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
        below = f" A smaller one may do: the study needs at most {size.size} {units}."
    elif not is_known(size):
        below = (
            f" {sentence_case(_ends(size))}, and the sizes between were not studied: the study "
            f"needs {pairs_words(size)} {units}."
        )
    return (
        f"Of {choices(answer)} {units}, {size.size} is the smallest that suffices "
        f"for {_target(size)}{interval_words(size)}: with {people_words(study, answer.size)} "
        f"it is {power_words(size)}{_stays_words(answer, size)}.{below}"
    )


def _size_sentence(answer: PlanAnswer, size: SampleSize) -> str:
    study = answer.study
    pairs = size_words(study, answer.size)
    power = f"it is {power_words(size)}{_stays_words(answer, size)}"
    needed = f"for {_target(size)}{interval_words(size)}"
    if size.at_least is None:
        return f"At most {pairs}, the smallest studied, {needed}: there {power}."
    if is_known(size):
        return f"{pairs}, {needed}: there {power}."
    return (
        f"Between {size.at_least} and {study.words.count(answer.size)} {needed}: {_ends(size)}, "
        f"and the sizes between were not studied. At {pairs}, {power}."
    )


def _target(size: SampleSize) -> str:
    return f"power {size.target:g} for the rule '{short(size.rule)}'"


def _ends(size: SampleSize) -> str:
    """Say what is known of the sizes on either side of some that were not studied."""
    below = (size.at_least or size.limit) - 1
    if (size.low, size.high) == (size.size, size.size):
        return f"{below} is too few, {size.size} suffices"
    return f"the power is below that at {below} and reaches it at {size.size}"


def _stays_words(answer: PlanAnswer, size: SampleSize) -> str:
    """Say how far the power is known to stay at the target."""
    if size.size == size.limit:
        return "; no larger size was studied"
    where = "" if size.every else "at every size studied "
    limit = answer.words.count(size.limit)
    return f", and it stays at the target {where}up to {limit}, the most studied"


def is_choice(study: Study) -> bool:
    """Tell whether the planner names a few sizes to choose among."""
    return study.design.n is not None and 1 < len(study.design.n) <= FEW


def choices(answer: PlanAnswer) -> str:
    """List the sizes studied."""
    return listed_words([*map(str, answer.characteristics.sizes)])


# ------------------------------------------------------------------------------ in the form


def size_section(answer: PlanAnswer, *further: Block) -> Section:
    """State the answer for a form, with who is recruited and what goes with it."""
    how = "How sample size was determined"
    status: Status = "complete" if is_justified(answer) else "missing"
    requirements = (
        Requirement("DELTA2, item 5", "Sample size", status),
        Requirement("SPIRIT 2025, item 19", how, status),
        Requirement("CONSORT 2025, item 16a", how, status),
    )
    blocks = (*answer_paragraphs(answer), people_table(answer), *further)
    return Section("Sample size", blocks, requirements)


def answer_paragraphs(answer: PlanAnswer) -> tuple[Paragraph, ...]:
    """Give the answer, highlighted, with what it rests on; then why a size is that one."""
    size, sentence, why = answer.sample_size, answer_sentence(answer), list[Paragraph]()
    searched = answer.original.seeks_precision
    how = "searched for by the precision" if searched else "given, not searched for"
    given = f" The number of {answer.words.units} was {how}."
    if is_justified(answer) and not is_fixed(answer):
        given, why = "", [text(_why_that_size(answer, size))]
        if not is_choice(answer.study):
            sentence = f"The study needs {mid_sentence(sentence)}"
    elif reasons(answer, size) or not is_fixed(answer):
        does_not = "This design does not justify a sample size as it stands."
        return (Paragraph((f"{does_not} {sentence}",), "answer"),)
    holds = f"It holds as far as the assumptions below do, at a {significance(answer.study)}."
    return Paragraph((f"{sentence} {holds}{given}",), "answer"), *why


def _why_that_size(answer: PlanAnswer, size: SampleSize) -> str:
    """Say why the power must stay at the target, and of what the interval is."""
    uneven, limits = "a simulated power does not rise evenly with size", ""
    if has_saw_teeth(answer.study):
        uneven = f"the power of an exact test does not rise evenly with size{cite('Chernick 2002')}"
    if interval(size):
        limits = (
            " The interval of the size allows for the Monte Carlo error of the power, by Wilson "
            f"limits{cite('Wilson 1927')}."
        )
    return f"That the power stays at the target is asked because {uneven}.{limits}"


# ------------------------------------------------------------------------------ tables


def people_table(answer: PlanAnswer) -> Table:
    """Count people by role, by arm and by site at the answer's size."""
    study, words, known = answer.study, answer.words, answer.participation
    arms = (sentence_case(words.treated), "Controls") if study.has_controls else ()
    # where there is no sum: of one item, which are all alike in this
    analysable = {study.endpoints.index(name): f"({short(name)})"
                  for name in study.totals} or {0: f"(one {words.item})"}  # fmt: skip
    sites = [sentence_case(words.sites)] if any(of.sites for of in known.values()) else []
    rows = []
    for r, role in enumerate(study.role_names):
        recruited, here = study.participants(r, answer.size), known[role]
        in_arms = study.arm_participants(r, answer.size)[: len(arms)]
        where = [str(here.sites[answer.place]) if here.sites else "–" for _ in sites]
        analysed = [number(recruited * here.analysable[e], 0) for e in analysable]
        named = sentence_case(words.people(role))
        rows.append((named, str(recruited), *map(str, in_arms), *analysed, *where))
    expected = [f"Expected to be analysed {named}" for named in analysable.values()]
    head = ("Role", "Recruited", *arms, *expected, *sites)
    return Table(f"Participants at {words.count(answer.size)}", head, tuple(rows))
