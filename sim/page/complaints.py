"""What is wrong, in plain words first; what a file calls the setting comes after, on demand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from htmltools import Tag, tags

from sim.page.parts import group_of, sentence_case
from sim.page.scenario import blamed
from sim.page.texts import Plain

PLACE = "\t"
"""What stands between the words of a line and the setting's name, in what the browser is told."""


def _divided(line: str) -> tuple[str, str]:
    """Divide a line into the setting that it begins with, and the rest."""
    place, colon, words = line.partition(": ")
    return (place, words) if colon and " " not in place.partition("[")[0] else ("", line)


def by_field(lines: Iterable[str], data: Plain) -> tuple[dict[str, str], list[Tag]]:
    """Tell lines of what is wrong by the field of the form that each speaks of.

    Parameters
    ----------
    lines : iterable of str
        The lines.
    data : dict
        The study as plain data.

    Returns
    -------
    dict of str to str
        By name of the field, a line each.
    list of Tag
        Those that speak of no field.
    """
    fields: dict[str, str] = {}
    elsewhere = []
    for line in dict.fromkeys(lines):
        if name := blamed(line, data):
            fields[name] = "\n".join(filter(None, (fields.get(name), line)))
        else:
            elsewhere.append(apart(line))
    return fields, elsewhere


def beside(lines: Mapping[str, str]) -> dict[str, str]:
    r"""Word the lines of fields for where each stands beside its field.

    Parameters
    ----------
    lines : mapping of str to str
        By name of the field; one line each for what is wrong with it.

    Examples
    --------
    >>> beside({"analysis.alpha": "analysis.alpha: 2 must be below 1"})
    {'analysis.alpha': '2 must be below 1\tanalysis.alpha'}
    """
    return {
        name: "\n".join(_beside(name, line) for line in text.splitlines())
        for name, text in lines.items()
    }


def _beside(name: str, line: str) -> str:
    group, (place, words) = group_of(name), _divided(line)
    of = group.place if group else name
    inner = place.removeprefix(of).lstrip(".") if place.startswith(of) else spoken(place)
    return f"{inner}: {words}{PLACE}{place}" if inner else f"{words}{PLACE}{place}".rstrip(PLACE)


def spoken(place: str) -> str:
    """Say the name of a setting in words.

    >>> spoken("monte_carlo.block_size")
    'Monte carlo, block size'
    """
    return sentence_case(place.replace("_", " ").replace(".", ", "))


def apart(line: str) -> Tag:
    """Word a line that stands beside no field."""
    place, _ = _divided(line)
    return tags.p(said(line), " ", tags.code(place) if place else "", class_="error", role="alert")


def said(line: str) -> str:
    """Word a line for where there is no room for more.

    >>> said("analysis.alpha: 2 must be below 1")
    'Analysis, alpha: 2 must be below 1'
    """
    place, words = _divided(line)
    return f"{spoken(place)}: {words}" if place else words
