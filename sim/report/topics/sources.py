"""Where each number of the form comes from: value, file, and place in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial, reduce
from typing import Any, Literal, NamedTuple

from sim.report.document.model import Section, Table, text
from sim.report.document.numbers import exact_or_not, number, percent, span
from sim.report.document.words import short
from sim.report.results.answer import PlanAnswer
from sim.report.results.rows import CHANCE, Row, answer_rows, rule_rows
from sim.report.topics.adjustments import NAMES
from sim.report.topics.assurance import prior_name
from sim.report.topics.drop_out import versions

File = Literal["results.csv", "summary.json", "manifest.json"]
Place = tuple[str | int, ...]
Entry = tuple[str, File, Place, Callable[[Any], str]]
"""A number's name, its file and place, and how what stands there is written."""


class Source(NamedTuple):
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
    place: Place

    @property
    def where(self) -> str:
        """The place in words."""
        if self.file != "results.csv":
            return " → ".join(_key(key) for key in self.place)
        parts = [short(str(part)) for part in self.place]
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
    """List the main numbers of the form, each read where it is said to stand."""
    of_rules = answer_rows(answer, rule_rows)
    rows = {_place(row.name, row.measure, row.size): row for row in of_rules}
    manifest = {"config": answer.original, "seed": answer.original.seed}
    for name, file, place, written in _entries(answer):
        whole = manifest if file == "manifest.json" else answer
        value = rows[place] if file == "results.csv" else reduce(_step, place, whole)
        if value is not None:
            yield Source(name, written(value), file, place)


def _step(of: Any, key: str | int) -> Any:
    """Go from a part of the answer to one within; the files have the names of its fields."""
    return getattr(of, key) if isinstance(key, str) and not isinstance(of, dict) else of[key]


def _entries(answer: PlanAnswer) -> Iterator[Entry]:
    yield from _size(answer)
    yield from _power(answer)
    yield from _effects(answer)
    yield from _allowances(answer)
    yield from _assurance(answer)
    yield "Seed", "manifest.json", ("seed",), str


def _size(answer: PlanAnswer) -> Iterator[Entry]:
    size, words = answer.sample_size, answer.words
    at = "sample_sizes", answer.sample_sizes.index(size)
    if size.size is None:
        yield f"Largest size studied ({words.units})", "summary.json", (*at, "limit"), str
        return
    yield f"Sample size ({words.units})", "summary.json", (*at, "size"), str
    for role, name in enumerate(answer.study.role_names):
        place = "characteristics", "roles", role, "n", answer.place
        yield f"Number of {words.people(name)}", "summary.json", place, str
    if size.replicates and size.low != size.high:
        for end, key in (("lower", "low_at_least"), ("upper", "high")):
            name = f"Its interval, {end} end ({words.units})"
            yield name, "summary.json", (*at, key), str


def _power(answer: PlanAnswer) -> Iterator[Entry]:
    yield "Significance level", "manifest.json", ("config", "analysis", "alpha"), "{:g}".format
    yield "Power aimed at", "manifest.json", ("config", "target", "power"), "{:g}".format
    for known in versions(answer):
        end = "" if known.main is answer.characteristics else f"_{CHANCE}"
        for what, measure in (
            ("Power", "win"),
            ("Met without any effect", "null_win"),
            ("Rejected without any effect, either direction", "null_rejection"),
        ):
            yield _of_row(answer, known.named(what), f"{measure}{end}")
    if answer.least_favourable is not None:
        yield _of_row(answer, "Met under the least favourable null", "least_favourable_win")


def _effects(answer: PlanAnswer) -> Iterator[Entry]:
    study = answer.study
    arm = f", {study.words.treated}" if study.has_controls else ""
    for role in study.success[study.primary].roles:
        who, effects, parts = study.words.people(role), ("effects", role), ("change_parts", role)
        yield _of_endpoints(
            answer, f"Mean change of the {who}{arm}", (*effects, "mean_change"), "+"
        )
        yield _of_endpoints(answer, f"SD of the change of the {who}{arm}", (*effects, "sd_change"))
        if study.has_controls and role in answer.change_parts:
            name = f"Mean change of the {who}, controls"
            yield _of_endpoints(answer, name, (*parts, "control_change"), "+")


def _of_endpoints(answer: PlanAnswer, name: str, place: Place, sign: str = "-") -> Entry:
    """Give a number of the primary rule's endpoint, or the range over several.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.
    name : str
        What it is.
    place : tuple of str or int
        Where those of every endpoint stand.
    sign : {'-', '+'}
        Whether it is written with a sign.
    """
    endpoints, looked_at = answer.study.endpoints, answer.study.primary_endpoints
    chosen = [endpoints.index(endpoint) for endpoint in looked_at]
    if len(chosen) == 1:
        full = f"{name}, {short(looked_at[0])}"
        return full, "summary.json", (*place, *chosen), lambda value: number(value, 2, sign)
    full, written = f"{name}, {len(chosen)} outcomes", partial(number, digits=2, sign=sign)
    return full, "summary.json", place, lambda values: span(values[chosen].tolist(), written)


def _allowances(answer: PlanAnswer) -> Iterator[Entry]:
    study, missing = answer.study, answer.study.missing
    for name, place, written, is_there in (
        ("Drop-out", ("missing", "rate"), percent, missing.rate > 0),
        ("Single answers missing", ("missing", "item_rate"), percent, missing.item_rate),
        ("Intraclass correlation", ("clusters", *study.clusters, "icc"), "{:g}".format,
         study.sites is not None),
    ):  # fmt: skip
        if is_there:
            yield name, "manifest.json", ("config", *place), written
    for i, before in enumerate(answer.before_adjustments):
        name = f"Size without {NAMES[before.adjustment]}"
        yield name, "summary.json", ("before_adjustments", i, "size", "size"), str


def _assurance(answer: PlanAnswer) -> Iterator[Entry]:
    rule = answer.rule_place
    for i, prior in enumerate(answer.assurances):
        name = prior_name(prior)
        yield _of_row(answer, f"Assurance ({name})", f"assurance_{prior.prior}")
        wanted = f"Size for assurance {prior.sizes[rule].target:g} ({name})"
        yield wanted, "summary.json", ("assurances", i, "sizes", rule, "size"), str


def _of_row(answer: PlanAnswer, name: str, measure: str) -> Entry:
    """Give a measure of the primary rule at the answer's size."""
    return name, "results.csv", _place(answer.sample_size.rule, measure, answer.size), _estimate


def _place(rule: str, measure: str, pairs: int) -> Place:
    """Columns of results.csv, and what the row of a rule has in them, by turns."""
    return "kind", "rule", "name", rule, "measure", measure, "size", pairs


def _estimate(row: Row) -> str:
    return exact_or_not(row.value, row.mcse, row.replicates)


def _key(key: str | int) -> str:
    return f"entry {key + 1}" if isinstance(key, int) else short(key)
