"""Monte Carlo study-design simulator for paired Likert outcomes.

The names below are stable and looked up on first use, so that importing the
package costs next to nothing and pulls in no compiler and no data frames.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.compose import compose_study
    from sim.errors import StudyError
    from sim.inference.adjust import adjust
    from sim.inference.graphical import graphical
    from sim.inference.max_t import max_t
    from sim.inference.mcnemar import mcnemar, mcnemar_table
    from sim.inference.paired_t import paired_t
    from sim.inference.sign import sign_test
    from sim.inference.sign_flip import sign_flip
    from sim.inference.signed_rank import signed_rank
    from sim.jobs.calibrate import calibrate
    from sim.jobs.feasibility import feasibility_study
    from sim.jobs.plan import plan
    from sim.jobs.sweep import sweep
    from sim.notebook import Showing as Showing
    from sim.notebook import showing as showing
    from sim.power.exact_api import exact_power
    from sim.reading.read import read_answers
    from sim.report.charts.figure import Figure
    from sim.study.effect_kinds import (
        ByItem,
        Joint,
        MeanChange,
        Median,
        NoEffect,
        OddsRatio,
        Post,
        Posterior,
        Responders,
        Shift,
    )
    from sim.study.study import Study

__all__ = [
    "ByItem",
    "Figure",
    "Joint",
    "MeanChange",
    "Median",
    "NoEffect",
    "OddsRatio",
    "Post",
    "Posterior",
    "Responders",
    "Shift",
    "Study",
    "StudyError",
    "adjust",
    "calibrate",
    "compose_study",
    "exact_power",
    "feasibility_study",
    "graphical",
    "max_t",
    "mcnemar",
    "mcnemar_table",
    "paired_t",
    "plan",
    "read_answers",
    "sign_flip",
    "sign_test",
    "signed_rank",
    "sweep",
]
__version__ = "0.1.0"

_FILES = {
    "compose": ("compose_study",),
    "errors": ("StudyError",),
    "inference.adjust": ("adjust",),
    "inference.graphical": ("graphical",),
    "inference.max_t": ("max_t",),
    "inference.mcnemar": ("mcnemar", "mcnemar_table"),
    "inference.paired_t": ("paired_t",),
    "inference.sign": ("sign_test",),
    "inference.sign_flip": ("sign_flip",),
    "inference.signed_rank": ("signed_rank",),
    "jobs.calibrate": ("calibrate",),
    "jobs.feasibility": ("feasibility_study",),
    "jobs.plan": ("plan",),
    "jobs.sweep": ("sweep",),
    "power.exact_api": ("exact_power",),
    "reading.read": ("read_answers",),
    "report.charts.figure": ("Figure",),
    "notebook": ("Showing", "showing"),
    "study.effect_kinds": (
        "ByItem",
        "Joint",
        "MeanChange",
        "Median",
        "NoEffect",
        "OddsRatio",
        "Post",
        "Posterior",
        "Responders",
        "Shift",
    ),
    "study.study": ("Study",),
}
"""The public names by the file in which each is defined."""
_HOME = {name: f"sim.{file}" for file, names in _FILES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a public name from its room on first use."""
    if name not in _HOME:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    """List the public names, for completion."""
    return [*__all__, "__version__"]
