"""What is assumed, in plain words: which part of the study, what stands there, and why."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report.document.model import Requirement, Section, Table, text
from sim.report.document.numbers import span
from sim.report.document.words import Blank, Part, clean, listed_words, short
from sim.report.results.answer import Assumption, PlanAnswer
from sim.report.topics.participation import cluster_words
from sim.study import Study, effects
from sim.study.base import Marginal
from sim.study.control import BaselineSelection, NoSelection, ScreeningSelection

SCALES = {
    "latent": "of the latent scores",
    "pearson": "of the scores (Pearson)",
    "spearman": "of the ranks of the scores (Spearman)",
}
"""What correlations are of."""
WANTED = Blank("[to be completed: why this is assumed]")


def assumptions_section(answer: PlanAnswer) -> Section:
    """List for the form what is assumed, with a blank where no reason is given."""
    table = assumptions_table(answer, WANTED)
    none = text("The settings of the run mark no value as an assumption.")
    blocks = (table if table.rows else none,)
    required = Requirement("SPIRIT 2025, item 19", "All assumptions behind the sample size")
    return Section("Assumptions", blocks, (required,))


def assumptions_table(answer: PlanAnswer, missing: Part = "no reason given") -> Table:
    """List what is assumed, not known.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.
    missing : str or Blank
        What stands for a reason that is not given.

    Returns
    -------
    Table
        A row each: what, its value in words, why.
    """
    rows = tuple(_row(answer.study, assumption, missing) for assumption in answer.assumptions)
    caption = "Assumed, not known: the size holds as far as these do"
    return Table(caption, ("What", "Assumed", "Why it is assumed"), rows, left=3)


def _row(study: Study, assumption: Assumption, missing: Part) -> tuple[Part, ...]:
    label, value = stated(study, assumption.field)
    return label, value, clean(assumption.note) if assumption.note else missing


def stated(study: Study, field: str) -> tuple[str, str]:
    """Name a part of the study that can be assumed, and write what stands there.

    Parameters
    ----------
    study : Study
        The study.
    field : str
        Where its settings have it, such as "roles.nurse".

    Returns
    -------
    str, str
        Its name, and its value in words.
    """
    words = study.words
    first, *rest = field.split(".")
    if first == "roles":
        who, role = words.people(rest[0]), study.roles[rest[0]]
        if len(rest) == 1:
            return f"answers of the {who} {words.before}", _marginals(
                study.marginals(study.role_names.index(rest[0])), study
            )
        effect = study.effect if role.effect is None else role.effect
        return f"effect of {words.intervention} on the {who}", effect_words(study, effect)
    match field:
        case "effect":
            said = f"effect of {words.intervention}", effect_words(study, study.effect)
        case "control.effect" if study.control is not None:
            said = "effect on the controls", effect_words(study, study.control.effect)
        case "correlation":
            said = _correlations(study)
        case "clusters":
            alike = f"likeness of people of one {words.site}"
            said = alike, "; ".join(cluster_words(study, study.sites))
        case "selection":
            said = "who takes part", selection_words(study)
        case "uncontrolled":
            shift = _values(study.uncontrolled.response_shift, study.domains)
            said = (
                f"change without {words.intervention}",
                f"latent shift of everybody by {shift} SD",
            )
        case _:
            said = "control arm", control_words(study)
    return said


def effect_words(study: Study, effect: effects.Effect, names: Sequence[str] = ()) -> str:
    """Write an effect in words, every item that has a value of its own by name."""
    match effect:
        case effects.NoEffect():
            said = "none"
        case effects.RespondersEffect():
            said = _responders_words(effect.responders)
        case effects.PostEffect():
            said = f"to answers of {_marginals(effect.post, study)}"
        case effects.JointEffect():
            said = _joint_words(study, effect)
        case effects.PosteriorEffect():
            said = f"medians of the {clean(effect.under)} posterior in {clean(effect.posterior)}"
        case effects.ByDomainEffect():
            said = _by_item(study, effect)
        case _:
            values = _values(getattr(effect, effect.kind), names or study.domains)
            said = _CHANGES[effect.kind].format(values)
    return said


_CHANGES = {
    "shift": "shift of the latent score by {} SD",
    "odds_ratio": "cumulative odds ratio {}",
    "median": "to a median of {}",
    "mean_change": "change of the mean by {} points",
}
"""Effects that are numbers, one or one per item, by their kind."""


def _responders_words(responders: effects.Responders) -> str:
    way = "more" if responders.rise >= 0 else "fewer"
    reached = f"{way} with an answer of {responders.at_least} or above"
    return f"{100 * abs(responders.rise):g} percentage points {reached}"


def _joint_words(study: Study, effect: effects.JointEffect) -> str:
    row, words = effect.joint[0], study.words
    one_each = isinstance(row[0], tuple)
    each = f"one table per {words.item}" if one_each else f"one table for all {words.items}"
    points = len(row)  # the rows of a table are as many as its columns
    return (
        f"shares of every answer {words.before} with every answer {words.after} ({points} by "
        f"{points}), {each}"
    )


def _by_item(study: Study, effect: effects.ByDomainEffect) -> str:
    named = [
        f"{effect_words(study, of_domain, (name,))} in {short(name)}"
        for name, of_domain in effect.items.items()
    ]
    if {*study.domains} <= {*effect.items}:
        return "; ".join(named)
    others = f"{effect_words(study, effect.otherwise)} in the other {study.words.items}"
    return "; ".join([*named, others])


def _values(values: float | Sequence[float | None], names: Sequence[str]) -> str:
    """Write one number, or those of the items, each set of equal ones once."""
    if isinstance(values, int | float):
        return f"{values:g}"
    written = ["none" if value is None else f"{value:g}" for value in values]
    return _by_name(written, names)


def _marginals(shares: Marginal | Sequence[Marginal], study: Study) -> str:
    """Write the shares of the scale's points, lowest first; of items that differ by name."""
    by_item = [given for given in shares if isinstance(given, tuple)]
    if not by_item:
        return _marginal([share for share in shares if isinstance(share, int | float)], study)
    return _by_name([_marginal(given, study) for given in by_item], study.domains)


def _marginal(shares: Sequence[float], study: Study) -> str:
    written = "-".join(f"{round(100 * share, 1):g}" for share in shares)
    return f"{written}% at points {study.questionnaire.lowest} to {study.questionnaire.highest}"


def _by_name(written: Sequence[str], domains: Sequence[str]) -> str:
    names: dict[str, list[str]] = {}
    for value, name in zip(written, domains, strict=True):
        names.setdefault(value, []).append(short(name))
    if len(names) == 1:
        return written[0]
    return "; ".join(f"{value} ({listed_words(which)})" for value, which in names.items())


def _correlations(study: Study) -> tuple[str, str]:
    stated_as, given = SCALES[study.correlation.stated_as], study.correlation
    times = study.words.both_times
    if given.full is not None:
        among = f"{len(given.full)} by {len(given.full)} matrix, {_spread(given.full)}"
        return f"correlations of all answers {times}", f"{among}, {stated_as}"
    if len(study.domains) == 1:
        return f"correlation of answers {times}", f"{given.pre_post:g}, {stated_as}"
    items = given.items
    between = f"{items:g}" if isinstance(items, int | float) else _spread(items)
    return f"correlation of answers {times}, and between {study.words.items}", (
        f"{given.pre_post:g} and {between}, {stated_as}"
    )


def _spread(matrix: Sequence[Sequence[float]]) -> str:
    """Write the smallest and largest of a matrix of correlations."""
    apart = [value for i, row in enumerate(matrix) for value in row[:i]]
    return span(apart, "g") if apart else "1"


def selection_words(study: Study) -> str:
    """Say who takes part."""
    selection, before, after = study.selection, study.words.before, study.words.after
    if isinstance(selection, NoSelection):
        return "everybody who is asked"
    if isinstance(selection, BaselineSelection):
        return f"people whose answers {before} sum to {_range(selection)}"
    again = (
        f"answers at screening correlate with those {before} as those {before} with those {after}"
    )
    if selection.retest is not None:
        again = (
            f"correlation of answers at screening and {before} {selection.retest:g}, of the latent "
            "scores"
        )
    return f"people whose answers at a screening sum to {_range(selection)}; {again}"


def _range(selection: BaselineSelection | ScreeningSelection) -> str:
    low, high = selection.at_least, selection.at_most
    if low is not None and high is not None:
        return f"{low} to {high}"
    return f"at least {low}" if high is None else f"at most {high}"


def control_words(study: Study) -> str:
    """Say who is allocated to a control arm."""
    control, words = study.control, study.words
    if control is None:
        return "none"
    unit = words.unit if control.unit == "person" else words.site
    first, second = control.ratio
    return f"{words.treated} to control {first}:{second}, allocated by {unit}"
