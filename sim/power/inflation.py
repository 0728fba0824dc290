"""Rules of thumb that enlarge a sample size because a pilot was small."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.special import chdtri, nctdtrit, ndtri


@dataclass(frozen=True)
class Inflation:
    """A rule of thumb that allows for a small pilot, for comparison with assurance.

    Attributes
    ----------
    name : str
        Whose rule.
    meaning : str
        What it promises.
    factor : float
        By which the sample size is multiplied.
    participants : int
        People of the pilot from whom the standard deviation comes.
    who : str
        Which people: the role, and that it is the pilot's smaller group where
        the primary rule looks at both.
    """

    name: str
    meaning: str
    factor: float
    participants: int
    who: str


def browne_inflation(pilot: int, confidence: float = 0.8) -> float:
    """Factor on a sample size that allows for a pilot's standard deviation being too small.

    Parameters
    ----------
    pilot : int
        Participants of the pilot, at least 2.
    confidence : float
        Probability with which the study is to reach its power.

    Returns
    -------
    float
        Degrees of freedom over the lower chi-squared quantile.

    References
    ----------
    Browne RH (1995). On the use of a pilot sample for sample size
    determination. Statistics in Medicine 14, 1933-1940.
    """
    return float((pilot - 1) / chdtri(pilot - 1, confidence))


def julious_inflation(pilot: int, alpha: float, power: float, sides: int = 2) -> float:
    """Factor on a sample size by the non-central t approach: expected power reaches its target.

    Parameters
    ----------
    pilot : int
        Participants of the pilot, at least 2.
    alpha : float
        Level of the test.
    power : float
        Power aimed at.
    sides : {1, 2}
        Whether the test is one-sided or two-sided.

    Returns
    -------
    float

    References
    ----------
    Julious SA, Owen RJ (2006). Sample size calculations for clinical studies
    allowing for uncertainty about the variance. Pharmaceutical Statistics 5,
    29-37. Used by Whitehead AL, Julious SA, Cooper CL, Campbell MJ (2016),
    Statistical Methods in Medical Research 25, 1057-1073, to size pilots.
    """
    z = float(ndtri(1 - alpha / sides))
    return float((nctdtrit(pilot - 1, z, power) / (z + float(ndtri(power)))) ** 2)
