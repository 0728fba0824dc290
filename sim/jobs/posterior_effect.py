"""A study whose effect is stated by a calibrated pilot, with plain numbers in its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sim.cohorts.posterior_file import find_shipped, read_posterior
from sim.errors import StudyError
from sim.study import RoleName, Study
from sim.study.checks import nearest
from sim.study.effects import PosteriorEffect, ShiftEffect


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
    for role in study.role_names:
        stated = getattr(study.roles, role)
        effect = study.effect if stated.effect is None else stated.effect
        if not isinstance(effect, PosteriorEffect):
            continue
        pre, shift = _medians(study, role, effect)
        plain = ShiftEffect(
            kind="shift",
            shift=shift,
            prior=effect.prior,
            assumption=effect.assumption,
            selected_for_significance=effect.selected_for_significance,
        )
        changed = stated.model_copy(update={"pre": pre, "effect": plain})
        roles = study.roles.model_copy(update={role: changed})
        study = study.model_copy(update={"roles": roles})
    return study


def _medians(
    study: Study, role: RoleName, effect: PosteriorEffect
) -> tuple[tuple[tuple[float, ...], ...], tuple[float, ...]]:
    path = find_shipped(effect.file, "pilot") or Path(effect.file)
    domains = study.scale.domains
    found = read_posterior(
        path, role, domains, study.scale.points, np.eye(len(domains)), "effect.file"
    )
    if not found:
        raise StudyError(f"effect.file: {path.name!r} says nothing of {role}s")
    if effect.under not in found:
        raise StudyError(f"effect.under: {effect.under!r} {nearest(effect.under, list(found))}")
    own = found[effect.under]
    pre = own.pre.mean(axis=0)
    pre /= pre.sum(axis=1, keepdims=True)
    return tuple(map(tuple, pre.tolist())), tuple(np.median(own.shift, axis=0).tolist())
