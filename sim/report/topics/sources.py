"""Where each number of the form comes from: value, file, and place in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sim.arrays import FloatArray
from sim.power.estimates import Estimate
from sim.report.document.model import LONG_NAME, Section, Table, clean, text
from sim.report.document.numbers import estimate, number, percent, with_error
from sim.report.results.answer import PlanAnswer
from sim.report.results.rows import CHANCE
from sim.report.topics.adjustments import NAMES
from sim.report.topics.assurance import prior_name
from sim.report.topics.drop_out import versions
from sim.study.clusters import SiteClusters
from sim.study.missing import NoneMissing

File = Literal["results.csv", "summary.json", "manifest.json"]


@dataclass(frozen=True)
class Source:
    """A number of the form and where it stands.

    Attributes
    ----------
    name : str
        What it is.
    value : str
        As it is written in the form.
    file : {'results.csv', 'summary.json', 'manifest.json'}
        File in the run's folder.
    place : tuple of str or int
        Keys that lead to it; in results.csv columns and what its row has in them, by turns.
    """

    name: str
    value: str
    file: File
    place: tuple[str | int, ...]

    @property
    def where(self) -> str:
        """The place in words."""
        if self.file != "results.csv":
            return " → ".join(_key(key) for key in self.place)
        parts = [clean(str(part), LONG_NAME) for part in self.place]
        row = ", ".join(f"{name} {of}" for name, of in zip(parts[::2], parts[1::2], strict=True))
        return f"value and mcse of the row with {row}"


def sources_section(answer: PlanAnswer) -> Section:
    """Say of the main numbers where they stand in the run's folder."""
    rows = tuple((of.name, of.value, of.file, of.where) for of in sources(answer))
    head = ("Number", "Value", "File", "Place in the file")
    words = text(
        "These files are in the folder of the run. In .json files the place is a row of keys, of "
        "which the number of an entry of a list counts from 1; results.csv has a row per number."
    )
    return Section("Where each number comes from", (words, Table("", head, rows, left=4)))


def sources(answer: PlanAnswer) -> Iterator[Source]:
    """List the main numbers of the form."""
    yield from _size(answer)
    yield from _power(answer)
    yield from _effects(answer)
    yield from _allowances(answer)
    yield from _assurance(answer)
    yield Source("Seed", str(answer.study.seed), "manifest.json", ("seed",))


def _size(answer: PlanAnswer) -> Iterator[Source]:
    size, units = answer.sample_size, answer.study.words.units
    at: tuple[str | int, ...] = ("sample_sizes", answer.sample_sizes.index(size))
    if size.pairs is None:
        yield Source(f"Largest size studied ({units})", str(size.limit), "summary.json",
                     (*at, "limit"))  # fmt: skip
        return
    yield Source(f"Sample size ({units})", str(size.pairs), "summary.json", (*at, "pairs"))
    for role, name in enumerate(answer.study.role_names):
        of_role = f"Number of {answer.study.words.people(name)}"
        count = str(answer.study.participants(role, size.pairs))
        yield Source(of_role, count, "summary.json", (*at, "participants", name))
    if size.replicates and size.low != size.high:
        for end, key in (("lower", "low_at_least"), ("upper", "high")):
            value = getattr(size, key)
            if value is not None:
                yield Source(f"Its interval, {end} end ({units})", str(value), "summary.json",
                             (*at, key))  # fmt: skip


def _power(answer: PlanAnswer) -> Iterator[Source]:
    analysis, target = answer.study.analysis, answer.study.target
    settings = ("config", "analysis", "alpha"), ("config", "target", "power")
    yield Source("Significance level", f"{analysis.alpha:g}", "manifest.json", settings[0])
    yield Source("Power aimed at", f"{target.power:g}", "manifest.json", settings[1])
    for known in versions(answer):
        end = "" if known.main is answer.characteristics else f"_{CHANCE}"
        yield from _estimate(answer, known.named("Power"), f"win{end}", known.main.rule_win)
        yield from _estimate(answer, known.named("Met without any effect"), f"null_win{end}",
                             known.null.rule_win)  # fmt: skip
        yield from _estimate(answer, known.named("Rejected without any effect, either direction"),
                             f"null_rejection{end}", known.null.rule_rejection)  # fmt: skip
    least = answer.least_favourable
    if least is not None:
        value = with_error(least.value, least.mcse)
        place = _row(answer, "least_favourable_win")
        yield Source("Met under the least favourable null", value, "results.csv", place)


def _estimate(answer: PlanAnswer, name: str, measure: str, of: Estimate) -> Iterator[Source]:
    """Give an estimate of the primary rule at the answer's size."""
    at = answer.place, answer.characteristics.rule_index(answer.sample_size.rule)
    yield Source(name, estimate(of, *at), "results.csv", _row(answer, measure))


def _effects(answer: PlanAnswer) -> Iterator[Source]:
    study = answer.study
    arm = f", {study.words.treated}" if study.has_controls else ""
    for role in study.decision.rules[study.decision.primary].roles:
        who, of = study.words.people(role), answer.effects[role]
        base = ("effects", role)
        yield _of_endpoints(answer, f"Mean change of the {who}{arm}", of.mean_change,
                            (*base, "mean_change"), "+")  # fmt: skip
        yield _of_endpoints(answer, f"SD of the change of the {who}{arm}", of.sd_change,
                            (*base, "sd_change"))  # fmt: skip
        parts = answer.change_parts.get(role)
        if parts is not None and parts.control_change is not None:
            name = f"Mean change of the {who}, controls"
            yield _of_endpoints(answer, name, parts.control_change,
                                ("audit", role, "control_change"), "+", named=True)  # fmt: skip


def _of_endpoints(
    answer: PlanAnswer,
    name: str,
    values: FloatArray,
    place: tuple[str | int, ...],
    sign: str = "-",
    *,
    named: bool = False,
) -> Source:
    """Give a number of the primary rule's endpoint, or the range over several.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.
    name : str
        What it is.
    values : ndarray, shape (E,)
        Of every endpoint.
    place : tuple of str or int
        Where they stand in summary.json.
    sign : {'-', '+'}
        Whether it is written with a sign.
    named : bool
        Whether they stand there by the endpoints' names, and not in their order.
    """
    endpoints, looked_at = answer.study.endpoints, answer.study.primary_endpoints
    chosen = [float(values[endpoints.index(endpoint)]) for endpoint in looked_at]
    if len(chosen) == 1:
        key = looked_at[0] if named else endpoints.index(looked_at[0])
        full = f"{name}, {clean(looked_at[0], LONG_NAME)}"
        return Source(full, number(chosen[0], 2, sign), "summary.json", (*place, key))
    ends = dict.fromkeys(number(end, 2, sign) for end in (min(chosen), max(chosen)))
    return Source(f"{name}, {len(chosen)} outcomes", " to ".join(ends), "summary.json", place)


def _allowances(answer: PlanAnswer) -> Iterator[Source]:
    study = answer.study
    missing, clusters = study.missing, study.clusters
    if not isinstance(missing, NoneMissing):
        yield Source("Drop-out", percent(missing.rate), "manifest.json",
                     ("config", "missing", "rate"))  # fmt: skip
    if missing.item_rate:
        yield Source("Single answers missing", percent(missing.item_rate), "manifest.json",
                     ("config", "missing", "item_rate"))  # fmt: skip
    if isinstance(clusters, SiteClusters):
        yield Source("Intraclass correlation", f"{clusters.site_icc:g}", "manifest.json",
                     ("config", "clusters", "site_icc"))  # fmt: skip
    for i, before in enumerate(answer.before_adjustments):
        if before.size.pairs is not None:
            name = f"Size without {NAMES[before.adjustment]}"
            yield Source(name, str(before.size.pairs), "summary.json",
                         ("before_adjustments", i, "size", "pairs"))  # fmt: skip


def _assurance(answer: PlanAnswer) -> Iterator[Source]:
    rule = answer.sample_size.rule
    at = answer.place, answer.characteristics.rule_index(rule)
    for i, prior in enumerate(answer.assurances):
        name = prior_name(prior)
        value = with_error(float(prior.value.value[at]), float(prior.value.mcse[at]))
        row = _row(answer, f"assurance_{prior.prior}")
        yield Source(f"Assurance ({name})", value, "results.csv", row)
        size = next(size for size in prior.sizes if size.rule == rule)
        if size.pairs is not None:
            wanted = f"Size for assurance {size.target:g} ({name})"
            place = ("assurance", i, "pairs", rule)
            yield Source(wanted, str(size.pairs), "summary.json", place)


def _row(answer: PlanAnswer, measure: str) -> tuple[str | int, ...]:
    """Columns and values of the row of a measure of the primary rule, at the answer's size."""
    rule = answer.sample_size.rule
    return ("kind", "rule", "name", rule, "measure", measure, "pairs", answer.pairs)


def _key(key: str | int) -> str:
    return f"entry {key + 1}" if isinstance(key, int) else clean(key, LONG_NAME)
