"""Outcomes that are worked out once, refusals among them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from sim.errors import StudyError

T = TypeVar("T")


class Memory(Generic[T]):
    """Outcomes by key; the oldest are forgotten.

    Parameters
    ----------
    most : int
        Most outcomes that are kept.
    """

    def __init__(self, most: int) -> None:
        self._known: dict[Hashable, T | StudyError] = {}
        self._most = most

    def recall(self, key: Hashable, work_out: Callable[[], T]) -> T:
        """Give the outcome for a key, worked out where it is not known.

        Raises
        ------
        StudyError
            As from `work_out`, at once the next time.
        """
        if key not in self._known:
            if len(self._known) >= self._most:
                del self._known[next(iter(self._known))]
            try:
                self._known[key] = work_out()
            except StudyError as error:
                self._known[key] = error
        known = self._known[key]
        if isinstance(known, StudyError):
            raise known
        return known
