"""Where finished blocks are kept, so that none is computed twice."""

from typing import Literal

from pydantic import Field

from sim.study.base import Line, Section


class Store(Section):
    """A file of finished blocks; changes no number."""

    file: Line | None = Field(default="outputs/blocks.sqlite", min_length=1, max_length=1000)
    """File of finished blocks, made when the first is stored; null = none are kept."""
    clear: Literal["others", "all"] | None = None
    """What `mentorsim blocks` takes out of it: blocks of other versions of the code (others), or
    all; null = it only lists them."""
