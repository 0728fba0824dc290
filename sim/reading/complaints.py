"""All that cannot be read of answers, gathered before any is refused."""

from collections.abc import Iterable

from sim.errors import Fault, StudyError

MOST_LISTED = 20
"""Complaints that are listed one by one."""


class Complaints:
    """What cannot be read, in the order in which it was seen."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self.faults = list(faults)

    def add(self, *faults: Fault | str) -> None:
        """Note what cannot be read; the same words once."""
        for fault in faults:
            read = Fault(fault) if isinstance(fault, str) else fault
            if read not in self.faults:
                self.faults.append(read)

    def refuse(self) -> None:
        """Refuse all at once, if there is anything.

        Raises
        ------
        StudyError
            A line each for the first twenty, and one that counts the rest.
        """
        if self.faults:
            raise StudyError(*_few(self.faults))


def _few(faults: list[Fault]) -> Iterable[Fault]:
    yield from faults[:MOST_LISTED]
    if len(faults) > MOST_LISTED:
        yield Fault(f"and {len(faults) - MOST_LISTED} more")
