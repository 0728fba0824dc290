"""Monte Carlo study-design simulator for paired Likert outcomes: the public names of :mod:`sim`.

Each is looked up on first use.
"""

from typing import TYPE_CHECKING, Any

import sim

if TYPE_CHECKING:
    from sim import *  # noqa: F403

__all__ = list(sim.__all__)
__version__ = sim.__version__


def __getattr__(name: str) -> Any:
    """Look a public name up."""
    if name not in __all__:
        raise AttributeError(f"module 'mentorsim' has no attribute {name!r}")
    return getattr(sim, name)


def __dir__() -> list[str]:
    """List the public names, for completion."""
    return dir(sim)
