"""A first look at a pilot's answers: the bars, who moved, ends of the scale, who did not answer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, pairwise

from sim.pilot.counts import AnswerCounts
from sim.pilot.describe import Interval, PilotDescription
from sim.report.document.model import Block, Paragraph, Section, Table, by_columns, text
from sim.report.document.numbers import percent, with_interval
from sim.report.document.phrases import best_end
from sim.report.document.words import listed_words, short
from sim.report.results.answer import PlanAnswer
from sim.study import Study

MARKS = 40
"""Marks of a bar on a screen."""
SCORES = "0123456789XY"
"""Mark of every score, from 0 to 11."""


def first_look(study: Study, seen: PilotDescription, *, is_drawn: bool = False) -> Section:
    """Show what one role answered, an item a row.

    Parameters
    ----------
    study : Study
        Says the scale, the nouns, and which change is the success.
    seen : PilotDescription
        The role's answers.
    is_drawn : bool
        Whether the bars are drawn in a figure, so that shares in numbers take their place here.

    Returns
    -------
    Section
    """
    counts = seen.counts
    blocks: list[Block] = [
        _who(study, counts),
        _shares_table(study, counts) if is_drawn else _bars_table(study, counts),
        _movement_table(study, counts),
        _estimates_table(study, seen),
    ]
    if counts.partial.any():
        blocks.append(_gaps_table(study, counts))
    people = study.words.counted(seen.role, counts.participants)
    return Section(f"Answers of {people}", tuple(blocks))


def pilot_look(answer: PlanAnswer) -> Section:
    """Show what the people of a plan's pilot answered, and how that was read."""
    looks = [first_look(answer.study, seen, is_drawn=True) for seen in answer.pilot_answers]
    blocks = [block for look in looks for block in (text(f"{look.heading}."), *look.blocks)]
    return Section("What the pilot answered", (*blocks, *map(text, answer.pilot_notes)))


def _who(study: Study, counts: AnswerCounts) -> Paragraph:
    """Say how many answered anything, and when."""
    (neither, after), (before, both) = counts.people.tolist()
    parts = [f"{both:,} answered {study.words.both_times}"]
    others = zip((before, after, neither), _partial(study), strict=True)
    parts += [f"{number:,} {when}" for number, when in others if number]
    missing, possible = counts.gaps
    gaps = (
        f"{missing:,} of their {possible:,} single answers are missing."
        if missing
        else "Whoever answered at a time answered everything."
    )
    whole = listed_words(parts)
    return text(f"{whole}. {gaps}" if len(study.domains) > 1 else f"{whole}.")


def _partial(study: Study) -> tuple[str, str, str]:
    """Say at which time alone somebody answered, or that it was at none."""
    return f"only {study.words.before}", f"only {study.words.after}", "never"


def _scores(study: Study) -> list[int]:
    return list(range(study.questionnaire.lowest, study.questionnaire.highest + 1))


def _times(study: Study, counts: AnswerCounts) -> Iterator[tuple[str, str, list[int]]]:
    """List people at each point, of those who answered at both times: before, then after."""
    for name, table in zip(counts.domains, counts.pairs, strict=True):
        yield short(name), study.words.before, table.sum(axis=1).tolist()
        yield "", study.words.after, table.sum(axis=0).tolist()


def bar(numbers: list[int], marks: str) -> str:
    """Draw a stacked bar of text: a mark a point, as many of each as its share of people.

    Examples
    --------
    >>> bar([1, 2, 1], "123")
    '1111111111222222222222222222223333333333'
    """
    total = sum(numbers)
    reached = [round(MARKS * part / total) if total else 0 for part in accumulate(numbers)]
    ends = pairwise([0, *reached])
    return "".join(mark * (stop - start) for mark, (start, stop) in zip(marks, ends, strict=True))


def _bars_table(study: Study, counts: AnswerCounts) -> Table:
    scores = _scores(study)
    marks = "".join(SCORES[score] for score in scores)
    high = [f"{SCORES[score]} is {score}" for score in scores if score > 9]
    told = f" ({', '.join(high)})" if high else ""
    caption = (
        f"Answers of those who gave both: for every {100 / MARKS:g}% of them a mark, which is "
        f"their score{told}"
    )
    rows = tuple((name, time, bar(numbers, marks)) for name, time, numbers in _times(study, counts))
    return Table(caption, (study.words.item, "", "answers"), rows, left=2)


def _shares_table(study: Study, counts: AnswerCounts) -> Table:
    """Shares in numbers, for where bars are drawn."""
    rows = tuple((name, time, *_percents(numbers)) for name, time, numbers in _times(study, counts))
    head = (study.words.item, "", *map(str, _scores(study)))
    return Table("Answers of those who gave both, by score", head, rows, left=2)


def _percents(numbers: list[int]) -> list[str]:
    total = sum(numbers)
    return [percent(number / total) if total else "–" for number in numbers]


def _movement_table(study: Study, counts: AnswerCounts) -> Table:
    """Who is better, the same and worse, and who is at either end of the scale."""
    side = study.analysis.side
    best, worst = best_end(side), best_end(-side)
    places = {"top": -1, "bottom": 0}
    rows = []
    for name, table, moved in zip(counts.domains, counts.pairs, counts.moved, strict=True):
        ends = [
            _percents(table.sum(axis=axis).tolist())[places[end]]
            for end in (best, worst)
            for axis in (1, 0)
        ]
        rows.append((short(name), *_percents(moved[::side].tolist())[::-1], *ends))
    times = study.words.before, study.words.after
    ends_then = (f"{end} {time}" for end in (best, worst) for time in times)
    head = (study.words.item, "better", "same", "worse", *ends_then)
    return Table("How they moved, and how many are at the ends of the scale", head, tuple(rows))


def _estimates_table(study: Study, seen: PilotDescription) -> Table:
    return by_columns(
        f"Estimates, with {percent(seen.confidence)} intervals",
        (study.words.item, map(short, seen.domains)),
        ("n", map(str, seen.counts.complete)),
        ("mean change", _intervals(seen.mean_change, "+")),
        ("polychoric correlation", _intervals(seen.polychoric)),
    )


def _intervals(of: Interval, sign: str = "-") -> list[str]:
    return [with_interval(*ends, sign) for ends in zip(of.value, of.low, of.high, strict=True)]


def _gaps_table(study: Study, counts: AnswerCounts) -> Table:
    rows = tuple(
        (short(name), *map(str, (both, *partial)))
        for name, both, partial in zip(
            counts.domains, counts.complete.tolist(), counts.partial.tolist(), strict=True
        )
        if any(partial)
    )
    head = (study.words.item, "both", *_partial(study))
    return Table("Who answered when, where not everybody did at both times", head, rows)
