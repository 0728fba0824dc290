"""What is assumed, in plain words: which part of the study, what stands there, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sim.report.document.guidelines import requirement
from sim.report.document.model import (
    LONG_NAME,
    Blank,
    Block,
    Part,
    Section,
    Table,
    clean,
    listed,
    text,
    words_of,
)
from sim.report.results.answer import Assumption, PlanAnswer
from sim.report.topics.participation import cluster_words
from sim.study import Study
from sim.study.base import Marginal
from sim.study.control import (
    BaselineSelection,
    NoSelection,
    ParallelControl,
    ScreeningSelection,
    Selection,
)
from sim.study.effects import (
    ByDomainEffect,
    Effect,
    JointEffect,
    MedianEffect,
    OddsRatioEffect,
    PostEffect,
    PosteriorEffect,
    ShiftEffect,
)
from sim.study.sections import Correlations

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
    blocks: tuple[Block, ...] = (table,)
    if not table.rows:
        blocks = (text("The settings of the run mark no value as an assumption."),)
    required = requirement("SPIRIT 2025, item 19", "All assumptions behind the sample size")
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
    words, domains = study.words, study.scale.domains
    first, *rest = field.split(".")
    if first == "roles":
        who, role = words.people(rest[0]), study.roles[rest[0]]
        if len(rest) == 1:
            return f"answers of the {who} before", _marginals(role.pre, domains)
        effect = study.effect if role.effect is None else role.effect
        return f"effect of {words.intervention} on the {who}", effect_words(effect, domains)
    match field:
        case "effect":
            return f"effect of {words.intervention}", effect_words(study.effect, domains)
        case "control.effect" if isinstance(study.control, ParallelControl):
            return "effect on the controls", effect_words(study.control.effect, domains)
    return _OTHERS[field](study)


def effect_words(effect: Effect, domains: Sequence[str]) -> str:
    """Write an effect in words, every domain that has a value of its own by name."""
    words = "none"
    match effect:
        case ShiftEffect():
            words = f"shift of the latent score by {_values(effect.shift, domains)} SD"
        case OddsRatioEffect():
            words = f"cumulative odds ratio {_values(effect.odds_ratio, domains)}"
        case MedianEffect():
            words = f"median after {_values(effect.median, domains)}"
        case PostEffect():
            words = f"answers after {_marginals(effect.post, domains)}"
        case JointEffect():
            words = _joint_words(effect)
        case PosteriorEffect():
            words = f"medians of the {clean(effect.under)} posterior in {clean(effect.file)}"
        case ByDomainEffect():
            words = _by_domain(effect, domains)
    return words


def _joint_words(effect: JointEffect) -> str:
    row = effect.joint[0]
    each = "one table per domain" if isinstance(row[0], tuple) else "one table for all domains"
    points = len(row)  # the rows of a table are as many as its columns
    return f"shares of every answer before with every answer after ({points} by {points}), {each}"


def _by_domain(effect: ByDomainEffect, domains: Sequence[str]) -> str:
    named = [
        f"{effect_words(of_domain, (name,))} in {clean(name, LONG_NAME)}"
        for name, of_domain in effect.domains.items()
    ]
    if {*domains} <= {*effect.domains}:
        return "; ".join(named)
    return "; ".join([*named, f"{effect_words(effect.otherwise, domains)} in the other domains"])


def _values(values: float | Sequence[float | None], domains: Sequence[str]) -> str:
    """Write one number, or those of the domains, each set of equal ones once."""
    if isinstance(values, int | float):
        return f"{values:g}"
    written = ["none" if value is None else f"{value:g}" for value in values]
    return _by_name(written, domains)


def _marginals(shares: Marginal | Sequence[Marginal], domains: Sequence[str]) -> str:
    """Write the shares of the scale's points, lowest first; of domains that differ by name."""
    by_domain = [given for given in shares if isinstance(given, tuple)]
    if not by_domain:
        return _marginal([share for share in shares if isinstance(share, int | float)])
    return _by_name(list(map(_marginal, by_domain)), domains)


def _marginal(shares: Sequence[float]) -> str:
    written = "-".join(f"{round(100 * share, 1):g}" for share in shares)
    return f"{written}% at points 1 to {len(shares)}"


def _by_name(written: Sequence[str], domains: Sequence[str]) -> str:
    names: dict[str, list[str]] = {}
    for value, name in zip(written, domains, strict=True):
        names.setdefault(value, []).append(clean(name, LONG_NAME))
    if len(names) == 1:
        return written[0]
    return "; ".join(f"{value} ({words_of(listed(which))})" for value, which in names.items())


def _correlations(study: Study) -> tuple[str, str]:
    stated_as, given = SCALES[study.correlation.stated_as], study.correlation
    if given.full is not None:
        among = f"{len(given.full)} by {len(given.full)} matrix, {_spread(given.full)}"
        return "correlations of all answers before and after", f"{among}, {stated_as}"
    return "correlation of before and after, and between domains", (
        f"{given.pre_post:g} and {_between(given)}, {stated_as}"
    )


def _between(given: Correlations) -> str:
    domains = given.domains
    return f"{domains:g}" if isinstance(domains, int | float) else _spread(domains)


def _spread(matrix: Sequence[Sequence[float]]) -> str:
    """Write the smallest and largest of a matrix of correlations."""
    apart = [value for i, row in enumerate(matrix) for value in row[:i]]
    if not apart:
        return "1"
    low, high = min(apart), max(apart)
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _clusters(study: Study) -> tuple[str, str]:
    name = f"likeness of people of one {study.words.site}"
    return name, "; ".join(cluster_words(study, study.clusters))


def _selection(study: Study) -> tuple[str, str]:
    return "who takes part", selection_words(study.selection)


def selection_words(selection: Selection) -> str:
    """Say who takes part."""
    match selection:
        case NoSelection():
            return "everybody who is asked"
        case BaselineSelection():
            return f"people with a total before of {_range(selection)}"
        case ScreeningSelection():
            again = "as before and after"
            if selection.retest is not None:
                again = f"{selection.retest:g}, of the latent scores"
            return (
                f"people with a total at a screening of {_range(selection)}; correlation of "
                f"screening and baseline {again}"
            )


def _range(selection: BaselineSelection | ScreeningSelection) -> str:
    low, high = selection.at_least, selection.at_most
    if low is not None and high is not None:
        return f"{low} to {high}"
    return f"at least {low}" if high is None else f"at most {high}"


def _uncontrolled(study: Study) -> tuple[str, str]:
    shift = _values(study.uncontrolled.response_shift, study.scale.domains)
    return f"change without {study.words.intervention}", f"latent shift of everybody by {shift} SD"


def _control(study: Study) -> tuple[str, str]:
    control, words = study.control, study.words
    if not isinstance(control, ParallelControl):
        return "control arm", "none"
    unit = words.unit if control.unit == "person" else words.site
    first, second = control.ratio
    return "control arm", f"{words.treated} to control {first}:{second}, allocated by {unit}"


_OTHERS: dict[str, Callable[[Study], tuple[str, str]]] = {
    "correlation": _correlations,
    "clusters": _clusters,
    "selection": _selection,
    "uncontrolled": _uncontrolled,
    "control": _control,
}
"""Parts of a study that can be assumed, by their place in its settings."""
