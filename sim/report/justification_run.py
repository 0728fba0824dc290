"""A saved plan, as the sections of its justification ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.report.justification_fields import Fields, Value
from sim.report.justification_parts import (
    Blank,
    Line,
    Number,
    Part,
    Quote,
    Requirement,
    Words,
    clean,
    line,
    listed,
)
from sim.report.references import REFERENCES
from sim.report.saved import SavedRun
from sim.report.sizes import at_least, is_known
from sim.report.soundness import is_usable

CONFIG = ("manifest", "config")


class Plan:
    """A saved plan: its fields, its primary rule and the size at which it is read.

    Parameters
    ----------
    run : SavedRun
        A run of `plan`.

    Attributes
    ----------
    fields : Fields
        Fields by path: summary, manifest, results.
    rule : str
        Name of the primary rule.
    size : tuple
        Keys of the primary rule's sample size.
    reached : bool
        Whether a size reaches the target.
    usable : bool
        Whether it does, and can be used.
    at : int
        That size in pairs, or the largest studied.
    who : str
        Roles of the primary rule, as results.csv names them.
    cited : set of str
        References that the sections have cited so far.
    """

    def __init__(self, run: SavedRun) -> None:
        roots = {"summary": run.summary, "manifest": run.manifest, "results": _index(run)}
        self.fields = Fields(roots)
        self.rule: str = run.summary["primary_rule"]
        sizes = run.summary["sample_sizes"]
        place = next(i for i, size in enumerate(sizes) if size["rule"] == self.rule)
        self.size: tuple[str | int, ...] = ("summary", "sample_sizes", place)
        self.reached = sizes[place]["pairs"] is not None
        self.usable = self.reached and is_usable(sizes[place])
        self.at: int = sizes[place]["pairs"] or sizes[place]["limit"]
        self.roles: tuple[str, ...] = tuple(run.summary["effects"])
        self.domains: tuple[str, ...] = tuple(run.summary["endpoints"][:-1])
        self.who = "+".join(self.config("decision", "rules", self.rule, "roles"))
        self.cited: set[str] = set()
        names = {*self.domains, *self.config("decision", "rules")}
        self._names = sorted((name for name in names if len(name) > len(short(name))), key=len)

    def config(self, *keys: str | int) -> Any:
        """Look a setting up; None where it is not there."""
        return self.fields.get(*CONFIG, *keys)

    def setting(self, *keys: str | int, form: str = "") -> Number | Words:
        """Write a setting that is a number."""
        return self.fields.number(*CONFIG, *keys, form=form)

    def value(self, *keys: str | int) -> Value:
        """A setting that is a number, to reckon with."""
        return self.fields.needed(*CONFIG, *keys)

    def domain_names(self) -> list[Line]:
        """Name the domains."""
        where = (*CONFIG, "scale", "domains")
        return [line(self.fields.name(*where, i)) for i in range(len(self.domains))]

    def arms(self) -> tuple[Value, Value]:
        """Mentored and control pairs, of a study with two arms."""
        mentored = self.pairs().share(*(self.value("control", "ratio", i) for i in (0, 1)))
        return mentored, self.pairs() - mentored

    def pairs(self) -> Value:
        """The sample size, or else the largest studied."""
        return self.fields.needed(*self.size, "pairs" if self.reached else "limit")

    def result(self, measure: str, pairs: int | None = None) -> tuple[str | int, ...]:
        """Keys of a measure of the primary rule, in results.csv."""
        at = self.at if pairs is None else pairs
        return ("results", self.who, at, "rule", self.rule, measure)

    def estimate(self, measure: str, pairs: int | None = None) -> Line:
        """Write a measure of the primary rule with its Monte Carlo error, or that it is exact."""
        keys = self.result(measure, pairs)
        if self.fields.get(*keys) is None:
            return line("not computed")
        value = self.fields.number(*keys, "value", form=".3f")
        if self.fields.get(*keys, "engine") == "exact":
            return line(value, " (exact)")
        return line(value, " ± ", self.fields.number(*keys, "mcse", form=".3f"))

    def people(self, role: str) -> Value:
        """Count the people of a role at the size read."""
        keys: tuple[str | int, ...] = (*self.size, "participants", role)
        if not self.reached:
            keys = ("results", role, self.at, "endpoint", "total", "win", "n")
        return self.fields.needed(*keys)

    def sizes(self) -> tuple[int, ...]:
        """Sizes studied, in pairs."""
        return tuple(sorted(self.fields.get("results", self.who)))

    def cite(self, *names: str) -> Line:
        """Cite references in brackets; they are listed at the end."""
        names = tuple(name for name in names if name in REFERENCES)
        self.cited.update(names)
        return line(f" ({'; '.join(names)})") if names else ()

    def needed(self) -> tuple[int, int]:
        """Endpoints that the primary rule needs, and of how many."""
        rule = self.config("decision", "rules", self.rule)
        endpoints = rule["endpoints"]
        names = self.domains if endpoints == "domains" else endpoints
        count = (1 if isinstance(names, str) else len(names)) * len(rule["roles"])
        return {"all": count, "at_least": rule["k"] or 1}.get(rule["kind"], 1), count

    def endpoints(self, role_rule: Sequence[str] | str) -> Line:
        """Name the endpoints of a rule."""
        if role_rule == "total":
            return line("the total of all domains")
        if role_rule == "domains":
            if len(self.domains) == 1:
                return line("the one domain")
            count = self.fields.count(*CONFIG, "scale", "domains")
            return line("the ", count.shown(), " domains")
        where = (*CONFIG, "decision", "rules", self.rule, "endpoints")
        total = line("the total of all domains")
        names = [line("‘", self.fields.name(*where, i), "’") for i in range(len(role_rule))]
        return listed([total if role_rule[i] == "total" else name for i, name in enumerate(names)])

    def sentence(self, *keys: str | int) -> Quote:
        """Quote a sentence of the run, with long names in it shortened."""
        said = str(self.fields.get(*keys))
        for name in reversed(self._names):
            said = said.replace(name, short(name))
        return Quote(clean(said), self.fields.path(*keys))

    def reason(self, name: str, wanted: str) -> tuple[Part, bool]:
        """Quote a reason that the planner gives, or else leave a marked blank."""
        if self.config("report", "reasons", name) is None:
            return Blank(f"[to be completed: {wanted}]"), False
        return self.fields.prose(*CONFIG, "report", "reasons", name), True


def pairs_line(plan: Plan, keys: tuple[str | int, ...]) -> Line:
    """Write a sample size as far as the sizes studied tell, or the one that is not enough."""
    size, pairs = plan.fields.get(*keys), plan.fields.number(*keys, "pairs")
    if size["pairs"] is None:
        return line("over ", plan.fields.number(*keys, "limit"))
    if is_known(size):
        return line(pairs)
    if at_least(size) is None:
        return line("at most ", pairs)
    return line(plan.fields.number(*keys, "at_least"), " to ", pairs)


def interval_ends(plan: Plan, keys: tuple[str | int, ...]) -> tuple[Line, Line]:
    """Write the ends of a sample size's interval; the lower is empty where it is not known."""
    size, fields = plan.fields.get(*keys), plan.fields
    low = "low_at_least" if "low_at_least" in size else "low"
    below = () if size[low] is None else line(fields.number(*keys, low))
    if size["high"] is None:
        return below, line("more than ", fields.number(*keys, "limit"))
    return below, line(fields.number(*keys, "high"))


def short(name: str) -> str:
    """Shorten a name as it is shown."""
    return clean(name, 60)


def requirement(label: str, text: str, *, there: bool = True) -> Requirement:
    """Say what a guideline asks for, and whether it is there."""
    return Requirement(label, text, "complete" if there else "missing")


def _index(run: SavedRun) -> dict[str, Any]:
    """Sort the rows of results.csv by role, size, kind, name and measure."""
    index: dict[str, Any] = {}
    for row in run.rows():
        of_role = index.setdefault(row.role, {})
        named = of_role.setdefault(row.pairs, {}).setdefault(row.kind, {}).setdefault(row.name, {})
        numbers = ("value", "mcse", "pairs", "n", "replicates", "engine")
        named[row.measure] = {name: getattr(row, name) for name in numbers}
    return index
