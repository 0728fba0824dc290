"""What a pilot teaches, and what comes of the programme that it begins: once."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

from sim.report.document.guidelines import cite
from sim.report.document.model import Block, Table, entries, text
from sim.report.document.numbers import at_most, error_words, number, percent
from sim.report.document.phrases import the_endpoint
from sim.report.results.feasibility import FeasibilityAnswer, Programme
from sim.study.feasibility import MainStudy

PARAMETERS = {
    "sd": "SD of the change (points)",
    "correlation": "correlation of before and after",
    "distribution": "share at the commonest point before",
    "retention": "retention",
    "completeness": "completeness",
    "icc": "ICC of the change",
}
"""What is estimated, in words."""
IN_PERCENT = {"distribution", "retention", "completeness"}
MOST_COLUMNS = 6
"""Most sizes of the pilot in one table of what is learnt."""


def rule_of_size(main: MainStudy) -> str:
    """Say by which rule the main study is sized."""
    match main.sized_by:
        case "planned_sd":
            return "the planned effect and standard deviation"
        case "fixed":
            return f"a fixed number ({main.n})"
        case "pilot_sd":
            return "the planned effect with the pilot's standard deviation"
        case "non_central_t":
            return (
                "the planned effect with the pilot's standard deviation, inflated by the "
                f"non-central t{cite('Julious 2006')}"
            )
        case "upper_limit":
            return (
                f"the planned effect with the upper {percent(main.confidence)} limit of the "
                f"pilot's standard deviation{cite('Browne 1995')}"
            )
    averaged = "power averaged over what is believed of the effect, with the pilot's standard "
    return f"{averaged}deviation" + cite("O'Hagan 2005")


def main_words(answer: FeasibilityAnswer) -> str:
    """Say how the main study is sized and analysed here."""
    study, main = answer.study, answer.feasibility.main
    sided = "two-sided" if study.analysis.alternative == "two_sided" else "one-sided"
    compared = "of the difference between two arms" if study.has_controls else "of the mean change"
    return (
        f"The main study is sized by {rule_of_size(main)}, and taken as a t test {compared} in "
        f"{the_endpoint(answer.endpoint, 40)} ({sided}, level {study.analysis.alpha:g}, power "
        f"{percent(study.target.power)}), of changes that are normal. The planned "
        f"effect is {number(answer.effect, 2)} points, the standard deviation of the change "
        f"{number(answer.sd, 2)}. A main study of more than {main.largest} "
        f"{study.words.units} does not take place."
    )


# --------------------------------------------------------------------------------- learnt


def learnt_blocks(answer: FeasibilityAnswer) -> tuple[Block, ...]:
    """Give the expected width of every parameter's interval, by size."""
    learnt, sizes = answer.learnt, answer.sizes
    step = -(-len(sizes) // MOST_COLUMNS)
    places = list(range(0, len(sizes), step))
    rows = [
        (PARAMETERS[name], *(_width(name, float(widths[k])) for k in places))
        for name, widths in zip(learnt.parameters, learnt.widths, strict=True)
        if not all(map(isnan, widths))
    ]
    ends = zip(learnt.main_low[places], learnt.main_high[places], strict=True)
    rows.append(("main study's size: 95% interval", *(_ends(*pair) for pair in ends)))
    head = ("expected width of the 95% interval", *(str(sizes[k]) for k in places))
    needed = learnt.main_size
    main = "" if needed is None else f", which is {needed} with the planned one"
    return (
        Table("", head, tuple(rows)),
        text(
            "The last row says how far the main study's number analysed would be uncertain"
            f"{main}, if it were taken from the pilot's standard deviation."
        ),
    )


def _width(name: str, width: float) -> str:
    if isnan(width):
        return "–"
    return percent(width) if name in IN_PERCENT else number(width, 2)


def _ends(low: float, high: float) -> str:
    return "–" if isnan(low) else f"{low:.0f} to {high:.0f}"


# ------------------------------------------------------------------------------ programme


def programme_sentence(answer: FeasibilityAnswer) -> str:
    """Say what the programme achieves with the surest and the cheapest pilot."""
    of, surest, cheapest = answer.programme, answer.surest, answer.cheapest

    def told(k: int) -> str:
        return (
            f"{percent(float(of.success[k]), 1)} of the time, with "
            f"{number(float(of.people[k]), 0)} people in all"
        )

    first = (
        f"The programme, pilot and main study together, succeeds most often with a pilot of "
        f"{answer.words.count(answer.sizes[surest])}: {told(surest)}"
    )
    if len(answer.sizes) == 1:
        return f"The programme, pilot and main study together, succeeds {told(0)}."
    if surest == cheapest:
        return f"{first}; it also takes the fewest people for each success."
    return (
        f"{first}. It takes the fewest people for each success with one of "
        f"{answer.words.count(answer.sizes[cheapest])}: {told(cheapest)}."
    )


def programmes_words(of: Programme) -> str:
    """Say how many were simulated, and how precisely success is known."""
    error = at_most(error_words(100 * float(of.success_mcse.max()), 1))
    return f"{of.programmes:,} simulated programmes; Monte Carlo error of success {error}%"


def programme_blocks(answer: FeasibilityAnswer) -> tuple[Block, ...]:
    """Give what comes of the programme, by the pilot's size."""
    of = answer.programme
    rows = tuple(
        (
            str(size),
            percent(float(of.go[k]), 1),
            percent(float(of.stops_rightly[k]), 1),
            percent(float(of.stops_wrongly[k]), 1),
            percent(float(of.follows[k]), 1),
            percent(float(of.success[k]), 1),
            number(float(of.people[k]), 0),
        )
        for k, size in enumerate(answer.sizes)
    )
    head = ("pilot", "go", "stops rightly", "stops wrongly", "main study", "succeeds", "people")
    people = at_most(error_words(float(of.people_mcse.max()), 1))
    caption = f"{programmes_words(of)}, of people {people}"
    marked = None if answer.needed is None else answer.sizes.index(answer.needed)
    return (Table(caption, head, rows, marked=marked), *entries(_programme_notes(answer)))


def _programme_notes(answer: FeasibilityAnswer) -> Iterator[str]:
    of = answer.programme
    if of.truly_red:
        yield (
            f"Stops rightly: of programmes in which a criterion is truly at or below its red limit "
            f"({percent(of.truly_red, 1)} of them). Stops wrongly: of the others."
        )
    else:
        yield (
            "No criterion is believed to be truly red, so that no pilot can stop rightly: say with "
            "sure_as how sure what is expected is."
        )
    if float(of.too_large.max()) > 0:
        yield (
            f"In up to {percent(float(of.too_large.max()), 1)} the main study would have to be "
            "larger than the largest, and does not take place."
        )
    surest = answer.words.count(answer.sizes[answer.surest])
    most = f", most often after a pilot of {surest}" if len(answer.sizes) > 1 else ""
    yield f"Succeeds: the main study takes place and shows the effect in its direction{most}."
