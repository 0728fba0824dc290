"""A study's effect made smaller or larger as a whole, on the scale on which it is given."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri

from sim.arrays import FloatArray
from sim.cohorts.marginals import AffectedDomain, domain_marginals, per_domain
from sim.errors import StudyError
from sim.study import Effect, Study
from sim.study.effects import (
    ByDomainEffect,
    OddsRatioEffect,
    PostEffect,
    RespondersEffect,
    ShiftEffect,
)

Scale = Literal["shift", "odds_ratio", "responders", "post"]
"""A latent shift, a cumulative odds ratio, a rise of the share at or above a point, or a
distribution after that is none of these."""
FARTHEST = 8.0
"""Probits that stand for a point of the scale which nobody reaches, or everybody."""
LARGEST = 6.0
"""Latent shift in standard deviations to which the smallest part of an effect is enlarged."""
LOGITS_PER_PROBIT = 1.7
"""Roughly: the logistic distribution beside the normal."""
ALIKE = 1e-6
"""Largest difference of the shifts of two cut points that are one shift."""


@dataclass(frozen=True, eq=False)
class EffectPath:
    """One domain's distribution after, by the multiple of its effect.

    Attributes
    ----------
    scale : {'shift', 'odds_ratio', 'responders', 'post'}
        On which the effect is given.
    pre : ndarray, shape (K,)
        Distribution before, at a multiple of 0.
    step : ndarray, shape (K - 1,)
        By how much the effect lowers the cut points at a multiple of 1: probits of the
        cumulative proportions, or logits of an odds ratio. Equal for all but ``post``.
    reached : int
        Place of the lowest point that responders reach, from 0; of that scale alone.
    """

    scale: Scale
    pre: FloatArray
    step: FloatArray
    reached: int = 0

    def post(self, multiple: float) -> FloatArray:
        """Distribution after; shape (K,).

        Cut points that would cross, which only those of ``post`` can beyond 1, stay together:
        nobody scores between them. So the distribution moves one way as the multiple grows.
        """
        link, inverse = (logit, expit) if self.scale == "odds_ratio" else (_probit, ndtr)
        below = np.minimum(np.cumsum(self.pre)[:-1], 1.0)
        moved = inverse(np.maximum.accumulate(link(below) - multiple * self.step))
        return np.diff(np.concatenate(([0.0], moved, [1.0])))

    def value(self, multiple: float) -> float | None:
        """Effect on its scale; None of a distribution, which is no one number."""
        if self.scale == "post":
            return None
        if self.scale == "responders":
            return float((self.post(multiple) - self.pre)[self.reached :].sum())
        moved = float(multiple * self.step[0])
        return float(np.exp(moved)) if self.scale == "odds_ratio" else moved

    def mean_change(self, multiple: float) -> float:
        """Mean change in points."""
        return float((self.post(multiple) - self.pre) @ np.arange(1, len(self.pre) + 1))

    @property
    def size(self) -> float:
        """Rough size at a multiple of 1, in probits."""
        typical = float(np.median(np.abs(self.step))) or float(np.abs(self.step).max())
        return typical / LOGITS_PER_PROBIT if self.scale == "odds_ratio" else typical


@dataclass(frozen=True, eq=False)
class EffectScale:
    """The effect on the roles that the primary rule looks at, all domains alike.

    Attributes
    ----------
    study : Study
        The study.
    paths : dict of int to tuple of EffectPath
        Every domain's, by the place of the role.
    assumed : bool
        Whether multiples are of the effect assumed; otherwise, where none is, they are a
        latent shift or a log odds ratio that all domains share.
    turned : bool
        Whether the effect assumed is against the success, so that its mirror image is taken.
    """

    study: Study
    paths: dict[int, tuple[EffectPath, ...]]
    assumed: bool
    turned: bool

    @classmethod
    def of(cls, study: Study) -> EffectScale:
        """Read a study's effect; a multiple above 0 is on the side of success.

        Raises
        ------
        StudyError
            Of a table of before by after, which cannot be made larger.
        """
        roles = study.roles_of(study.success[study.primary])
        stated = {role: _paths(study, role) for role in roles}
        every = [path for paths in stated.values() for path in paths]
        side, assumed = study.analysis.side, any(path.step.any() for path in every)
        gain = side * sum(path.mean_change(1.0) for path in every)
        turned = assumed and gain < 0

        def directed(path: EffectPath) -> EffectPath:
            step = path.step * (-1 if turned else 1)
            return replace(path, step=step if assumed else np.full_like(step, side))

        paths = {role: tuple(map(directed, stated[role])) for role in roles}
        return cls(study, paths, assumed, turned)

    @cached_property
    def largest(self) -> float:
        """Multiple at which the smallest effect on a domain is as large as effects get."""
        sizes = [path.size for paths in self.paths.values() for path in paths]
        return LARGEST / min(size for size in sizes if size > 0)

    def study_at(self, multiple: float) -> Study:
        """State the same study with a multiple of its effect."""
        roles = dict(self.study.roles)
        for role, paths in self.paths.items():
            name = self.study.role_names[role]
            post = tuple(tuple(path.post(multiple).tolist()) for path in paths)
            effect = PostEffect(post=post)
            roles[name] = roles[name].model_copy(update={"effect": effect})
        return self.study.model_copy(update={"roles": roles})


def _probit(below: FloatArray) -> FloatArray:
    return np.asarray(np.clip(ndtri(below), -FARTHEST, FARTHEST))


def _paths(study: Study, role: int) -> tuple[EffectPath, ...]:
    place, effect = study.effect_of(role)
    paths = []
    for index, (domain, shares) in enumerate(
        zip(study.domains, study.marginals(role), strict=True)
    ):
        pre = np.array(shares, dtype=np.float64)
        whose = AffectedDomain(domain, index, study.questionnaire.lowest, place)
        paths.append(_path(pre / pre.sum(), effect, whose))
    return tuple(paths)


def _path(pre: FloatArray, effect: Effect, whose: AffectedDomain) -> EffectPath:
    """Read the effect on one domain; any that comes to one latent shift is a shift."""
    alike = np.ones(len(pre) - 1)
    match effect:
        case ByDomainEffect():
            return _path(pre, effect.items.get(whose.name, effect.otherwise), whose)
        case ShiftEffect():
            return EffectPath("shift", pre, per_domain(effect.shift, whose.index) * alike)
        case OddsRatioEffect():
            ratio = per_domain(effect.odds_ratio, whose.index)
            return EffectPath("odds_ratio", pre, np.log(ratio) * alike)
        case RespondersEffect(responders=responders):
            reached = whose.scored(responders.at_least) - 1
            path = _between(pre, domain_marginals(pre, effect, whose).post)
            return replace(path, scale="responders", reached=reached)
    after = domain_marginals(pre, effect, whose)
    if after.joint is not None:
        raise StudyError(
            "design.solve=effect: makes the effect larger and smaller, and an effect states a "
            "table of before by after, which is no one number; use null, or state the "
            "distribution after (effect=post) instead"
        )
    return _between(pre, after.post)


def _between(pre: FloatArray, post: FloatArray) -> EffectPath:
    before, after = (_probit(np.minimum(np.cumsum(part)[:-1], 1.0)) for part in (pre, post))
    step, inner = before - after, np.maximum(np.abs(before), np.abs(after)) < FARTHEST
    shift = step[inner]
    if shift.size and np.ptp(shift) < ALIKE and (np.abs(step[~inner]) < ALIKE).all():
        return EffectPath("shift", pre, np.full_like(step, shift.mean()))
    return EffectPath("post", pre, step)
