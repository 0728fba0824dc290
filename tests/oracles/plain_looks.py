"""Sequential studies in plain NumPy and SciPy: boundaries, tests, stops; no engine code."""

from dataclasses import dataclass, field
from functools import cache

import numpy as np
from scipy import optimize, stats

from oracles.plain_studies import PlainStudy, t_tests, with_totals


@dataclass(frozen=True)
class SitedStudy(PlainStudy):
    """Such a study of people at sites, who share a part of their latent answers.

    Attributes
    ----------
    sites : tuple of int
        Site of each person of a study, in order of accrual; empty where nobody shares anything.
    icc : float
        Intraclass correlation of the latent change.
    """

    sites: tuple[int, ...] = ()
    icc: float = 0.0

    def latent(self, people: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Add what a site shares, once before and once after, to what is left to each person."""
        before, after = super().latent(people, rng)
        if not self.sites:
            return before, after
        share, count = self.icc * (1 - self.pre_post), len(self.shifts)
        alike = np.full((count, count), self.between) + (1 - self.between) * np.eye(count)
        times = np.array([[1, self.pre_post], [self.pre_post, 1]])
        left = np.linalg.cholesky(np.kron(times - share * np.eye(2), alike))
        each = rng.standard_normal((people, 2 * count)) @ left.T
        groups = max(self.sites) + 1
        study, place = np.divmod(np.arange(people), len(self.sites))
        group = study * groups + np.array(self.sites)[place]
        root = np.sqrt(share) * np.linalg.cholesky(np.kron(np.eye(2), alike))
        both = each + (rng.standard_normal((group.max() + 1, 2 * count)) @ root.T)[group]
        return both[:, :count], both[:, count:]


@dataclass(frozen=True)
class Design:
    """A sequential design, and the people whom it studies.

    Attributes
    ----------
    people : SitedStudy
        Who answers what.
    size : int
        People at the end.
    shares : tuple of float
        Looks.
    spending : str
        Of O'Brien-Fleming or of Pocock type.
    alpha : float
        Level.
    sides : int
        1 or 2.
    test, adjustment, rule : str
        What is tested: any or all of the items, or their total.
    futility : float, optional
        One-sided p-value above which an endpoint is beyond hope.
    """

    people: SitedStudy
    size: int
    shares: tuple[float, ...]
    spending: str
    alpha: float
    sides: int
    test: str
    adjustment: str
    rule: str
    futility: float | None = None

    @property
    def looks(self) -> tuple[int, ...]:
        """People at each look."""
        return tuple(int(np.ceil(share * self.size - 1e-9)) for share in self.shares)


def drawn_design(seed: int) -> Design:
    """Draw a design; what kind of test and drop-out it has follows from the seed, so all occur."""
    rng = np.random.default_rng(seed)
    test = ("paired_t", "signed_rank", "cluster_mean_t", "sign", "paired_t")[seed % 5]
    sited = test == "cluster_mean_t"
    size = int(rng.integers(40, 90)) * (3 if sited else 1)
    groups = int(rng.integers(8, 16))
    people = SitedStudy(
        pre=tuple(rng.dirichlet(np.full(5, 6.0)).round(3).tolist()),
        shifts=(round(float(rng.uniform(0.3, 0.6)), 2),) * 3,
        pre_post=round(float(rng.uniform(0.3, 0.7)), 2),
        between=round(float(rng.uniform(0.2, 0.6)), 2),
        missing=("none", "mcar", "mcar", "mar", "mnar")[(seed + seed // 5) % 5],
        rate=0.2,
        slope=float(rng.choice([-1.0, 0.8])),
        sites=tuple((np.arange(size) % groups).tolist()) if sited else (),
        icc=round(float(rng.uniform(0.05, 0.2)), 2) if sited else 0.0,
    )
    looks = int(rng.integers(2, 4))
    shares = np.sort(rng.choice(np.arange(6, 19), looks - 1, replace=False) / 20)
    sides = int(rng.integers(1, 3))
    return Design(
        people, size, (*shares.tolist(), 1.0),
        spending=str(rng.choice(["obrien_fleming_spending", "pocock_spending"])),
        alpha=0.025 * sides, sides=sides, test=test,
        adjustment=("holm", "bonferroni", "none")[seed % 3],
        rule=("any", "all", "total")[int(rng.integers(3))],
        futility=(None, 0.3, 0.6)[(seed + 1) % 3],
    )  # fmt: skip


@cache
def criticals(shares: tuple[float, ...], alpha: float, sides: int, spending: str) -> np.ndarray:
    """Critical z at every look, by SciPy's integral of the multivariate normal."""
    t, each = np.array(shares), alpha / sides
    if spending == "pocock_spending":
        spent = sides * each * np.log1p((np.e - 1) * t)
    else:
        spent = 2 * sides * stats.norm.sf(stats.norm.isf(each / 2) / np.sqrt(t))
    alike = np.sqrt(np.minimum.outer(t, t) / np.maximum.outer(t, t))
    bounds: list[float] = []

    def excess(bound: float) -> float:
        upper = np.array([*bounds, bound])
        lower = -upper if sides == 2 else np.full(len(upper), -10.0)
        some = slice(len(upper))
        of = stats.multivariate_normal(cov=alike[some, some], abseps=2e-6, seed=1)
        return float(of.cdf(upper, lower_limit=lower)) - (1 - spent[len(bounds)])

    while len(bounds) < len(shares):
        solved = optimize.brentq(excess, 0.5, 9.0, xtol=1e-5)
        bounds.append(float(solved))
    return np.array(bounds)


def levels(design: Design, share: float = 1.0) -> np.ndarray:
    """Largest p-value that is significant at every look, of a hypothesis with a share of alpha."""
    known = criticals(design.shares, design.alpha * share, design.sides, design.spending)
    return np.asarray(design.sides * stats.norm.sf(known))


def tested(design: Design, changes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """P-values and signs of items and total, each (studies, E); `changes` are NaN where missing."""
    if design.test == "sign":
        rises, falls = (changes > 0).sum(axis=1), (changes < 0).sum(axis=1)
        fewer, number = np.minimum(rises, falls), rises + falls
        p, sign = np.minimum(1, 2 * stats.binom.cdf(fewer, number, 0.5)), np.sign(rises - falls)
        return (stats.binom.sf(rises - 1, number, 0.5) if design.sides == 1 else p), sign
    if design.test == "signed_rank":
        p, sign = _ranked(changes)
    elif design.test == "cluster_mean_t":
        p, sign = t_tests(_site_means(changes, np.array(design.people.sites)))
    else:
        p, sign = t_tests(changes)
    return (np.where(sign > 0, p / 2, 1 - p / 2) if design.sides == 1 else p), sign


def _ranked(changes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two-sided asymptotic p-values of Wilcoxon's test, unchanged people left out, and signs."""
    kept = ~np.isnan(changes) & (changes != 0)
    ranks = stats.rankdata(np.where(kept, np.abs(changes), np.inf), axis=1) * kept
    excess = (ranks * np.sign(np.where(kept, changes, 0))).sum(axis=1)
    z = excess / np.sqrt((ranks**2).sum(axis=1))
    return 2 * stats.norm.sf(np.abs(z)), np.sign(excess)


def _site_means(changes: np.ndarray, sites: np.ndarray) -> np.ndarray:
    seen = sites[: changes.shape[1]]
    with np.errstate(invalid="ignore"):
        means = [
            np.nansum(changes[:, seen == site], axis=1)
            / (~np.isnan(changes[:, seen == site])).sum(axis=1)
            for site in range(seen.max() + 1)
        ]
    return np.stack(means, axis=1)


def rejected(design: Design, p: np.ndarray, look: int) -> np.ndarray:
    """Endpoints that are rejected at a look; (studies, E): items by the adjustment, then total."""
    items = p.shape[1] - 1
    if design.adjustment == "none":
        return p <= levels(design)[look]
    alone = p <= levels(design)[look]
    if design.adjustment == "bonferroni":
        alone[:, :items] = p[:, :items] <= levels(design, 1 / items)[look]
        return alone
    alone[:, :items] = False
    steps = [levels(design, 1 / (items - done))[look] for done in range(items)]
    for study, row in enumerate(p[:, :items]):
        for step, item in zip(steps, np.argsort(row), strict=True):
            if row[item] > step:
                break
            alone[study, item] = True
    return alone


def succeeds(rule: str, endpoints: np.ndarray) -> np.ndarray:
    """Studies in which a rule is met by endpoints (studies, E)."""
    if rule == "total":
        return endpoints[:, -1]
    items = endpoints[:, :-1]
    return items.any(axis=1) if rule == "any" else items.all(axis=1)


@dataclass
class Ends:
    """Studies by the look at which they end: rule met by rejections, by wins; for futility."""

    studies: int
    met: list[int] = field(default_factory=list)
    won: list[int] = field(default_factory=list)
    futile: list[int] = field(default_factory=list)


def simulated(design: Design, studies: int, seed: int) -> Ends:
    """Run studies, look at those that go on, and count where they end."""
    changes = with_totals(design.people.changes(design.size, studies, seed))
    ends = Ends(studies)
    for look, people in enumerate(design.looks):
        p, sign = tested(design, changes[:, :people])
        stops = rejected(design, p, look)
        met = succeeds(design.rule, stops)
        futile = np.zeros(len(met), bool)
        if design.futility is not None and people < design.size:
            rise = p if design.sides == 1 else np.where(sign > 0, p / 2, 1 - p / 2)
            futile = ~succeeds(design.rule, rise <= design.futility) & ~met
        ends.met.append(int(met.sum()))
        ends.won.append(int(succeeds(design.rule, stops & (sign > 0)).sum()))
        ends.futile.append(int(futile.sum()))
        changes = changes[~(met | futile)]
    return ends
