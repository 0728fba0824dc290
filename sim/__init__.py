"""Monte Carlo study-design simulator for paired Likert outcomes.

The names below are stable and looked up on first use, so that importing the
package costs next to nothing and pulls in no compiler and no data frames.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.compose import compose_study
    from sim.inference.adjust import adjust
    from sim.inference.graphical import graphical
    from sim.inference.max_t import max_t
    from sim.inference.mcnemar import mcnemar, mcnemar_table
    from sim.inference.paired_t import paired_t
    from sim.inference.sign import sign_test
    from sim.inference.sign_flip import sign_flip
    from sim.inference.signed_rank import signed_rank
    from sim.jobs.plan import plan
    from sim.power.exact_api import exact_power

__all__ = [
    "adjust",
    "compose_study",
    "exact_power",
    "graphical",
    "max_t",
    "mcnemar",
    "mcnemar_table",
    "paired_t",
    "plan",
    "sign_flip",
    "sign_test",
    "signed_rank",
]
__version__ = "0.1.0"

_HOME = {
    "adjust": "sim.inference.adjust",
    "compose_study": "sim.compose",
    "exact_power": "sim.power.exact_api",
    "graphical": "sim.inference.graphical",
    "max_t": "sim.inference.max_t",
    "mcnemar": "sim.inference.mcnemar",
    "mcnemar_table": "sim.inference.mcnemar",
    "sign_flip": "sim.inference.sign_flip",
    "paired_t": "sim.inference.paired_t",
    "plan": "sim.jobs.plan",
    "sign_test": "sim.inference.sign",
    "signed_rank": "sim.inference.signed_rank",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its room on first use."""
    if name not in _HOME:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
