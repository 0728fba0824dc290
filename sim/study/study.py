"""The study: everything the planner states, checked once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import ValidationError, ValidationInfo, field_validator, model_validator

from sim.errors import Fault, StudyError, printable, reason_of
from sim.study.changed import changed, stated, without_stale_reasons
from sim.study.checks.analysis import check_analysis, check_calibration
from sim.study.checks.arms import check_arms
from sim.study.checks.interim import check_interim
from sim.study.checks.orders import check_orders
from sim.study.checks.people import check_items, check_people, check_questionnaire
from sim.study.checks.rules import check_conclusions
from sim.study.draft import Draft
from sim.study.given import plain_data
from sim.study.parse import faults_of
from sim.study.questionnaire import TOTAL
from sim.study.readable import Readable
from sim.study.refusals import FieldErrors, check_all
from sim.study.yaml_text import write_yaml


class Study(Draft):
    """A study design and all that is assumed about it; frozen and valid by construction.

    Examples
    --------
    >>> from sim import OddsRatio
    >>> study = Study(
    ...     words={"participant": "nurse"},
    ...     questionnaire={"items": {"listening": [10, 20, 40, 20, 10]}},
    ...     effect=OddsRatio(2),
    ...     design={"n": 40},
    ... )
    >>> study.with_(design={"n": 60})
    <Study 'A study of answers before and after': 60 nurses, 1 item, effect odds_ratio>
    """

    CHECKS: ClassVar[tuple[Callable[[Draft], None], ...]] = (
        check_items, check_people, check_analysis, check_arms, check_orders, check_interim,
        check_conclusions,
    )  # fmt: skip
    """What the sections must be to one another."""

    def __init__(self, **sections: Any) -> None:
        """Check what is given, as a study's file states it; arrays are taken for lists.

        Raises
        ------
        StudyError
            A line for each fault, which names the field, its value and what is allowed.
        """
        given = plain_data(sections)
        try:
            super().__init__(**given)
        except ValidationError as error:
            faults = [*faults_of(error, given), *self._further(error, given)]
            raise StudyError(*dict.fromkeys(faults)) from None

    @classmethod
    def _further(cls, error: ValidationError, given: dict[str, Any]) -> Iterator[Fault]:
        """Say what else is wrong between the sections that can be read."""
        places = (detail["loc"] for detail in error.errors(include_url=False))
        readable = Readable.of(given, {str(place[0]) for place in places if place})
        if readable is None:
            return
        try:
            check_all(cls.CHECKS, readable)
        except FieldErrors as several:
            yield from (Fault(printable(str(fault)), fault.place) for fault in several.faults)

    @classmethod
    def from_file(cls, path: str | Path, *overrides: str) -> Study:
        """Read a study's file, or the manifest of a run, which states the run's study.

        Parameters
        ----------
        path : str or Path
            YAML or JSON.
        *overrides : str
            Changes, as on the command line, such as ``"effect.odds_ratio=3"``.

        Raises
        ------
        StudyError
            A line for each fault, with its line in the file.
        """
        from sim import compose_study  # by the package: what composes stands above

        return compose_study(overrides, cls, Path(path))

    @classmethod
    def from_manifest(cls, path: str | Path, *overrides: str) -> Study:
        """Read the study of a run from its folder, or from the manifest in it."""
        path = Path(path)
        return cls.from_file(path / "manifest.json" if path.is_dir() else path, *overrides)

    def with_(self, **changes: Any) -> Self:
        """Give the same study with changes, checked again.

        What was not stated follows anew from what is; a reason goes with the values that it was
        given for.

        Parameters
        ----------
        **changes : object
            By section: a mapping changes the fields that it names; an effect of another kind,
            and all that is no mapping, takes the place of what was stated.

        Raises
        ------
        StudyError
            As where a study is made.
        """
        return type(self)(**without_stale_reasons(stated(self), changed(self, changes)))

    def to_yaml(self, path: str | Path | None = None) -> str:
        """Write the study's file, which holds what was stated.

        Parameters
        ----------
        path : str or Path, optional
            Where to; by default nowhere.

        Returns
        -------
        str
            What it holds.

        Raises
        ------
        StudyError
            Where it cannot be written.
        """
        fields = type(self).model_fields
        text = write_yaml({name: value for name, value in stated(self).items()
                           if getattr(self, name) != fields[name].default})  # fmt: skip
        if path is not None:
            try:
                Path(path).write_text(text, encoding="utf-8")
            except OSError as error:
                why = reason_of(error)
                raise StudyError(f"{path}: cannot be written ({why})") from None
        return text

    def __repr__(self) -> str:
        """Say in one line which study it is."""
        sizes, words = self.sizes, self.words
        span = f"{sizes[0]} to {sizes[-1]} {words.units}"
        parts = (
            words.count(sizes[0]) if len(sizes) == 1 else span,
            words.counted(words.item, len(self.domains)),
            f"effect {self.effect.kind}",
        )
        return printable(f"<Study {self.title!r}: {', '.join(parts)}>")

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """Show the study's file in a notebook."""
        return f"<pre>{escape(self.to_yaml())}</pre>"

    @model_validator(mode="after")
    def _cross_checks(self) -> Self:
        check_all(self.CHECKS, self)
        return self


class PilotStudy(Study):
    """A study of which only the pilot is read.

    What it says of the planned study (distributions before, effects, rules) need not fit the
    pilot's questionnaire, unless a published total is to be checked: between its domains
    correlations are needed, and those of scores depend on the distributions.
    """

    CHECKS = (check_questionnaire, check_calibration)

    @field_validator("success", mode="before")
    @classmethod
    def _rules(cls, success: Any, info: ValidationInfo) -> Any:
        """Leave rules aside that do not fit the pilot's questionnaire."""
        try:
            return super()._rules(success, info)
        except ValueError:
            return super()._rules(None, info)

    @model_validator(mode="after")
    def _cross_checks(self) -> Self:
        pilot = self.pilot
        total = pilot is not None and any(outcome.outcome == TOTAL for outcome in pilot.outcomes)
        if total and self.correlation.stated_as != "latent":
            check_people(self)
        else:
            check_questionnaire(self)
        check_calibration(self)
        return self


def parse_study(data: Mapping[str, Any], kind: type[Study] = Study) -> Study:
    """Validate plain data (as read from YAML) into a study.

    Parameters
    ----------
    data : mapping
        Sections by name, holding numbers, strings, lists and mappings.
    kind : type, optional
        Study, or PilotStudy where only the pilot is to be read.

    Returns
    -------
    Study
        Frozen, valid.

    Raises
    ------
    StudyError
        A line for each fault, which names the field, its value and what is allowed.
    """
    return kind(**plain_data(data))


def complaints_of(data: Mapping[str, Any]) -> tuple[str, ...]:
    """List what is wrong with plain data, a line for each field; empty where nothing is.

    Parameters
    ----------
    data : mapping
        As for :func:`parse_study`.
    """
    try:
        parse_study(data)
    except StudyError as error:
        return tuple(map(str, error.faults))
    return ()
