"""The target difference in a justification, and how it was chosen."""

from __future__ import annotations

from sim.report.justification_fields import ONE, Value
from sim.report.justification_parts import Item, Line, Paragraph, Table, line, text
from sim.report.justification_run import Plan, requirement

Cells = tuple[Line, ...]
TOTAL = line("total")
TWO_ARMS = text(
    "The standard deviation is that of the change in the mentored arm, by which the difference is "
    "divided. The shares are those of the mentored arm; the results do not hold those of the "
    "control arm after."
)
ONE_GROUP = text(
    "The mean change is all that a study without control arm sees. The part that mentoring adds is "
    "given beside it; the rest needs no mentoring."
)
BASES = {
    "important": "The target difference is one that is held to be important.",
    "realistic": "The target difference is one that is held to be realistic.",
    "both": "The target difference is one that is held to be both important and realistic.",
}


def target_item(plan: Plan) -> Item:
    """Show the target difference on the scale, standardised, and as shares of the answers."""
    blocks: list[Paragraph | Table] = []
    for role in plan.roles:
        if _nothing(plan, role) and role not in plan.who.split("+"):
            words = f"Mentoring is taken to have no effect on the {role}s, who do not enter the "
            blocks.append(text(f"{words}criterion."))
            continue
        table = _between_arms if _controls(plan, role) else _changes
        blocks += [table(plan, role), _shares(plan, role)]
        if plan.config("analysis", "cut") is not None:
            blocks.append(_at_the_cut(plan, role))
    if any(_controls(plan, role) for role in plan.roles):
        blocks.append(TWO_ARMS)
    elif any(plan.fields.get("summary", "audit", role) for role in plan.roles):
        blocks.append(ONE_GROUP)
    requirements = (
        requirement("DELTA2, item 3b", "Target difference in points, its SD, and standardised"),
        requirement("DELTA2, item 3a by analogy", "Proportions in each category before and after"),
    )
    return Item("Target difference", tuple(blocks), requirements)


def _nothing(plan: Plan, role: str) -> bool:
    """Tell whether mentoring does nothing for a role, or no more than what controls get."""
    return all(plan.fields.get("summary", "effects", role, "true_null"))


def _controls(plan: Plan, role: str) -> bool:
    return plan.fields.get("summary", "audit", role, "control_change") is not None


def _key(plan: Plan, e: int) -> str:
    """Name of an endpoint as the results have it."""
    return str(plan.fields.get("summary", "endpoints", e))


def _value(plan: Plan, role: str, *keys: str | int) -> Value:
    return plan.fields.value("summary", "effects", role, *keys)


def _shown(*values: tuple[Value, str]) -> Cells:
    """Write numbers, each with its format."""
    return tuple(line(value.shown(form)) for value, form in values)


def _changes(plan: Plan, role: str) -> Table:
    audited = plan.fields.get("summary", "audit", role) is not None
    rows = []
    for e, name in enumerate([*plan.domain_names(), TOTAL]):
        before, change = (_value(plan, role, key, e) for key in ("pre_mean", "mean_change"))
        mentoring = plan.fields.value("summary", "audit", role, "mentoring", _key(plan, e))
        sd, standardised = (_value(plan, role, key, e) for key in ("sd_change", "standardised"))
        of_which = [(mentoring, "+.2f")] if audited else []
        cells = ((before, ".2f"), (before + change, ".2f"), (change, "+.2f"), *of_which,
                 (sd, ".2f"), (standardised, "+.2f"))  # fmt: skip
        rows.append((name, *_shown(*cells)))
    head = ("Outcome", "Mean before", "Mean after", "Mean change (points)",
            *(["of which mentoring"] if audited else []), "SD of the change",
            "Change / SD")  # fmt: skip
    caption = line(f"Target difference of the {role}s")
    return Table(caption, tuple(map(line, head)), tuple(rows))


def _between_arms(plan: Plan, role: str) -> Table:
    rows = []
    for e, name in enumerate([*plan.domain_names(), TOTAL]):
        keys: tuple[str | int, ...] = ("summary", "audit", role)
        mentored = plan.fields.value(*keys, "change", _key(plan, e))
        control = plan.fields.value(*keys, "control_change", _key(plan, e))
        sd = _value(plan, role, "sd_change", e)
        gap, before = mentored - control, _value(plan, role, "pre_mean", e)
        cells = ((before, ".2f"), (mentored, "+.2f"), (control, "+.2f"), (gap, "+.2f"),
                 (sd, ".2f"), (gap / sd, "+.2f"))  # fmt: skip
        rows.append((name, *_shown(*cells)))
    head = (
        "Outcome", "Mean before", "Change, mentored", "Change, controls", "Difference (points)",
        "SD of the change", "Difference / SD",
    )  # fmt: skip
    caption = line(f"Target difference of the {role}s, between the arms")
    return Table(caption, tuple(map(line, head)), tuple(rows))


def _reaching(plan: Plan, role: str, d: int, cut: int, *, later: bool) -> Value:
    """Share at or above a point, before or after."""
    if cut == 1:
        return ONE
    before, rise, fall = (_value(plan, role, name, d, cut - 2)
                          for name in ("reaching", "rising_to", "falling_below"))  # fmt: skip
    return before + rise - fall if later else before


def _share(plan: Plan, role: str, d: int, point: int, *, later: bool) -> Value:
    """Share of one point of the scale, before or after."""
    reached = _reaching(plan, role, d, point, later=later)
    if point == int(plan.value("scale", "points").amount):
        return reached
    return reached - _reaching(plan, role, d, point + 1, later=later)


def _shares(plan: Plan, role: str) -> Table:
    points = range(1, int(plan.value("scale", "points").amount) + 1)
    rows: list[Cells] = []
    for d, name in enumerate(plan.domain_names()):
        for later in (False, True):
            cells = _shown(*((_share(plan, role, d, p, later=later), ".1%") for p in points))
            first = () if later else name
            rows.append((first, line("after" if later else "before"), *cells))
    last = line(plan.setting("scale", "points"))
    head = (line("Domain"), line("Time"), *(line(f"{p}") for p in points[:-1]), last)
    arm = " who are mentored" if _controls(plan, role) else ""
    caption = line(f"Share of the {role}s{arm} at each point of the scale")
    return Table(caption, head, tuple(rows), left=2)


def _at_the_cut(plan: Plan, role: str) -> Table:
    cut = plan.config("analysis", "cut")
    rows = []
    for d, name in enumerate(plan.domain_names()):
        before, after = (_reaching(plan, role, d, cut, later=later) for later in (False, True))
        rows.append((name, *_shown((before, ".1%"), (after, ".1%"), (after - before, "+.1%"))))
    caption = line(
        f"Share of the {role}s with an answer of ", plan.setting("analysis", "cut"), " or above"
    )
    head = tuple(map(line, ("Domain", "Before", "After", "Difference")))
    return Table(caption, head, tuple(rows))


def choice_item(plan: Plan) -> Item:
    """Say whether the difference is important or realistic, and how it was chosen."""
    basis = str(plan.config("report", "reasons", "difference_basis"))
    said, known = plan.reason(
        "difference_basis", "whether the target difference is important, realistic or both"
    )
    blocks = [text(BASES[basis] if known else said)]
    said, there = plan.reason(
        "difference_why", "how the target difference was chosen, with the research it rests on"
    )
    blocks.append(text(said))
    noted = enumerate(plan.fields.get("summary", "assumptions"))
    place = next((i for i, entry in noted if entry["field"] == "effect" and entry["note"]), None)
    if place is not None and plan.config("effect", "assumption") is not None:
        note = plan.fields.prose("summary", "assumptions", place, "note")
        blocks.append(text("Noted with the effect in the settings of the run: ", note, "."))
    if plan.fields.get("summary", "pilot") is not None:
        cited = plan.fields.prose("summary", "pilot")
        blocks.append(text("Pilot named in the settings of the run: ", cited))
    requirements = (
        requirement("DELTA2, item 6", "Important, realistic or both", there=known),
        requirement("DELTA2, item 7", "How the target difference was chosen", there=there),
    )
    return Item("How the target difference was chosen", tuple(blocks), requirements)
