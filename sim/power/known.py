"""Powers that are known without simulating studies, put in the place of simulated ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sim.cohorts import Population
from sim.errors import StudyError
from sim.inference.rules import DecisionRule
from sim.inference.thresholds import stepwise
from sim.power.estimates import Estimate, exactly, with_columns
from sim.power.exact_table import ExactTable
from sim.power.operating import (
    EndpointMeasures,
    OperatingCharacteristics,
    RoleCharacteristics,
)
from sim.power.thinned import Changes
from sim.study import Analysis
from sim.study.endpoints import Endpoints

if TYPE_CHECKING:
    from sim.study import Study  # no block is handed one: its code is no part of theirs


@dataclass(frozen=True, eq=False)
class KnownPower:
    """Power of one endpoint without, or with hardly any, Monte Carlo error, per size (K).

    Attributes
    ----------
    power, win : Estimate, shape (K,)
        P(p <= alpha), and that with the statistic on the side that wins.
    error : float
        Most by which an exact probability can be too small.
    """

    power: Estimate
    win: Estimate
    error: float = 0.0


@dataclass(frozen=True, eq=False)
class Draws:
    """How many absolute changes are sampled where they are too many to list, and by which seed."""

    number: int
    seed: int


def known_power(
    changes: Changes,
    place: int,
    sizes: tuple[int, ...],
    level: float,
    table: ExactTable,
    draws: Draws | None,
) -> KnownPower:
    """Power of one endpoint at a level, enumerated if that can be had, or else sampled.

    Parameters
    ----------
    changes, place : Changes, int
        Who changes, and the endpoint's place.
    sizes : tuple of int
        Participants.
    level : float
        Largest p-value that is significant.
    table : ExactTable
        What is known already.
    draws : Draws or None
        What may be sampled; nothing where there is none.

    Raises
    ------
    StudyError
        Where the power can be had in neither way.
    """
    try:
        change = changes.listed(place)
        exact = table.power(change.pmf, sizes, level, change.gone)
    except StudyError:
        if draws is None or table.analysis.test_facts.enumerated == "signs":
            raise
        change = changes.change(place)
        sampled = table.sampled(change, sizes, level, draws.number, draws.seed)
        return KnownPower(sampled.power, sampled.win)
    error = float(exact.error.max())
    return KnownPower(exactly(exact.power), exactly(exact.win), error)


def with_exact(
    simulated: OperatingCharacteristics,
    populations: tuple[Population, ...],
    study: Study,
    table: ExactTable,
) -> OperatingCharacteristics:
    """Replace simulated rejection and win wherever they are had exactly, or almost.

    That is for single endpoints; and for rules on one of these where the
    adjustment is a single threshold on its p-value.

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
    if study.power_engine == "monte_carlo":
        return simulated
    endpoints, demanded = study.endpoint_sets, study.engine == "exact"
    analysis = study.scored_analysis
    people = [Changes.of(population, endpoints, analysis) for population in populations]
    draws = None if demanded else Draws(simulated.replicates, study.seed)
    roles, errors = [], [0.0]
    for role, changes in zip(simulated.roles, people, strict=True):
        changed, error = _known_role(role, changes, table, draws)
        roles.append(changed)
        errors.append(error)
    sizes = [role.n for role in simulated.roles]
    required = study.primary if demanded else None
    known = known_rules(simulated.rules, people, sizes, endpoints, table, required, draws)
    power, win = ({q: getattr(of, name) for q, of in known.items()} for name in ("power", "win"))
    return replace(
        simulated,
        roles=tuple(roles),
        error_bound=max(errors),
        rule_rejection=with_columns(simulated.rule_rejection, power),
        rule_win=with_columns(simulated.rule_win, win),
    )


def _known_role(
    role: RoleCharacteristics, changes: Changes, table: ExactTable, draws: Draws | None
) -> tuple[RoleCharacteristics, float]:
    known = {}
    for e in range(len(role.endpoints)):
        try:
            known[e] = known_power(changes, e, role.n, table.analysis.alpha, table, draws)
        except StudyError:
            if draws is None and changes.is_single(e) and changes.is_tested(e):
                raise
    levels = [level_of(e, changes.endpoints, table.analysis) for e in range(len(role.endpoints))]
    unadjusted = {e: of for e, of in known.items() if levels[e] == table.analysis.alpha}
    measures = replace(
        role.measures,
        **columns_of(role.measures, "", known),
        **columns_of(role.measures, "adjusted_", unadjusted),
    )
    error = max((of.error for of in known.values()), default=0.0)
    return replace(role, measures=measures), error


def columns_of(
    measures: EndpointMeasures, prefix: str, known: dict[int, KnownPower]
) -> dict[str, Estimate]:
    """Put known powers into the columns of two measures, where there are such."""
    stated = {"rejection": {e: of.power for e, of in known.items()},
              "win": {e: of.win for e, of in known.items()}}  # fmt: skip
    simulated = {name: getattr(measures, prefix + name) for name in stated}
    return {
        prefix + name: with_columns(simulated[name], columns)
        for name, columns in stated.items()
        if simulated[name] is not None
    }


def known_rules(
    rules: Sequence[DecisionRule],
    people: Sequence[Changes],
    sizes: Sequence[tuple[int, ...]],
    endpoints: Endpoints,
    table: ExactTable,
    required: str | None,
    draws: Draws | None = None,
) -> dict[int, KnownPower]:
    """Power of the rules whose power is known exactly, or almost, by their place.

    Parameters
    ----------
    rules : sequence of DecisionRule
        The rules.
    people, sizes : sequence of Changes, sequence of tuple of int
        Of each role, and how many of them there are at each size.
    endpoints : Endpoints
        What is tested of each role.
    table : ExactTable
        Exact powers.
    required : str or None
        Name of the rule that has to have one, if any has to.
    draws : Draws, optional
        What may be sampled; nothing where there is none.

    Returns
    -------
    dict of int to KnownPower

    Raises
    ------
    StudyError
        Where the rule that has to have one has none.
    """
    powers = {}
    for q, rule in enumerate(rules):
        try:
            role, place, level = exact_place(rule, endpoints, table.analysis)
            powers[q] = known_power(people[role], place, sizes[role], level, table, draws)
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
        The role's and the endpoint's place.
    level : float
        Largest unadjusted p-value that is significant.

    Raises
    ------
    StudyError
        In words, where the exact engine does not apply.
    """
    refusal = f"engine: exact cannot answer the rule {rule.name!r}"
    role, endpoint = divmod(rule.columns[0], len(endpoints))
    if len(rule.columns) > 1:
        raise StudyError(f"{refusal}: it joins endpoints that are correlated; use engine=auto")
    level = level_of(endpoint, endpoints, analysis)
    if level is None:
        raise StudyError(
            f"{refusal}: adjustment {analysis.adjustment} looks at all domains at once; "
            "use engine=auto"
        )
    return role, endpoint, level


def level_of(endpoint: int, endpoints: Endpoints, analysis: Analysis) -> float | None:
    """Largest p-value of an endpoint that is significant; None where that depends on others."""
    if endpoint >= endpoints.domains and not analysis.adjustment_facts.with_total:
        return analysis.alpha
    procedure = stepwise(analysis.adjustment, endpoints.domains, analysis.alpha)
    if procedure is None or procedure.direction != "single":
        return None
    return procedure.thresholds[-procedure.needed[0]]
