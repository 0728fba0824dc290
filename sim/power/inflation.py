"""Rules of thumb that enlarge a sample size because a pilot was small."""

from __future__ import annotations

from scipy.special import chdtri, nctdtrit, ndtri


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


def whitehead_inflation(pilot: int, alpha: float, power: float) -> float:
    """Factor on a sample size by the non-central t approach: expected power reaches its target.

    Parameters
    ----------
    pilot : int
        Participants of the pilot, at least 2.
    alpha : float
        Two-sided level.
    power : float
        Power aimed at.

    Returns
    -------
    float

    References
    ----------
    Whitehead AL, Julious SA, Cooper CL, Campbell MJ (2016). Estimating the
    sample size for a pilot randomised trial. Statistical Methods in Medical
    Research 25, 1057-1073.
    """
    z = float(ndtri(1 - alpha / 2))
    return float((nctdtrit(pilot - 1, z, power) / (z + float(ndtri(power)))) ** 2)
