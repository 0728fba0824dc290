"""Which engine answers what: exact powers put in the place of simulated ones."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import partial

import numpy as np

from sim.cohorts import Population, change_pmf
from sim.cohorts.truth import mean_changes, true_nulls
from sim.compute.shelf import Shelf
from sim.compute.store import Store
from sim.errors import StudyError
from sim.inference.registry import MODELS
from sim.inference.rules import DecisionRule
from sim.inference.thresholds import stepwise
from sim.power.estimates import FloatArray, with_columns
from sim.power.exact import AUTO_CUT, AUTO_LIMIT, WORK_LIMIT, ExactPower, exact_rejection
from sim.power.operating import OperatingCharacteristics, RoleCharacteristics
from sim.power.tally_bytes import from_bytes, to_bytes
from sim.power.thinned import Enumerable, thinned_rejection
from sim.study import Analysis


@dataclass
class ExactTable:
    """Exact powers by distribution of the change, sizes and level; each is computed once.

    Where there is a store, they are looked up and kept there, each as the one
    block of a task of its own.
    """

    analysis: Analysis
    work_limit: float
    store: Store | None
    _found: dict[tuple[bytes, tuple[int, ...], float, float], ExactPower | StudyError]

    @classmethod
    def of(cls, analysis: Analysis, engine: str, store: Store | None = None) -> ExactTable:
        """Table for an engine: the choice `auto` allows less work than the demand `exact`."""
        return cls(analysis, WORK_LIMIT if engine == "exact" else AUTO_LIMIT, store, {})

    def power(
        self, pmf: FloatArray, sizes: tuple[int, ...], alpha: float, gone: float = 0.0
    ) -> ExactPower:
        """Exact power of one endpoint at a level, its change missing with a probability.

        Raises
        ------
        StudyError
            Where the enumeration would take too long; at once when asked again.
        """
        key = (np.round(pmf, 12).tobytes(), sizes, alpha, gone)
        if key not in self._found:
            try:
                self._found[key] = self._kept(pmf, sizes, alpha, gone)
            except StudyError as error:
                self._found[key] = error
        found = self._found[key]
        if isinstance(found, StudyError):
            raise found
        return found

    def _kept(
        self, pmf: FloatArray, sizes: tuple[int, ...], alpha: float, gone: float
    ) -> ExactPower:
        """Look in the store first; what is refused is not kept there."""
        task = (ExactPower.__name__, self.analysis, self.work_limit, pmf, sizes, alpha, gone)
        shapes = {field.name: (len(sizes),) for field in fields(ExactPower)}
        shelf: Shelf[ExactPower] | None = Shelf.of(
            self.store, task, to_bytes, partial(from_bytes, ExactPower, shapes)
        )
        if shelf is None:
            return self._compute(pmf, sizes, alpha, gone)
        ((_, found),) = shelf.look_up([0])
        if found is None:
            found = self._compute(pmf, sizes, alpha, gone)
            shelf.keep(0, found)
        return found

    def _compute(
        self, pmf: FloatArray, sizes: tuple[int, ...], alpha: float, gone: float
    ) -> ExactPower:
        analysis = self.analysis.model_copy(update={"alpha": alpha})
        distinct, place = np.unique(sizes, return_inverse=True)
        if gone > 0:
            found = thinned_rejection(pmf, distinct, analysis, gone, self.work_limit)
        else:
            found = exact_rejection(pmf, distinct.tolist(), analysis, AUTO_CUT, self.work_limit)
        return ExactPower(found.power[place], found.win[place], found.error[place])


def with_exact(
    found: OperatingCharacteristics,
    populations: tuple[Population, ...],
    table: ExactTable,
    primary: str,
    engine: str,
) -> OperatingCharacteristics:
    """Replace simulated rejection and win by exact ones wherever the exact engine applies.

    It applies to single domains; and to rules on one domain where the
    adjustment is a single threshold on its p-value.

    Parameters
    ----------
    found : OperatingCharacteristics
        From the simulation.
    populations : tuple of Population
        One per role.
    table : ExactTable
        Exact powers.
    primary : str
        The rule that sizes the study.
    engine : {'auto', 'exact', 'monte_carlo'}
        Which engine was asked for.

    Returns
    -------
    OperatingCharacteristics

    Raises
    ------
    StudyError
        Where `engine` is exact and the primary rule cannot be had exactly.
    """
    if engine == "monte_carlo":
        return found
    people = [Enumerable.of(population, table.analysis) for population in populations]
    roles, errors = [], [0.0]
    for role, own in zip(found.roles, people, strict=True):
        changed, error = _exact_role(role, own, table, engine)
        roles.append(changed)
        errors.append(error)
    result = replace(found, roles=tuple(roles), error_bound=max(errors))
    return _exact_rules(result, people, table, primary, engine)


def _exact_role(
    role: RoleCharacteristics, people: Enumerable, table: ExactTable, engine: str
) -> tuple[RoleCharacteristics, float]:
    power, win, error = {}, {}, 0.0
    for d, pmf in enumerate(people.pmfs):
        try:
            people.require()
            own = table.power(pmf, role.n, table.analysis.alpha, people.gone)
        except StudyError:
            if engine == "exact":
                raise
            continue
        power[d], win[d] = own.power, own.win
        error = max(error, float(own.error.max()))
    measures = replace(
        role.measures,
        rejection=with_columns(role.measures.rejection, power),
        win=with_columns(role.measures.win, win),
    )
    exact = tuple(e in power for e in range(len(role.endpoints)))
    return replace(role, measures=measures, exact=exact), error


def _exact_rules(
    found: OperatingCharacteristics,
    people: list[Enumerable],
    table: ExactTable,
    primary: str,
    engine: str,
) -> OperatingCharacteristics:
    power, win = {}, {}
    for q, rule in enumerate(found.rules):
        try:
            role, domain, level = exact_place(rule, len(people[0].pmfs), table.analysis)
            people[role].require()
            n, gone = found.roles[role].n, people[role].gone
            own = table.power(people[role].pmfs[domain], n, level, gone)
        except StudyError:
            if engine == "exact" and rule.name == primary:
                raise
            continue
        power[q], win[q] = own.power, own.win
    return replace(
        found,
        rule_rejection=with_columns(found.rule_rejection, power),
        rule_win=with_columns(found.rule_win, win),
        exact_rules=tuple(q in power for q in range(len(found.rules))),
    )


def exact_place(rule: DecisionRule, domains: int, analysis: Analysis) -> tuple[int, int, float]:
    """Where a rule's one domain stands and at which level it is tested, for the exact engine.

    Parameters
    ----------
    rule : DecisionRule
        The rule.
    domains : int
        Number of domains D.
    analysis : Analysis
        Level and adjustment.

    Returns
    -------
    role, domain : int
        The role's and the domain's place.
    level : float
        Largest unadjusted p-value that is significant.

    Raises
    ------
    StudyError
        In words, where the exact engine does not apply.
    """
    refusal = f"engine: exact cannot answer the rule {rule.name!r}"
    role, endpoint = divmod(rule.columns[0], domains + 1)
    if len(rule.columns) > 1:
        raise StudyError(f"{refusal}: it joins endpoints that are correlated; use engine=auto")
    if endpoint == domains:
        raise StudyError(f"{refusal}: the total is a sum over correlated domains; use engine=auto")
    procedure = stepwise(analysis.adjustment, domains, analysis.alpha)
    if procedure is None or procedure.direction != "single":
        raise StudyError(
            f"{refusal}: adjustment {analysis.adjustment} looks at all domains at once; "
            "use engine=auto"
        )
    return role, endpoint, procedure.thresholds[-procedure.needed[0]]


def effects_tested(
    population: Population, analysis: Analysis, controls: Population | None = None
) -> FloatArray:
    """Effects whose sign the test looks for, per endpoint: the domains, then the total.

    Parameters
    ----------
    population : Population
        Who exists.
    analysis : Analysis
        Its cut, where it states one.
    controls : Population, optional
        The control arm, with whose changes those of the first are compared.

    Returns
    -------
    ndarray, shape (D + 1,)
        True mean changes in points, less those of controls; 0 of a total that
        is not tested. With a cut, changes of the share of
        people at or above it; that of the total, which has no closed form,
        is taken to be on the stated side wherever any domain has an effect,
        and 0 where the total is not tested.
    """
    if analysis.test in MODELS:  # which do not look at the total
        return np.append(mean_changes(population)[:-1], 0.0)
    if analysis.cut is None:
        without = 0.0 if controls is None else mean_changes(controls)
        return np.asarray(mean_changes(population) - without)
    shares = change_pmf(population, analysis.cut) @ np.array([-1, 0, 1])
    possible = analysis.total_cut is not None and not true_nulls(population).all()
    side = analysis.side
    return np.append(shares, side if possible else 0)


def impossible_rule(rule: DecisionRule, effects: FloatArray, stated_side: int) -> str | None:
    """Say why no size can meet a rule, where too few of its endpoints have an effect.

    Parameters
    ----------
    rule : DecisionRule
        The rule.
    effects : ndarray, shape (J,)
        True effects as from :func:`effects_tested`, all roles side by side.
    stated_side : int
        1 where a rise is a win, -1 where a fall is.

    Returns
    -------
    str or None
    """
    helpful = int((effects[list(rule.columns)] * stated_side > 1e-9).sum())
    if helpful >= rule.needed:
        return None
    return (
        f"it needs {rule.needed} of its {len(rule.columns)} endpoints, and only {helpful} "
        "have an effect in the stated direction"
    )
