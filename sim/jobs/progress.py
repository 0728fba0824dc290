"""How far a job is: blocks done of those planned, told to whoever watches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

OnBlock = Callable[[int, int], None]
"""Called with the blocks done and the blocks in all."""


@dataclass
class Progress:
    """Blocks of one computation or of several, done and planned.

    Attributes
    ----------
    on_block : callable or None
        Is told after each block.
    planned : int
        Blocks in all as far as is known; a search may come to need more.
    """

    on_block: OnBlock | None = None
    planned: int = 0
    done: int = 0

    def step(self, count: int = 1) -> None:
        """Report more blocks done."""
        self.done += count
        if self.on_block is not None:
            self.on_block(self.done, self.planned)
