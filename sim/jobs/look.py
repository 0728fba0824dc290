"""The quick look: the first simulated studies of a design, while it is being thought about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.compute.executors import InProcessExecutor
from sim.errors import StudyError
from sim.inference.registry import MODELS
from sim.inference.rules import decision_rules
from sim.jobs.posterior_effect import with_plain_effects
from sim.jobs.search import Search
from sim.power.estimates import Estimate
from sim.power.operating import RoleCharacteristics
from sim.power.sample_size import SampleSize, smallest_size
from sim.study import Study

LOOKS = 8
"""Most looks at one design: each ends soon, so that another design need not wait."""


@dataclass(frozen=True, eq=False)
class Look:
    """What some simulated studies say of every rule and endpoint.

    Attributes
    ----------
    pairs : tuple of int
        Sizes K.
    rules : Estimate, shape (K, Q)
        Power of the rules Q, on adjusted p-values.
    rule_sizes : tuple of SampleSize
        The answer of each rule, up to the largest size studied.
    endpoints : tuple of Estimate, each of shape (K, E)
        By role: power of the domains and of the total, each on its own.
    endpoint_sizes : tuple of tuple of SampleSize
        By role: the answer of each endpoint.
    replicates : int
        Simulated studies.
    last : bool
        Whether no further look follows.
    """

    pairs: tuple[int, ...]
    rules: Estimate
    rule_sizes: tuple[SampleSize, ...]
    endpoints: tuple[Estimate, ...]
    endpoint_sizes: tuple[tuple[SampleSize, ...], ...]
    replicates: int
    last: bool


def looks(study: Study, most: int) -> Iterator[Look]:
    """Simulate ever more studies of a design, and look at them a few times.

    They are the first that ``plan`` would simulate of it, so that its answer
    goes on from these.

    Parameters
    ----------
    study : Study
        The design.
    most : int
        Simulated studies after which it ends, rounded up to whole blocks.

    Yields
    ------
    Look

    Raises
    ------
    StudyError
        Where people cannot exist, or one block takes longer than a look may.

    Examples
    --------
    >>> from sim import compose_study
    >>> study = compose_study(["design.sizes=[12,24]", "monte_carlo.block_size=100"])
    >>> [look.replicates for look in looks(study, 400)]
    [100, 200, 300, 400]
    """
    if study.analysis.test in MODELS:
        raise StudyError(
            f"analysis.test: {study.analysis.test} is fitted to one data set at a time"
        )
    plain = with_plain_effects(study).model_copy(update={"engine": "monte_carlo"})
    with InProcessExecutor() as executor:
        search = Search(plain, decision_rules(plain), executor)
        blocks = _steps(-(-most // study.monte_carlo.block_size))
        for number, (main, sizes) in zip(blocks, search.looks(blocks), strict=True):
            yield Look(
                pairs=main.pairs,
                rules=main.rule_win,
                rule_sizes=sizes,
                endpoints=tuple(role.measures.win for role in main.roles),
                endpoint_sizes=tuple(_sizes(role, main.pairs, plain) for role in main.roles),
                replicates=main.replicates,
                last=number == blocks[-1],
            )


def _sizes(
    role: RoleCharacteristics, pairs: tuple[int, ...], study: Study
) -> tuple[SampleSize, ...]:
    target, win = study.target.power, role.measures.win
    return tuple(
        smallest_size(name, target, pairs, win, e) for e, name in enumerate(role.endpoints)
    )


def _steps(most: int) -> list[int]:
    """Numbers of blocks at which it is looked: a few, at even distances, the last at the most."""
    step = -(-most // LOOKS)
    return [*range(step, most, step), most]
