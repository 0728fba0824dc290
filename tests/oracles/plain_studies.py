"""Studies in plain NumPy: normals cut into scores, drop-out, t tests, decisions; no engine code."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats
from scipy.special import expit

CALIBRATION = 400_000
"""People on whom the drop-out is brought to its rate."""


@dataclass(frozen=True)
class PlainStudy:
    """One group on equal domains, before and after.

    Attributes
    ----------
    pre : tuple of float
        Distribution before, in every domain.
    shifts : tuple of float
        Latent shift by domain.
    pre_post, between : float
        Latent correlations of before with after and of domains.
    missing : str
        mcar, mar, mnar or none.
    rate, slope : float
        Share of people who leave; log odds by a standard deviation.
    """

    pre: tuple[float, ...]
    shifts: tuple[float, ...]
    pre_post: float = 0.5
    between: float = 0.5
    missing: str = "none"
    rate: float = 0.0
    slope: float = 0.0

    def latent(self, people: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draw latent answers before and after, without effect; each (people, D)."""
        count = len(self.shifts)
        alike = np.full((count, count), self.between) + (1 - self.between) * np.eye(count)
        times = np.array([[1, self.pre_post], [self.pre_post, 1]])
        root = np.linalg.cholesky(np.kron(times, alike))
        both = rng.standard_normal((people, 2 * count)) @ root.T
        return both[:, :count], both[:, count:]

    def scores(self, latent: np.ndarray) -> np.ndarray:
        """Cut latent answers into scores from 1."""
        cuts = stats.norm.ppf(np.cumsum(self.pre)[:-1])
        return 1 + (latent[..., None] > cuts).sum(axis=-1)

    def leaning(self, before: np.ndarray, after: np.ndarray) -> np.ndarray:
        """What drop-out depends on: total before, or sum of the latent change."""
        if self.missing == "mar":
            return self.scores(before).sum(axis=1)
        return (after - before).sum(axis=1)

    def chances(self, rng: np.random.Generator) -> tuple[float, float, float]:
        """Intercept, mean and standard deviation that bring drop-out to its rate."""
        known = self.leaning(*self.latent(CALIBRATION, rng)).astype(float)
        x = (known - known.mean()) / known.std()
        solved = optimize.brentq(lambda a: expit(a + self.slope * x).mean() - self.rate, -30, 30)
        return float(solved), float(known.mean()), float(known.std())

    def changes(self, people: int, studies: int, seed: int) -> np.ndarray:
        """Draw changes of every domain, NaN for whoever leaves; (studies, people, D)."""
        rng = np.random.default_rng(seed)
        before, after = self.latent(studies * people, rng)
        change = self.scores(after + np.array(self.shifts)) - self.scores(before)
        left = np.zeros(len(change), bool)
        if self.missing == "mcar":
            left = rng.random(len(change)) < self.rate
        elif self.missing != "none":
            intercept, centre, scale = self.chances(rng)
            x = (self.leaning(before, after) - centre) / scale
            left = rng.random(len(change)) < expit(intercept + self.slope * x)
        seen = np.where(left[:, None], np.nan, change)
        return seen.reshape(studies, people, -1)


def with_totals(changes: np.ndarray) -> np.ndarray:
    """Put the change of the total after those of the domains."""
    return np.concatenate([changes, changes.sum(axis=2, keepdims=True)], axis=2)


def t_tests(changes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """P-values, two-sided, and signs of paired t tests; each (studies, endpoints)."""
    number = (~np.isnan(changes)).sum(axis=1)
    mean, spread = np.nanmean(changes, axis=1), np.nanstd(changes, axis=1, ddof=1)
    t = mean / (spread / np.sqrt(number))
    return 2 * stats.t.sf(np.abs(t), number - 1), np.sign(t)


def holm(p: np.ndarray) -> np.ndarray:
    """Adjust p-values by Holm, study by study, one after the other."""
    adjusted = np.empty_like(p)
    for study, row in enumerate(p):
        so_far = 0.0
        for place, endpoint in enumerate(np.argsort(row, kind="stable")):
            so_far = max(so_far, min(1.0, (len(row) - place) * row[endpoint]))
            adjusted[study, endpoint] = so_far
    return adjusted


def share(met: Sequence[bool] | np.ndarray) -> tuple[float, float]:
    """Share of studies, and its standard error."""
    value = float(np.mean(met))
    return value, float(np.sqrt(value * (1 - value) / len(met)))


def agree(first: tuple[float, float], second: tuple[float, float], errors: float = 4.0) -> bool:
    """Tell whether two estimates with their errors agree."""
    return abs(first[0] - second[0]) <= errors * float(np.hypot(first[1], second[1]))
