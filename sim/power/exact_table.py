"""Which engine answers what: exact powers put in the place of simulated ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import FloatArray
from sim.cohorts import Population
from sim.compute.memory import Memory
from sim.errors import StudyError
from sim.inference.rules import DecisionRule
from sim.inference.thresholds import stepwise
from sim.power.estimates import with_columns
from sim.power.exact import AUTO_CUT, ExactPower
from sim.power.operating import OperatingCharacteristics, RoleCharacteristics
from sim.power.thinned import Enumerable, thinned_rejection
from sim.study import Analysis
from sim.study.endpoints import Endpoints

if TYPE_CHECKING:
    from sim.study import Study  # no block is handed one: its code is no part of theirs

REMEMBERED = 4096
"""Most exact powers that a table keeps: of more endpoints, levels and populations than a study."""


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
    _known: Memory[ExactPower] = field(default_factory=partial(Memory, REMEMBERED), init=False)

    def power(
        self, pmf: FloatArray, sizes: tuple[int, ...], alpha: float, gone: float = 0.0
    ) -> ExactPower:
        """Exact power of one endpoint at a level, its change missing with a probability.

        Raises
        ------
        StudyError
            Where the enumeration would take too long; at once the next time.
        """
        key = (np.round(pmf, 12).tobytes(), sizes, alpha, gone)
        return self._known.recall(key, partial(self.compute, pmf, sizes, alpha, gone))

    def compute(
        self, pmf: FloatArray, sizes: tuple[int, ...], alpha: float, gone: float
    ) -> ExactPower:
        """Enumerate, whether it is known or not."""
        analysis = self.analysis.model_copy(update={"alpha": alpha})
        distinct, place = np.unique(sizes, return_inverse=True)
        ordered: list[int] = distinct.tolist()
        exact = thinned_rejection(pmf, ordered, analysis, gone, self.work_limit, self.cut)
        return ExactPower(exact.power[place], exact.win[place], exact.error[place])


def with_exact(
    simulated: OperatingCharacteristics,
    populations: tuple[Population, ...],
    study: Study,
    table: ExactTable,
) -> OperatingCharacteristics:
    """Replace simulated rejection and win by exact ones wherever the exact engine applies.

    It applies to single domains, and to sums of one; and to rules on one
    of these where the adjustment is a single threshold on its p-value.

    Parameters
    ----------
    simulated : OperatingCharacteristics
        From the simulation.
    populations : tuple of Population
        One per role.
    study : Study
        Says which engine is wanted, and what is tested.
    table : ExactTable
        Exact powers.

    Returns
    -------
    OperatingCharacteristics

    Raises
    ------
    StudyError
        Where the engine is to be exact and the primary rule cannot be had exactly.
    """
    if study.engine == "monte_carlo":
        return simulated
    endpoints = study.endpoint_sets
    people = [
        Enumerable.of(population, endpoints, study.scored_analysis) for population in populations
    ]
    roles, errors = [], [0.0]
    for role, enumerable in zip(simulated.roles, people, strict=True):
        changed, error = _exact_role(role, enumerable, table, study.engine)
        roles.append(changed)
        errors.append(error)
    sizes = [role.n for role in simulated.roles]
    required = study.primary if study.engine == "exact" else None
    exact = exact_rules(simulated.rules, people, sizes, endpoints, table, required)
    power, win = ({q: getattr(of, name) for q, of in exact.items()} for name in ("power", "win"))
    return replace(
        simulated,
        roles=tuple(roles),
        error_bound=max(errors),
        rule_rejection=with_columns(simulated.rule_rejection, power),
        rule_win=with_columns(simulated.rule_win, win),
        exact_rules=tuple(q in exact for q in range(len(simulated.rules))),
    )


def _exact_role(
    role: RoleCharacteristics, people: Enumerable, table: ExactTable, engine: str
) -> tuple[RoleCharacteristics, float]:
    power, win, error = {}, {}, 0.0
    for e, pmf in people.pmfs.items():
        try:
            people.require()
            exact_power = table.power(pmf, role.n, table.analysis.alpha, people.gone)
        except StudyError:
            if engine == "exact":
                raise
            continue
        power[e], win[e] = exact_power.power, exact_power.win
        error = max(error, float(exact_power.error.max()))
    measures = replace(
        role.measures,
        rejection=with_columns(role.measures.rejection, power),
        win=with_columns(role.measures.win, win),
    )
    exact = tuple(e in power for e in range(len(role.endpoints)))
    return replace(role, measures=measures, exact=exact), error


def exact_rules(
    rules: Sequence[DecisionRule],
    people: Sequence[Enumerable],
    sizes: Sequence[tuple[int, ...]],
    endpoints: Endpoints,
    table: ExactTable,
    required: str | None,
) -> dict[int, ExactPower]:
    """Exact power of the rules that have one, by their place.

    Parameters
    ----------
    rules : sequence of DecisionRule
        The rules.
    people, sizes : sequence of Enumerable, sequence of tuple of int
        Of each role, and how many of them there are at each size.
    endpoints : Endpoints
        What is tested of each role.
    table : ExactTable
        Exact powers.
    required : str or None
        Name of the rule that has to have one, if any has to.

    Returns
    -------
    dict of int to ExactPower

    Raises
    ------
    StudyError
        Where the rule that has to have one has none.
    """
    powers = {}
    for q, rule in enumerate(rules):
        try:
            role, place, level = exact_place(rule, endpoints, table.analysis)
            people[role].require()
            pmf, gone = people[role].pmfs[place], people[role].gone
            powers[q] = table.power(pmf, sizes[role], level, gone)
        except StudyError:
            if rule.name == required:
                raise
    return powers


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
        raise StudyError(f"{refusal}: it looks at a sum of correlated domains; use engine=auto")
    if is_sum and not analysis.adjustment_facts.with_total:
        return role, endpoint, analysis.alpha
    procedure = stepwise(analysis.adjustment, endpoints.domains, analysis.alpha)
    if procedure is None or procedure.direction != "single":
        raise StudyError(
            f"{refusal}: adjustment {analysis.adjustment} looks at all domains at once; "
            "use engine=auto"
        )
    return role, endpoint, procedure.thresholds[-procedure.needed[0]]
