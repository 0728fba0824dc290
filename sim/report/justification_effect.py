"""The target difference in a justification, and how it was chosen."""

from __future__ import annotations

from sim.report.justification_fields import ONE, Value
from sim.report.justification_parts import (
    Item,
    Line,
    Paragraph,
    Table,
    Words,
    line,
    text,
)
from sim.report.justification_run import CONFIG, Plan, asked

Cells = tuple[Line, ...]
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
            blocks.append(
                text(
                    f"Mentoring is taken to have no effect on the {role}s, who do not enter the "
                    "criterion."
                )
            )
            continue
        table = _between_arms if _controls(plan, role) else _changes
        blocks += [table(plan, role), _shares(plan, role)]
        if plan.config("analysis", "cut") is not None:
            blocks.append(_at_the_cut(plan, role))
    if any(_controls(plan, role) for role in plan.roles):
        blocks.append(
            text(
                "The standard deviation is that of the change in the mentored arm, by which the "
                "difference is divided. The shares are those of the mentored arm; the results do "
                "not hold those of the control arm after."
            )
        )
    elif any(plan.fields.get("summary", "audit", role) for role in plan.roles):
        blocks.append(
            text(
                "The mean change is all that a study without control arm sees. The part that "
                "mentoring adds is given beside it; the rest needs no mentoring."
            )
        )
    own = (
        asked("DELTA2, item 3b", "Target difference in points, its SD, and standardised"),
        asked("DELTA2, item 3a by analogy", "Proportions in each category before and after"),
    )
    return Item("Target difference", tuple(blocks), own)


def _nothing(plan: Plan, role: str) -> bool:
    """Tell whether mentoring does nothing for a role, or no more than what controls get."""
    return all(plan.fields.get("summary", "effects", role, "true_null"))


def _controls(plan: Plan, role: str) -> bool:
    return plan.fields.get("summary", "audit", role, "control_change") is not None


def _named(plan: Plan) -> list[Line]:
    """Name the endpoints, domains first."""
    names = [
        line(plan.fields.name(*CONFIG, "scale", "domains", i)) for i in range(len(plan.domains))
    ]
    return [*names, line("total")]


def _key(plan: Plan, e: int) -> str:
    """Name of an endpoint as the results have it."""
    return str(plan.fields.get("summary", "endpoints", e))


def _value(plan: Plan, role: str, *keys: str | int) -> Value | None:
    return plan.fields.value("summary", "effects", role, *keys)


def _shown(value: Value | None, form: str) -> Line:
    return line(Words("–") if value is None else value.shown(form))


def _changes(plan: Plan, role: str) -> Table:
    audited = plan.fields.get("summary", "audit", role) is not None
    rows = []
    for e, name in enumerate(_named(plan)):
        before, change = (_value(plan, role, key, e) for key in ("pre_mean", "mean_change"))
        after = None if before is None or change is None else before + change
        cells = [name, _shown(before, ".2f"), _shown(after, ".2f"), _shown(change, "+.2f")]
        if audited:
            own = plan.fields.value("summary", "audit", role, "mentoring", _key(plan, e))
            cells.append(_shown(own, "+.2f"))
        cells.append(_shown(_value(plan, role, "sd_change", e), ".2f"))
        cells.append(_shown(_value(plan, role, "standardised", e), "+.2f"))
        rows.append(tuple(cells))
    head = [line("Outcome"), line("Mean before"), line("Mean after"), line("Mean change (points)")]
    if audited:
        head.append(line("of which mentoring"))
    head += [line("SD of the change"), line("Change / SD")]
    caption = line(f"Target difference of the {role}s")
    return Table(caption, tuple(head), tuple(rows))


def _between_arms(plan: Plan, role: str) -> Table:
    rows = []
    for e, name in enumerate(_named(plan)):
        keys: tuple[str | int, ...] = ("summary", "audit", role)
        mentored = plan.fields.value(*keys, "change", _key(plan, e))
        control = plan.fields.value(*keys, "control_change", _key(plan, e))
        sd = _value(plan, role, "sd_change", e)
        gap = None if mentored is None or control is None else mentored - control
        ratio = None if gap is None or sd is None or not sd.amount else gap / sd
        shown = [_shown(own, "+.2f") for own in (mentored, control, gap)]
        before = _shown(_value(plan, role, "pre_mean", e), ".2f")
        rows.append((name, before, *shown, _shown(sd, ".2f"), _shown(ratio, "+.2f")))
    head = (
        "Outcome", "Mean before", "Change, mentored", "Change, controls", "Difference (points)",
        "SD of the change", "Difference / SD",
    )  # fmt: skip
    caption = line(f"Target difference of the {role}s, between the arms")
    return Table(caption, tuple(map(line, head)), tuple(rows))


def _reaching(plan: Plan, role: str, d: int, cut: int, *, later: bool) -> Value | None:
    """Share at or above a point (2 to the highest), before or after."""
    keys = [_value(plan, role, name, d, cut - 2) for name in ("reaching", "rising_to")]
    below = _value(plan, role, "falling_below", d, cut - 2)
    before, rise = keys
    if before is None or not later:
        return before
    return None if rise is None or below is None else before + rise - below


def _share(plan: Plan, role: str, d: int, point: int, *, later: bool) -> Value | None:
    """Share of one point of the scale, before or after."""
    highest = int(plan.stated("scale", "points").amount)
    above = None if point == highest else _reaching(plan, role, d, point + 1, later=later)
    if point == 1:
        return None if above is None else ONE - above
    own = _reaching(plan, role, d, point, later=later)
    if point == highest or own is None:
        return own
    return None if above is None else own - above


def _shares(plan: Plan, role: str) -> Table:
    points = range(1, int(plan.stated("scale", "points").amount) + 1)
    rows: list[Cells] = []
    for d, name in enumerate(_named(plan)[:-1]):
        for later in (False, True):
            cells = (_shown(_share(plan, role, d, p, later=later), ".1%") for p in points)
            first = () if later else name
            rows.append((first, line("after" if later else "before"), *cells))
    scale = ("manifest", "config", "scale", "points")
    last = line(plan.fields.number(*scale))
    head = (line("Domain"), line("Time"), *(line(f"{p}") for p in points[:-1]), last)
    arm = " who are mentored" if _controls(plan, role) else ""
    caption = line(f"Share of the {role}s{arm} at each point of the scale")
    return Table(caption, head, tuple(rows), left=2)


def _at_the_cut(plan: Plan, role: str) -> Table:
    cut = plan.config("analysis", "cut")
    rows = []
    for d, name in enumerate(_named(plan)[:-1]):
        before, later = (_reaching(plan, role, d, cut, later=own) for own in (False, True))
        gap = None if before is None or later is None else later - before
        shares = (_shown(before, ".1%"), _shown(later, ".1%"), _shown(gap, "+.1%"))
        rows.append((name, *shares))
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
    place = next((i for i, own in noted if own["field"] == "effect" and own["note"]), None)
    if place is not None and plan.config("effect", "assumption") is not None:
        note = plan.fields.prose("summary", "assumptions", place, "note")
        blocks.append(text("Noted with the effect in the settings of the run: ", note, "."))
    if plan.fields.get("summary", "pilot") is not None:
        cited = plan.fields.prose("summary", "pilot")
        blocks.append(text("Pilot named in the settings of the run: ", cited))
    own = (
        asked("DELTA2, item 6", "Important, realistic or both", there=known),
        asked("DELTA2, item 7", "How the target difference was chosen", there=there),
    )
    return Item("How the target difference was chosen", tuple(blocks), own)
