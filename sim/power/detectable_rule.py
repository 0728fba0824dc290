"""The smallest effect with which a study of a given size meets its primary rule."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, log, nan

from sim.power.crossing import Crossing
from sim.power.effect_scale import EffectPath, EffectScale, Scale
from sim.power.estimates import Z95, Engine, Estimate


@dataclass(frozen=True)
class DetectedOn:
    """The smallest detectable effect on one domain.

    Attributes
    ----------
    role, domain : str
        Where.
    scale : {'shift', 'odds_ratio', 'responders', 'post'}
        On which it is given: a latent shift in standard deviations, a cumulative odds
        ratio, the rise of the share of people who reach a point, or a distribution after.
    value, low, high : float or None
        The effect on that scale and its 95% interval; None of a distribution, and of
        ends that are not known.
    post : tuple of float
        Distribution after.
    mean_change : float
        Mean change in points that the effect makes.
    """

    role: str
    domain: str
    scale: Scale
    value: float | None
    low: float | None
    high: float | None
    post: tuple[float, ...]
    mean_change: float


@dataclass(frozen=True)
class DetectableForRule:
    """The smallest effect with which the primary rule is met with the target power.

    Attributes
    ----------
    rule : str
        The primary rule.
    size : int
        Size of the study.
    target : float
        Power to reach.
    multiple, low, high : float or None
        Multiple of the effect assumed, on every domain of the rule's roles, and its 95%
        interval from the simulation's error; where no effect is assumed, the latent
        shift or log odds ratio that all domains share. 0 where the rule is met without
        any effect; None where no multiple suffices, and for ends that are not known.
    mcse : float or None
        Monte Carlo standard error of the multiple; 0 where exact, None where not known.
    assumed, turned : bool
        Whether multiples are of an effect assumed; whether that was against the success
        and its mirror image is taken.
    power, power_mcse : float
        Power at that multiple, or at the largest tried.
    without_effect : float
        Power without any effect.
    replicates : int
        Simulated studies of each power; 0 where exact.
    engine : {'monte_carlo', 'exact', 'sampled'}
        What the powers come from; where sampled, replicates are draws of absolute changes.
    by_chance : bool
        Whether it is that with as many answers missing by chance, which is larger.
    domains : tuple of DetectedOn
        The effect on every domain of the roles that the rule looks at; none where no
        multiple suffices.
    """

    rule: str
    size: int
    target: float
    multiple: float | None
    low: float | None
    high: float | None
    mcse: float | None
    assumed: bool
    turned: bool
    power: float
    power_mcse: float
    without_effect: float
    replicates: int
    engine: Engine
    by_chance: bool
    domains: tuple[DetectedOn, ...]

    @property
    def common(self) -> DetectedOn | None:
        """The effect where it is one number on one scale in all domains; None where it differs."""
        first = self.domains[0] if self.domains else None
        if first is None or first.value is None:
            return None
        alike = all((on.scale, on.value) == (first.scale, first.value) for on in self.domains)
        return first if alike else None

    @property
    def on_scale(self) -> tuple[float, float]:
        """The effect and its standard error: on its scale where it is one number, or the multiple.

        NaN for what is not known, and where no effect is needed or none suffices.
        """
        multiple, common = self.multiple, self.common
        error = nan if self.mcse is None else self.mcse
        if not multiple:
            return nan, nan
        if common is None or common.value is None:
            return multiple, error
        value = common.value
        if common.scale == "responders":  # not in proportion to the multiple
            low, high = common.low, common.high
            return value, nan if low is None or high is None else (high - low) / (2 * Z95)
        step = value * log(value) if common.scale == "odds_ratio" else value
        return value, abs(step / multiple) * error


def detectable_for(
    scale: EffectScale, size: int, target: float, solved: Crossing, win: Estimate
) -> DetectableForRule:
    """State a multiple that was found as an effect on every domain, with its interval.

    Parameters
    ----------
    scale : EffectScale
        The effect and its multiples.
    size : int
        Size of the study.
    target : float
        Power reached.
    solved : Crossing
        The multiple.
    win : Estimate, shape (1,)
        Power at the multiple, or at the last tried, with its error.

    Returns
    -------
    DetectableForRule
        The standard error of the multiple is that of the power by its slope over multiples.
    """
    error, replicates = float(win.mcse[0]), int(win.replicates[0])
    known = solved.multiple is not None and not (replicates and isnan(solved.slope))
    mcse = (error / solved.slope if replicates else 0.0) if known else None
    low, high = _ends(solved.multiple, mcse)
    return DetectableForRule(
        rule=scale.study.primary,
        size=size,
        target=target,
        multiple=solved.multiple,
        low=low,
        high=high,
        mcse=mcse,
        assumed=scale.assumed,
        turned=scale.turned,
        power=solved.power,
        power_mcse=error,
        without_effect=solved.without,
        replicates=replicates,
        engine=win.engine((0,)),
        by_chance=False,
        domains=_domains(scale, solved.multiple, low, high),
    )


def larger_effect(first: DetectableForRule, second: DetectableForRule) -> DetectableForRule:
    """Give the larger of two effects, or the first; larger than any is one that never suffices."""
    extent = [float("inf") if of.multiple is None else of.multiple for of in (first, second)]
    return second if extent[1] > extent[0] else first


def _ends(multiple: float | None, mcse: float | None) -> tuple[float | None, float | None]:
    if multiple is None or mcse is None:
        return None, None
    return max(0.0, multiple - Z95 * mcse), multiple + Z95 * mcse


def _domains(
    scale: EffectScale, multiple: float | None, low: float | None, high: float | None
) -> tuple[DetectedOn, ...]:
    if multiple is None:
        return ()
    study = scale.study
    return tuple(
        DetectedOn(
            study.role_names[role], domain, path.scale, *_values(path, multiple, low, high),
            tuple(path.post(multiple).tolist()), path.mean_change(multiple),
        )
        for role, paths in scale.paths.items()
        for domain, path in zip(study.domains, paths, strict=True)
    )  # fmt: skip


def _values(
    path: EffectPath, multiple: float, low: float | None, high: float | None
) -> tuple[float | None, float | None, float | None]:
    """The effect and the ends of its interval, lower first; a fall runs the other way."""
    ends = sorted(value for end in (low, high) if end is not None
                  for value in [path.value(end)] if value is not None)  # fmt: skip
    first, last = ends if len(ends) == 2 else (None, None)
    return path.value(multiple), first, last
