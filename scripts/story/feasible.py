"""What six mentors and five mentees could find out as a pilot, and what they should have been."""

from sim.report.document.numbers import number, percent
from sim.report.results.feasibility import FeasibilityAnswer
from sim.report.topics.programme import rule_of_size
from story.markdown import commands, section, table, text


def feasible(answer: FeasibilityAnswer) -> str:
    """Answer for the pilot as it was, and for larger ones."""
    return section(
        "What could six and five find out as a pilot, and what should they have been?",
        text(_criteria(answer)),
        text(_as_it_was(answer)),
        table(["pairs", "go", "amend", "stop", "interval of the SD", "main study's number"],
              [_row(answer, k) for k in range(len(answer.sizes))]),
        text(_needed(answer)),
        text(_programme(answer)),
        commands("mentorsim feasibility"),
    )  # fmt: skip


def _criteria(answer: FeasibilityAnswer) -> str:
    listed = "; ".join(
        f"{one.name}: red up to {percent(one.light.red)}, green from {percent(one.light.green)}, "
        f"expected {percent(one.expected)}"
        for one in answer.criteria
    )
    return (
        "Nothing is published of criteria by which the pilot was judged. Suppose that they had "
        f"been these: {listed}. A main study follows if all are green, and not if any is red."
    )


def _as_it_was(answer: FeasibilityAnswer) -> str:
    """Say what six pairs tell."""
    mentors, mentees = answer.criteria[0], answer.criteria[2]
    stop, _, go = answer.decisions[0]
    low, high = answer.learnt.main_low[0], answer.learnt.main_high[0]
    wrong = [percent(float(one.green[one.row_of(one.light.red), 0])) for one in (mentors, mentees)]
    return (
        f"With {answer.sizes[0]} pairs, where only 60% stay, the criterion is still green in "
        f"{wrong[0]} of pilots of six mentors, and in {wrong[1]} of those of five mentees. If all "
        f"is as expected, the pilot says go in {percent(float(go))} and stop in "
        f"{percent(float(stop))}. The main study's number, if the standard deviation were taken "
        f"from it, would lie anywhere from {number(float(low), 0)} to {number(float(high), 0)}."
    )


def _row(answer: FeasibilityAnswer, k: int) -> list[str]:
    stop, amend, go = (percent(float(share)) for share in answer.decisions[k])
    low, high = answer.learnt.main_low[k], answer.learnt.main_high[k]
    width = number(float(answer.learnt.widths[0, k]), 1)
    return [str(answer.sizes[k]), go, amend, stop, width, f"{low:.0f} to {high:.0f}"]


def _needed(answer: FeasibilityAnswer) -> str:
    stated, needed = answer.feasibility, answer.needed
    sizes = ", ".join(f"{one.name} {one.size.stays}" for one in answer.criteria)
    errors = (
        f"goes on wrongly at most {percent(stated.wrong_go)} of the time and stops wrongly at most "
        f"{percent(stated.wrong_stop)}"
    )
    if needed is None:
        return f"None of these sizes is enough that every criterion {errors} (people: {sizes})."
    return (
        f"For criteria of which each {errors}, so many people have to be looked at: {sizes}. "
        f"Of the sizes above, {needed} pairs are the fewest that are enough."
    )


def _programme(answer: FeasibilityAnswer) -> str:
    of, k = answer.programme, answer.surest
    return (
        f"A main study sized by {rule_of_size(answer.feasibility.main)} would follow six pairs and "
        f"succeed in {percent(float(of.success[0]))} of programmes, and after "
        f"{answer.sizes[k]} pairs in {percent(float(of.success[k]))}; with "
        f"{number(float(of.people[0]), 0)} and {number(float(of.people[k]), 0)} people in all."
    )
