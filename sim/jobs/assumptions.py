"""What an answer rests on that no source gives."""

import numpy as np

from sim.report.results.answer import Assumption
from sim.study import Study
from sim.study.base import Assumed
from sim.study.control import ParallelControl, Uncontrolled
from sim.study.effects import ByDomainEffect, PosteriorEffect
from sim.study.refusals import shown
from sim.study.sections import Role


def assumptions_of(study: Study) -> tuple[Assumption, ...]:
    """Collect what a study assumes, each with the reason that is given for it, if there is one.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    tuple of Assumption
        In the order of the config.
    """
    roles = [
        section
        for place, (name, role) in enumerate(study.roles.items())
        for section in (
            (f"roles.{name}", _role(study, place)),
            (f"roles.{name}.effect", role.effect),
        )
    ]
    sections: list[tuple[str, object]] = [
        ("effect", study.effect),
        *roles,
        ("correlation", study.correlation),
        ("clusters", study.sites),
        ("selection", study.selection),
        ("uncontrolled", study.uncontrolled),
        ("control", study.control),
        ("control.effect", getattr(study.control, "effect", None)),
    ]
    chosen = study.report.reasons.difference_why
    assumptions = []
    for field, section in sections:
        if not isinstance(section, Assumed):
            continue
        reason = study.reason_of(section)
        if reason is not None or _assumes(section):
            why = reason or (chosen if field == "effect" else None)
            assumptions.append(Assumption(field, _stated(section), why))
    return tuple(assumptions)


def _assumes(section: Assumed) -> bool:
    """Tell whether a section without a reason states something that needs one."""
    match section:
        case Uncontrolled():
            return bool(np.any(section.response_shift))
        case ParallelControl():
            return False  # the design; what it does to the controls stands in another section
        case _:
            return getattr(section, "kind", "") not in ("none", "posterior")


def _role(study: Study, role: int) -> Role | None:
    """What the config states of a role; None where a posterior takes its place."""
    taken = isinstance(study.effect_of(role)[1], PosteriorEffect)
    return None if taken else study.roles[study.role_names[role]]


def _stated(section: Assumed) -> str:
    """Write what a section states, in short."""
    marks = {"assumption", "effect", "prior", "selected_for_significance"}
    if isinstance(section, ByDomainEffect):
        named = [f"{name} {_stated(inner)}" for name, inner in section.items.items()]
        return "; ".join([*named, f"otherwise {_stated(section.otherwise)}"])
    plain = section.model_dump() if isinstance(section, Role) else dict(section)
    values = {key: value for key, value in plain.items() if key not in marks and value is not None}
    if len(values) > 1:
        values.pop("kind", None)
    return ", ".join(
        value if isinstance(value, str) else f"{key} {shown(value)}"
        for key, value in values.items()
    )
