"""Labels of common scales, each from least to most."""

from __future__ import annotations

import re

from sim.reading.sheet import folded

_MORE = ("confident", "satisfied", "important", "useful", "helpful", "comfortable", "likely",
         "familiar", "interested", "prepared", "knowledgeable", "effective", "aware", "clear",
         "difficult", "easy", "concerned", "anxious", "skilled", "motivated")  # fmt: skip
"""Adjectives of scales from "not at all" to "extremely"."""
_DEGREES = (
    "not at all; slightly; moderately; very; extremely",
    "not at all; slightly; somewhat; very; extremely",
    "not at all; slightly; somewhat; moderately; extremely",
    "not at all; a little; somewhat; very; extremely",
    "not at all; a little; moderately; very; extremely",
    "not at all; slightly; somewhat; fairly; completely",
    "not at all; slightly; moderately; very; completely",
    "not at all; somewhat; very; extremely",
    "not at all; slightly; moderately; very",
    "not at all; a little; fairly; very",
    "not at all; not very; somewhat; very",
    "not at all; not very; fairly; very",
    "not at all; not very; somewhat; very; extremely",
    "not; slightly; moderately; very; extremely",
    "not; slightly; somewhat; very; extremely",
)
_MIDDLE_AGREE = (
    "neither agree nor disagree|neither agree or disagree|neither disagree nor agree|neutral"
    "|undecided|neither"
)
_MIDDLE_SATISFIED = "neither satisfied nor dissatisfied|neither dissatisfied nor satisfied|neutral"
_MIDDLE_LIKELY = "neither likely nor unlikely|neither unlikely nor likely|neutral"
_LOW, _HIGH = "strongly disagree|disagree strongly", "strongly agree|agree strongly"
_LESS = "somewhat disagree|slightly disagree|disagree somewhat|disagree slightly"
_SOME = "somewhat agree|slightly agree|agree somewhat|agree slightly"
_UNHAPPY = "somewhat dissatisfied|slightly dissatisfied"
_HAPPY = "somewhat satisfied|slightly satisfied"
_ENDS = (("very", "very"), ("extremely", "extremely"))
_WRITTEN = (
    f"{_LOW}; disagree; {_MIDDLE_AGREE}; agree; {_HIGH}",
    f"{_LOW}; disagree; agree; {_HIGH}",
    f"{_LOW}; {_LESS}; {_MIDDLE_AGREE}; {_SOME}; {_HIGH}",
    f"{_LOW}; {_LESS}; {_SOME}; {_HIGH}",
    f"{_LOW}; disagree; {_LESS}; {_SOME}; agree; {_HIGH}",
    f"{_LOW}; disagree; {_LESS}; {_MIDDLE_AGREE}; {_SOME}; agree; {_HIGH}",
    f"completely disagree|totally disagree; disagree; {_MIDDLE_AGREE}; agree;"
    " completely agree|totally agree",
    "never; rarely|seldom; sometimes|occasionally; often|frequently; always",
    "never; rarely|seldom; sometimes|occasionally; often|frequently; very often",
    "never; rarely|seldom; sometimes|occasionally; usually|most of the time; always",
    "never; almost never; sometimes; fairly often; very often",
    "never; almost never; sometimes; almost always; always",
    "never; sometimes; about half the time; most of the time; always",
    "never; sometimes|occasionally; often|frequently; always",
    "never; rarely|seldom; sometimes|occasionally; often|frequently",
    "never; very rarely; rarely; sometimes|occasionally; often|frequently; very often; always",
    "never; rarely; occasionally; sometimes; frequently; usually; always|every time",
    "not at all; several days; more than half the days; nearly every day",
    "none of the time; a little of the time; some of the time; most of the time; all of the time",
    *(f"{low} dissatisfied; dissatisfied; {_MIDDLE_SATISFIED}; satisfied; {high} satisfied"
      for low, high in _ENDS),
    *(f"{low} dissatisfied; dissatisfied; satisfied; {high} satisfied" for low, high in _ENDS),
    *(f"{low} dissatisfied; {_UNHAPPY}; {_MIDDLE_SATISFIED}; {_HAPPY}; {high} satisfied"
      for low, high in _ENDS),
    *(f"{low} dissatisfied; {_UNHAPPY}; {_HAPPY}; {high} satisfied" for low, high in _ENDS),
    *(f"{low} dissatisfied; dissatisfied|moderately dissatisfied; {_UNHAPPY}; {_MIDDLE_SATISFIED}; "
      f"{_HAPPY}; satisfied|moderately satisfied; {high} satisfied" for low, high in _ENDS),
    *(f"{low} unlikely; unlikely|somewhat unlikely; {_MIDDLE_LIKELY}; likely|somewhat likely; "
      f"{high} likely" for low, high in _ENDS),
    *(f"{low} unlikely; unlikely|somewhat unlikely; likely|somewhat likely; {high} likely"
      for low, high in _ENDS),
    *(f"{low} unlikely; unlikely|moderately unlikely; somewhat unlikely|slightly unlikely; "
      f"{_MIDDLE_LIKELY}; somewhat likely|slightly likely; likely|moderately likely; {high} likely"
      for low, high in _ENDS),
    "very poor; poor; fair|average|acceptable; good; very good",
    "very poor; poor; fair|average|acceptable; good; excellent",
    "poor; fair; good; very good; excellent",
    "terrible; poor; average; good; excellent",
    "poor; fair; good; excellent",
    "very poor; poor; good; very good",
    "very bad; bad; neither good nor bad|neutral; good; very good",
    "very poor; poor; below average; average; above average; good; excellent|very good",
    "not at all; slightly; moderately; very; extremely",
    "not at all; a little|a little bit|slightly; somewhat|moderately; quite a bit; "
    "very much|extremely",
    "not at all; a little; quite a bit; very much",
    "none; mild; moderate; severe",
    "none; mild; moderate; severe; very severe",
)  # fmt: skip

Scale = tuple[tuple[str, ...], ...]
"""Ways to write each point, the least first, and of each the usual one first."""


def label_key(text: str) -> str:
    """Text to compare labels by: without capitals, stops, hyphens and spaces that mean nothing."""
    return " ".join(re.sub(r"[.,;:!'’´\"-]+", " ", folded(text)).split())


def _of_adjective(degrees: str, adjective: str) -> str:
    """Join degrees to an adjective; the first may also follow it ("not confident at all")."""
    first, *others = (part.strip() for part in degrees.split(";"))
    least = f"{first} {adjective}|not {adjective} at all" if first == "not at all" else (
        f"{first} {adjective}")  # fmt: skip
    return "; ".join([least, *(f"{degree} {adjective}" for degree in others)])


def _scale(text: str) -> Scale:
    return tuple(tuple(label_key(way) for way in part.split("|")) for part in text.split(";"))


SCALES: tuple[Scale, ...] = tuple(
    dict.fromkeys(
        _scale(text)
        for text in (*_WRITTEN, *(_of_adjective(d, adjective) for adjective in _MORE
                                  for d in _DEGREES))
    )
)  # fmt: skip
"""The scales that are known."""
KNOWN_LABELS = frozenset(way for scale in SCALES for point in scale for way in point)
"""All labels that stand on one of them, as :func:`label_key` writes them."""


def scales_of(labels: set[str]) -> list[Scale]:
    """List the scales on which all of some labels stand, each at a point alone; shortest first.

    Parameters
    ----------
    labels : set of str
        As :func:`label_key` writes them.
    """
    fitting = [scale for scale in SCALES if _places(scale, labels) is not None]
    return sorted(fitting, key=len)


def _places(scale: Scale, labels: set[str]) -> list[int] | None:
    places = [i for label in labels for i, point in enumerate(scale) if label in point]
    return places if len(places) == len(labels) == len(set(places)) else None
