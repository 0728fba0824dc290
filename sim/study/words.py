"""The nouns of a study: what its people, units, sites and intervention are called."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StudyWords:
    """What things are called in every output.

    Attributes
    ----------
    intervention : str
        What is done between the two times.
    treated : str
        What somebody is who gets it, such as "mentored".
    unit, units : str
        In what sizes are counted: one, and several.
    site : str
        Where people come from.
    """

    intervention: str = "mentoring"
    treated: str = "mentored"
    unit: str = "pair"
    units: str = "pairs"
    site: str = "site"

    def count(self, size: int) -> str:
        """Write a size in units.

        Examples
        --------
        >>> StudyWords().count(1), StudyWords().count(1200)
        ('1 pair', '1,200 pairs')
        """
        return f"{size:,} {self.unit if size == 1 else self.units}"

    def people(self, role: str) -> str:
        """Name the people of a role.

        Examples
        --------
        >>> StudyWords().people("nurse")
        'nurses'
        """
        return f"{role}s"

    def counted(self, role: str, number: int) -> str:
        """Write a number of people of a role.

        Examples
        --------
        >>> StudyWords().counted("nurse", 1), StudyWords().counted("nurse", 12)
        ('1 nurse', '12 nurses')
        """
        return f"{number:,} {role if number == 1 else self.people(role)}"
