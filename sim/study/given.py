"""What is given in Python as plain data: arrays, data frames and lists become tuples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from typing import Any

from sim.errors import StudyError
from sim.study.refusals import shown

NAMED = ("questionnaire.items",)
"""Where the columns of a data frame are entries by name, rather than a table."""


def plain_data(value: Any, place: str = "") -> Any:
    """Read a value as sections hold it.

    Parameters
    ----------
    value : object
        Mappings, sequences, arrays and series of numpy and pandas (or what gives its values by
        ``tolist`` as they do), data frames, paths; sections and single values stay as they are.
    place : str
        The field.

    Returns
    -------
    object
        The same with mappings as dictionaries and all that is in a row as tuples, at every depth.

    Raises
    ------
    StudyError
        Where a name is no text.
    """
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise StudyError(
                    f"{place or 'the study'}: the name {shown(key)} must be text; "
                    "in YAML, write it in quotes"
                )
        return {
            key: plain_data(item, f"{place}.{key}".removeprefix(".")) for key, item in value.items()
        }
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return tuple(plain_data(item, place) for item in value)
    if isinstance(value, PathLike):
        return fspath(value)
    if hasattr(value, "columns"):
        named = place in NAMED
        return plain_data({name: value[name] for name in value} if named else value.values, place)
    return plain_data(value.tolist(), place) if hasattr(value, "tolist") else value
