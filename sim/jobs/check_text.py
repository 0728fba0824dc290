"""What a plan would do, before anything is simulated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sim.errors import shortened
from sim.report.document.model import Section, Table
from sim.report.document.words import clean, listed_words, short
from sim.report.printers.terminal import screen_text
from sim.report.results.answer import Assumption
from sim.report.topics.assumptions import control_words, effect_words, stated
from sim.report.topics.design import role_words, scale_words
from sim.report.topics.look_levels import boundary_words
from sim.report.topics.method import level_words, multiplicity_words, test_sentence
from sim.report.topics.participation import cluster_words, missing_words
from sim.study import Study

FEW = 8
"""Items up to which they are named."""
LONGEST = 240
"""Characters of what is assumed."""
SOUGHT = {
    "size": "the smallest that reaches power {0:g}",
    "power": "the power is sought",
    "effect": "the smallest effect with power {0:g} is sought",
    "precision": "the precision of the estimates is sought",
}
"""What is asked for at the sizes."""


@dataclass(frozen=True)
class Outline:
    """A study that fits together, and what it takes to plan it.

    Attributes
    ----------
    study : Study
        The study.
    assumptions : tuple of Assumption
        What it assumes.
    is_exact : bool
        Whether the power of the primary rule is enumerated rather than simulated.
    blocks : int
        Blocks of simulated studies that the plan begins with.
    """

    study: Study
    assumptions: tuple[Assumption, ...]
    is_exact: bool
    blocks: int


def outline_text(outline: Outline) -> str:
    """Say what the plan would do on one screen, and what is assumed without a reason."""
    unexplained = [
        (what, shortened(value, LONGEST))
        for each in outline.assumptions
        if not each.note
        for what, value in [stated(outline.study, each.field)]
    ]
    sections = [_listed("What mentorsim plan would do", list(_plan_rows(outline)))]
    if unexplained:
        sections.append(_listed("Assumed without a reason", unexplained))
    return screen_text(outline.study.title, (), sections, ())


def outline_line(outline: Outline) -> str:
    """Say in one line that a study is fine, and what it asks."""
    return f"fine; {_sizes(outline.study)}; {_work(outline)}"


def _listed(heading: str, rows: Sequence[tuple[str, str]]) -> Section:
    return Section(heading, (Table("", ("What", "Which"), tuple(rows), left=2),))


def _plan_rows(outline: Outline) -> Iterator[tuple[str, str]]:
    study = outline.study
    yield "who", _people(study)
    yield study.words.items, _items(study)
    for place, name in enumerate(study.role_names):
        of_whom = f" on the {study.words.people(name)}" * (len(study.roles) > 1)
        effect = effect_words(study, study.effect_of(place)[1])
        yield f"effect of {study.words.intervention}{of_whom}", effect
    for name, rule in study.success.items():
        sizing = ", which sizes the study" * (name == study.primary and len(study.success) > 1)
        yield f"success '{short(name)}'", clean(str(rule)) + sizing
    yield "test", f"{test_sentence(study)}, {level_words(study.analysis)}"
    yield "several outcomes", multiplicity_words(study)
    yield from (("looks", words) for words in _looks(study))
    yield "size", _sizes(study)
    exact = "exact, with simulated checks" if outline.is_exact else "simulation"
    yield "power by", exact
    yield "work", _work(outline)


def _people(study: Study) -> str:
    parts = [role_words(study)]
    if len(study.roles) > 1:
        parts = ["{} {}:{}".format(parts[0], *study.design.ratio)]
    if study.has_controls:
        parts.append(control_words(study))
    parts += [*cluster_words(study, study.sites)] if study.sites else []
    return "; ".join([*parts, *missing_words(study)])


def _items(study: Study) -> str:
    names = listed_words([short(name) for name in study.domains])
    return scale_words(study) + (f" ({names})" if len(study.domains) <= FEW else "")


def _looks(study: Study) -> Iterator[str]:
    """Say when a study of the largest size is looked at, and what may end it."""
    if study.looks is None:
        return
    *early, largest = map(str, study.looks.at(study.sizes[-1]))
    futility = "" if study.looks.futility is None else ", and may end for futility"
    at = f"after {listed_words(early)} of {largest} {study.words.units}"
    yield f"{at}, say, and at the end; {boundary_words(study)}{futility}"


def _sizes(study: Study) -> str:
    """Say which sizes are studied, and what is asked for there."""
    words, design = study.words, study.design
    more = ", and more where it takes more" * (design.search_limit > design.up_to)
    sizes = f"{design.smallest:,} to {words.count(design.up_to)}{more}"
    if design.n is not None:
        sizes = listed_words([*map(str, design.n[:-1]), words.count(design.n[-1])])
    if study.seeks_precision:
        return f"{sizes}: the smallest with a half-width of at most {study.target.half_width:g}"
    solve = design.solve or ("power" if len(study.sizes) == 1 else "size")
    return f"{sizes}: {SOUGHT[solve].format(study.target.power)}"


def _work(outline: Outline) -> str:
    size = outline.study.monte_carlo.block_size
    return f"about {outline.blocks:,} blocks of {size:,} simulated studies"
