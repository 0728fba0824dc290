"""Random streams that depend on the seed, a purpose and a place, and on nothing else."""

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What random numbers are for; each purpose has a separate stream.

    Switching one purpose on moves none of the others. Values are part of
    what fixes the numbers of a run: never renumber them.
    """

    MAIN = 0
    NULL = 1
    ASSURANCE = 2
    CALIBRATION = 3
    FLIPS = 4
    CONTROLS = 5
    PATTERNS = 6
    PILOT = 7
    PROGRAMME = 8


def generator(seed: int, purpose: Purpose, *place: int) -> np.random.Generator:
    """Random generator of one purpose at one place.

    Parameters
    ----------
    seed : int
        The study's seed.
    purpose : Purpose
        What the numbers are for.
    *place : int
        Where they are for, such as a role's number and a block's.

    Returns
    -------
    numpy.random.Generator
        Independent of every other combination.
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(int(purpose), *place))
    return np.random.Generator(np.random.PCG64(sequence))
