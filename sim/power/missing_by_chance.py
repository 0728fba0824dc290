"""Both sizes of a study in which dropping out depends on the answers."""

from __future__ import annotations

from dataclasses import dataclass

from sim.power.operating import OperatingCharacteristics
from sim.power.sample_size import SampleSize, larger


@dataclass(frozen=True, eq=False)
class MissingByChance:
    """The study where dropping out depends on the answers, and the same with it by chance.

    Attributes
    ----------
    characteristics, null_characteristics : OperatingCharacteristics
        Of the same study with as many answers missing, but by chance: under
        the assumed effect, which is then that on everybody, and without it.
    sizes : tuple of SampleSize
        What that study takes, one per rule.
    sizes_by_answers : tuple of SampleSize
        What the study takes where dropping out depends on the answers.
    """

    characteristics: OperatingCharacteristics
    null_characteristics: OperatingCharacteristics
    sizes: tuple[SampleSize, ...]
    sizes_by_answers: tuple[SampleSize, ...]

    def pair(self, rule: str) -> tuple[SampleSize, SampleSize]:
        """Both sizes of a rule: missing by chance, then by the answers."""
        both = zip(self.sizes, self.sizes_by_answers, strict=True)
        return next(pair for pair in both if pair[0].rule == rule)

    def is_larger(self, rule: str) -> bool:
        """Whether the answer of a rule is that for answers missing by chance."""
        by_chance, by_answers = self.pair(rule)
        return larger(by_chance, by_answers) is by_chance

    @property
    def answers(self) -> tuple[SampleSize, ...]:
        """The larger size of every rule."""
        return tuple(map(larger, self.sizes, self.sizes_by_answers))
