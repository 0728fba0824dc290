"""Simulated pilots: who is recruited, stays and answers, what each criterion shows of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.cohorts import Population, draw_cohort
from sim.compute.streams import Purpose, generator
from sim.feasibility.colours import cuts
from sim.feasibility.counts import site_sizes
from sim.feasibility.learnt import Precision, Seen, precision_of, seen_of_arm, up_to
from sim.feasibility.pilot import Judged, Pilot

Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, kw_only=True)
class AccrualTask:
    """All that determines the numbers of a block of simulated pilots.

    Attributes
    ----------
    pilot : Pilot
        Sizes and criteria.
    arms : tuple of tuple of Population
        Of every role the populations of its arms; no single answer of theirs is missing.
    item_rate : float
        Probability that a single answer is not given.
    members : tuple of int
        Items of the first role's primary endpoint.
    factor : float
        Size of the main study in units over the squared standard deviation of the change.
    seed, block_size : int
        The study's seed, and pilots in a block.
    """

    pilot: Pilot
    arms: tuple[tuple[Population, ...], ...]
    item_rate: float
    members: tuple[int, ...]
    factor: float
    seed: int
    block_size: int


@dataclass(frozen=True, eq=False)
class PilotTally:
    """Counts of simulated pilots.

    Attributes
    ----------
    pilots : int
        How many.
    colours : ndarray of int, shape (K, C, 3)
        Pilots in which each criterion is red, amber, green.
    decisions : ndarray of int, shape (K, 3)
        Pilots that stop, amend, go on.
    precision : Precision
        What is learnt of the parameters.
    """

    pilots: int
    colours: Counts
    decisions: Counts
    precision: Precision

    def __add__(self, other: PilotTally) -> PilotTally:
        """Sum of the two."""
        return PilotTally(
            self.pilots + other.pilots,
            self.colours + other.colours,
            self.decisions + other.decisions,
            self.precision + other.precision,
        )


def simulate_pilots(task: AccrualTask, block: int) -> PilotTally:
    """Simulate the pilots of one block, of every size along the same accrual."""
    pilot = task.pilot
    rng = generator(task.seed, Purpose.PILOT, block)
    recruits, roles = rng.spawn(2)
    rate, share = pilot.of("rate"), pilot.of("recruitment")
    known = (np.full(task.block_size, of.expected if of else 1.0) for of in (rate, share))
    reached, units = recruited(pilot, recruits, *known)
    role_rngs = roles.spawn(len(task.arms))
    seen = [_role(task, role, units, rng) for role, rng in enumerate(role_rngs)]
    judged = [_judged(pilot, of, reached, units, seen) for of in pilot.criteria]
    found = np.stack([colours_of(pilot, *of) for of in zip(pilot.criteria, judged, strict=True)], 2)
    shown = np.stack([(found == colour).sum(0) for colour in range(3)], axis=-1)
    decided = np.stack([(decisions(found) == way).sum(0) for way in range(3)], axis=-1)
    learnt = precision_of(seen[0], task.factor)
    return PilotTally(task.block_size, shown, decided, learnt)


# ------------------------------------------------------------------------- recruitment


def site_shares(rng: np.random.Generator, share: FloatArray, icc: float, sites: int) -> FloatArray:
    """Draw the sites' shares, whose 0/1 answers have an intraclass correlation; (R, S).

    `share` holds what is true in each replicate; (R,).
    """
    every = np.repeat(share[:, None], sites, axis=1)
    if icc == 0:
        return every
    inside = np.clip(every, 1e-12, 1 - 1e-12)
    return rng.beta(inside * (1 / icc - 1), (1 - inside) * (1 / icc - 1))


def recruited(
    pilot: Pilot, rng: np.random.Generator, rate: FloatArray, share: FloatArray
) -> tuple[Counts, Counts]:
    """Draw how many units are approached and recruited up to every size.

    Parameters
    ----------
    pilot : Pilot
        Its sizes.
    rng : numpy.random.Generator
        Source of random numbers.
    rate, share : ndarray, shape (R,)
        True recruits a site and month, and share of those approached; not looked at where
        they are not judged.

    Returns
    -------
    approached, recruited : ndarray of int, shape (R, K)
    """
    speed, joining = pilot.of("rate"), pilot.of("recruitment")
    if speed is None:
        each = np.array([site_sizes(n, pilot.sites) for n in pilot.sizes])
        more = np.diff(each, axis=0, prepend=0)[None].repeat(len(share), axis=0)
    else:
        lasts = np.diff(pilot.months, prepend=0.0) / pilot.sites  # (K,)
        mean = _site_rates(rng, rate / share, speed.light.variation, pilot.sites)
        more = rng.poisson(mean[:, None, :] * lasts[:, None])  # (R, K, S)
    if joining is None:
        joined = more
    else:
        chance = site_shares(rng, share, joining.light.icc, pilot.sites)
        joined = rng.binomial(more, chance[:, None, :])
    return more.sum(2).cumsum(1), joined.sum(2).cumsum(1)


def _site_rates(
    rng: np.random.Generator, rate: FloatArray, variation: float, sites: int
) -> FloatArray:
    """Draw the sites' rates; (R, S)."""
    every = np.repeat(rate[:, None], sites, axis=1)
    return rng.gamma(variation**-2, every * variation**2) if variation else every


# ------------------------------------------------------------------------------- people


def _role(task: AccrualTask, role: int, units: Counts, rng: np.random.Generator) -> Seen:
    """Draw a role's people, arm by arm, and see what can be seen of them at every size."""
    rngs = rng.spawn(len(task.arms[role]))
    arms = zip(task.arms[role], task.pilot.people[role], rngs, strict=True)
    parts = [_arm(task, role, population, people[units], rng) for population, people, rng in arms]
    return sum(parts[1:], parts[0])


def _arm(
    task: AccrualTask, role: int, population: Population, n: Counts, rng: np.random.Generator
) -> Seen:
    """See one arm's people; `n` are how many are recruited, by replicate and size."""
    pilot, replicates = task.pilot, len(n)
    who, items, sites = rng.spawn(3)
    most = max(1, int(n.max()))
    cohort = draw_cohort(population, most, replicates, who)
    scores = cohort.scores
    site = cohort.site if population.clusters else np.arange(most) % pilot.sites
    given = np.ones(scores.shape, bool)
    if task.item_rate:
        given = items.random(scores.shape, dtype=np.float32) >= task.item_rate

    def by_site(judged: Judged | None, flags: Flags | np.bool_) -> Flags:
        """Let the stated correlation within sites take the place of what was simulated."""
        if judged is None or judged.light.icc == 0:
            return np.asarray(flags)
        true = np.full(replicates, judged.expected)
        shares = site_shares(sites, true, judged.light.icc, int(site.max()) + 1)
        return np.asarray(sites.random(flags.shape) < shares[:, site])

    stays = by_site(pilot.of("retention", role), scores[..., 0, 1] > 0)
    complete = stays & by_site(pilot.of("completeness", role), given.all(axis=(2, 3)))
    flags = {"retained": stays, "complete": complete}
    for place, judged in enumerate(pilot.criteria):
        if judged.measure == "answers" and judged.role == role:
            answered = stays & given[..., judged.item, 1]
            reaches = by_site(judged, scores[..., judged.item, 1] >= judged.cut)
            flags |= {f"answered {place}": answered, f"reaches {place}": answered & reaches}
    numbers = {name: up_to(flag, n) for name, flag in flags.items()}
    given[..., 1] &= stays[..., None]
    alike = site if population.clusters and len(task.arms[role]) == 1 else None
    return seen_of_arm(numbers, scores, given, n, task.members, alike)


# ------------------------------------------------------------------------------ colours


def colours_of(pilot: Pilot, judged: Judged, counted: tuple[Counts, Counts]) -> NDArray[np.int8]:
    """Tell the colour of a criterion in every pilot: 0 red, 1 amber, 2 green; (R, K).

    `counted` are how many are looked at, and how many of them do what is judged.
    """
    amounts, counts = counted
    if judged.measure == "rate":
        at = cuts(judged.light, pilot.months)
        return _shown(counts, at.red, at.green)
    at = cuts(judged.light, np.arange(amounts.max() + 1))
    return _shown(counts, at.red[amounts], at.green[amounts])


def _shown(counts: Counts, red: Counts, green: Counts) -> NDArray[np.int8]:
    return np.where(counts >= green, 2, np.where(counts <= red, 0, 1)).astype(np.int8)


def decisions(colours: NDArray[np.int8]) -> NDArray[np.int8]:
    """Decide by all criteria: 0 stop where any is red, 2 go where all are green, else 1 amend.

    Examples
    --------
    >>> decisions(np.array([[2, 2], [2, 1], [0, 2]], np.int8)).tolist()
    [2, 1, 0]
    """
    return np.asarray(colours.min(axis=-1))


def _judged(
    pilot: Pilot, judged: Judged, reached: Counts, units: Counts, seen: list[Seen]
) -> tuple[Counts, Counts]:
    """Give how many are looked at, and how many of them do what is judged."""
    if judged.measure in ("recruitment", "rate"):
        return reached, units
    numbers = seen[judged.role].numbers
    if judged.measure == "retention":
        return seen[judged.role].people, numbers["retained"]
    if judged.measure == "completeness":
        return numbers["retained"], numbers["complete"]
    place = pilot.criteria.index(judged)
    return numbers[f"answered {place}"], numbers[f"reaches {place}"]
