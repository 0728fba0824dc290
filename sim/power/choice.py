"""Which engine answers what: exact powers put in the place of simulated ones."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from sim.cohorts import Population
from sim.errors import StudyError
from sim.inference.rules import DecisionRule
from sim.inference.thresholds import stepwise
from sim.power.estimates import FloatArray, with_columns
from sim.power.exact import AUTO_CUT, ExactPower, exact_rejection
from sim.power.operating import OperatingCharacteristics, RoleCharacteristics
from sim.power.thinned import Enumerable, thinned_rejection
from sim.study import Analysis
from sim.study.endpoints import Endpoints


@dataclass
class ExactTable:
    """Exact powers by distribution of the change, sizes and level; each is computed once.

    Attributes
    ----------
    analysis : Analysis
        Test and options.
    work_limit, cut : float
        As for :func:`~sim.power.exact.exact_rejection`: how much is enumerated, how precisely.
    """

    analysis: Analysis
    work_limit: float
    cut: float = AUTO_CUT
    _known: dict[tuple[bytes, tuple[int, ...], float, float], ExactPower | StudyError] = field(
        default_factory=dict, init=False
    )

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
        if key not in self._known:
            try:
                self._known[key] = self.compute(pmf, sizes, alpha, gone)
            except StudyError as error:
                self._known[key] = error
        found = self._known[key]
        if isinstance(found, StudyError):
            raise found
        return found

    def compute(
        self, pmf: FloatArray, sizes: tuple[int, ...], alpha: float, gone: float
    ) -> ExactPower:
        """Enumerate, whether it was asked before or not."""
        analysis = self.analysis.model_copy(update={"alpha": alpha})
        distinct, place = np.unique(sizes, return_inverse=True)
        if gone > 0:
            found = thinned_rejection(pmf, distinct, analysis, gone, self.work_limit, self.cut)
        else:
            found = exact_rejection(pmf, distinct.tolist(), analysis, self.cut, self.work_limit)
        return ExactPower(found.power[place], found.win[place], found.error[place])


def with_exact(
    found: OperatingCharacteristics,
    populations: tuple[Population, ...],
    endpoints: Endpoints,
    table: ExactTable,
    primary: str,
    engine: str,
) -> OperatingCharacteristics:
    """Replace simulated rejection and win by exact ones wherever the exact engine applies.

    It applies to single domains, and to sums of one; and to rules on one
    of these where the adjustment is a single threshold on its p-value.

    Parameters
    ----------
    found : OperatingCharacteristics
        From the simulation.
    populations : tuple of Population
        One per role.
    endpoints : Endpoints
        What is tested of each.
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
    people = [Enumerable.of(population, endpoints, table.analysis) for population in populations]
    roles, errors = [], [0.0]
    for role, own in zip(found.roles, people, strict=True):
        changed, error = _exact_role(role, own, table, engine)
        roles.append(changed)
        errors.append(error)
    result = replace(found, roles=tuple(roles), error_bound=max(errors))
    return _exact_rules(result, people, endpoints, table, primary, engine)


def _exact_role(
    role: RoleCharacteristics, people: Enumerable, table: ExactTable, engine: str
) -> tuple[RoleCharacteristics, float]:
    power, win, error = {}, {}, 0.0
    for e, pmf in people.pmfs.items():
        try:
            people.require()
            own = table.power(pmf, role.n, table.analysis.alpha, people.gone)
        except StudyError:
            if engine == "exact":
                raise
            continue
        power[e], win[e] = own.power, own.win
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
    endpoints: Endpoints,
    table: ExactTable,
    primary: str,
    engine: str,
) -> OperatingCharacteristics:
    power, win = {}, {}
    for q, rule in enumerate(found.rules):
        try:
            role, domain, level = exact_place(rule, endpoints, table.analysis)
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


def exact_place(
    rule: DecisionRule, endpoints: Endpoints, analysis: Analysis
) -> tuple[int, int, float]:
    """Where a rule's one endpoint stands and at which level it is tested, for the exact engine.

    Parameters
    ----------
    rule : DecisionRule
        The rule.
    endpoints : Endpoints
        What is tested of each role.
    analysis : Analysis
        Level and adjustment.

    Returns
    -------
    role, endpoint : int
        The role's and the endpoint's place: a domain, or the sum of a single one.
    level : float
        Largest unadjusted p-value that is significant.

    Raises
    ------
    StudyError
        In words, where the exact engine does not apply.
    """
    refusal = f"engine: exact cannot answer the rule {rule.name!r}"
    role, endpoint = divmod(rule.columns[0], len(endpoints))
    is_sum = endpoint >= endpoints.domains
    if len(rule.columns) > 1:
        raise StudyError(f"{refusal}: it joins endpoints that are correlated; use engine=auto")
    if endpoints.members[endpoint].sum() > 1:
        raise StudyError(f"{refusal}: the total is a sum over correlated domains; use engine=auto")
    if is_sum and not analysis.adjustment_facts.with_total:
        return role, endpoint, analysis.alpha
    procedure = stepwise(analysis.adjustment, endpoints.domains, analysis.alpha)
    if procedure is None or procedure.direction != "single":
        raise StudyError(
            f"{refusal}: adjustment {analysis.adjustment} looks at all domains at once; "
            "use engine=auto"
        )
    return role, endpoint, procedure.thresholds[-procedure.needed[0]]
