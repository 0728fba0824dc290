"""A study whose effect is that of a calibrated pilot, with plain numbers in its place."""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray
from sim.cohorts.drawn import PopulationDraws
from sim.cohorts.posterior_file import find_shipped, read_posterior
from sim.errors import StudyError
from sim.study import Study
from sim.study.effects import PosteriorEffect, ShiftEffect
from sim.study.refusals import nearest


def with_plain_effects(study: Study) -> Study:
    """Put a posterior's medians in the place of its name.

    Parameters
    ----------
    study : Study
        Whose roles may state their effect by a posterior.

    Returns
    -------
    Study
        Where they do, with the mean distribution before and the median shift
        of each domain; otherwise the study itself.

    Raises
    ------
    StudyError
        Where the file cannot be read or does not fit the study.
    """
    for role, name in enumerate(study.role_names):
        place, effect = study.effect_of(role)
        if not isinstance(effect, PosteriorEffect):
            continue
        pre, shift = _medians(study, name, place, effect)
        plain = ShiftEffect(
            shift=shift,
            prior=effect.prior,
            selected_for_significance=effect.selected_for_significance and effect.as_explained,
        )
        changed = study.roles[name].model_copy(update={"pre": pre, "effect": plain})
        study = study.model_copy(update={"roles": {**study.roles, name: changed}})
    return study


def posterior_of(
    study: Study, role: str, file: str, place: str, between: FloatArray
) -> dict[str, PopulationDraws]:
    """Read the draws of a role, by prior, from a calibrated posterior.

    Parameters
    ----------
    study : Study
        Its domains and scale, which the file must fit.
    role : str
        Name of the role.
    file : str
        Path, or name of a shipped file.
    place : str
        The config field to name in an error.
    between : ndarray, shape (D, D)
        Latent correlations between domains.

    Returns
    -------
    dict of str to PopulationDraws

    Raises
    ------
    StudyError
        Where the file cannot be read, does not fit, or says nothing of the role.
    """
    path = find_shipped(file)
    draws = read_posterior(path, role, study.domains, study.points, between, place)
    if not draws:
        raise StudyError(f"{place}: {path.name!r} says nothing of {role}s")
    return draws


def _medians(
    study: Study, role: str, place: str, effect: PosteriorEffect
) -> tuple[tuple[tuple[float, ...], ...], tuple[float, ...]]:
    posteriors = posterior_of(
        study, role, effect.posterior, f"{place}.posterior", np.eye(len(study.domains))
    )
    if effect.under not in posteriors:
        known = nearest(effect.under, list(posteriors))
        raise StudyError(f"{place}.under: {effect.under!r} is not a prior of the file; {known}")
    draws = posteriors[effect.under]
    pre = draws.pre.mean(axis=0)
    pre /= pre.sum(axis=1, keepdims=True)
    return tuple(map(tuple, pre.tolist())), tuple(np.median(draws.shift, axis=0).tolist())
