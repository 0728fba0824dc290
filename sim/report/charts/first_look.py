"""A pilot's answers before and after, as stacked bars."""

from __future__ import annotations

from sim.pilot.counts import AnswerCounts
from sim.report.charts.figure import Figure, limited
from sim.report.charts.labels import percent, plain, two_lines
from sim.report.charts.likert import MOST_DOMAINS, stacked_bars
from sim.report.document.numbers import span
from sim.report.document.phrases import best_end
from sim.study import Study


def observed_bars(study: Study, counts: AnswerCounts) -> Figure:
    """Draw the shares of every answer before and after, of those who gave both.

    Parameters
    ----------
    study : Study
        Says the scale, the nouns, and which change is the success.
    counts : AnswerCounts
        One role's; every item has somebody who answered at both times.

    Returns
    -------
    Figure
    """
    side, words, people = study.analysis.side, study.words, study.words.people(counts.role)
    end, best = best_end(side), -1 if side > 0 else 0
    bars = [
        ((table.sum(axis=1) / table.sum()).tolist(), (table.sum(axis=0) / table.sum()).tolist())
        for table in counts.pairs
    ]
    ceilings = span((before[best] for before, _ in bars), percent)
    title = f"Of the {people} who answered, {ceilings} were at the {end} {words.before}"
    numbers = span(counts.complete.tolist(), ",d")
    below = [
        f"Upper bar {words.before}, lower bar {words.after}, of those who gave both answers "
        f"({numbers} {words.an_item}).",
        limited(len(bars), MOST_DOMAINS, words.items, "summary.json"),
    ]
    shown = counts.domains[:MOST_DOMAINS]
    seen = "; ".join(
        f"{plain(name)} {percent(first[best])} {words.before}, {percent(last[best])} {words.after}"
        for name, (first, last) in zip(shown, bars, strict=False)
    )
    said = (title, below, f"At the {end} point: {seen}.")
    name = f"first_look_{counts.role}"
    return stacked_bars(study, name, said, two_lines(shown), bars)
