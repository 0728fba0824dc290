"""Tables of plain text."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from sim.cohorts import TrueEffects
from sim.power.estimates import Estimate
from sim.power.operating import OperatingCharacteristics
from sim.report.results.answer import PlanAnswer
from sim.report.wording import number
from sim.study import TOTAL

CELL = 14
"""Width of a column of estimates."""


def effect_tables(answer: PlanAnswer, effects: TrueEffects) -> list[str]:
    """Effects assumed of one role, and the shares of people who cross a cut where there is one."""
    cut = answer.study.analysis.cut
    crossing = [] if cut is None else [_cut_table(answer, effects, cut)]
    return [_effect_table(answer, effects), *crossing]


def _effect_table(answer: PlanAnswer, effects: TrueEffects) -> str:
    """Effect dictionary of one role, a line per endpoint."""
    end = "at top" if answer.study.analysis.side > 0 else "lowest"
    lines = [
        f"{'':24} {'median':7}{'mean':>6}{'SD of':>7}{'d_z':>6}{'better':>7}{'same':>6}"
        f"{'worse':>7}{end:>8}",
        f"{'':24} {'':7}{'change':>6}{'change':>7}{'':26}{'before':>8}",
    ]
    for d, name in enumerate(answer.study.scale.domains):
        medians = f"{effects.pre_median[d]:g}→{effects.post_median[d]:g}"
        lines.append(
            f"{shorten(name):24} {medians:7}{effects.mean_change[d]:+6.2f}"
            f"{effects.sd_change[d]:7.2f}{number(effects.standardised[d], 2):>6}"
            f"{effects.better[d]:7.0%}{effects.same[d]:6.0%}{effects.worse[d]:7.0%}"
            f"{effects.ceiling[d]:8.0%}"
        )
    lines.append(
        f"{TOTAL:24} {'':7}{effects.mean_change[-1]:+6.2f}"
        f"{number(effects.sd_change[-1], 2):>7}{number(effects.standardised[-1], 2):>6}"
    )
    return "\n".join(lines)


def _cut_table(answer: PlanAnswer, effects: TrueEffects, cut: int) -> str:
    """Shares of people at or above a cut, and of those who cross it, a line per domain."""
    lines = [
        f"{f'at {cut} or above':24}{'before':>8}{'after':>8}{'rise to it':>14}{'fall below':>14}"
    ]
    for d, name in enumerate(answer.study.scale.domains):
        before = effects.reaching[d, cut - 2]
        rise, fall = effects.rising_to[d, cut - 2], effects.falling_below[d, cut - 2]
        lines.append(
            f"{shorten(name):24}{before:8.0%}{before + rise - fall:8.0%}{rise:14.0%}{fall:14.0%}"
        )
    return "\n".join(lines)


def sizes_shown(pairs: Sequence[int], marked: int, most: int) -> list[int]:
    """Places of round sizes, with the first, the last and a marked one; at most so many."""
    always = {0, len(pairs) - 1, marked}
    for step in (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000):
        chosen = always | {k for k, size in enumerate(pairs) if size % step == 0}
        if len(chosen) <= most:
            return sorted(chosen)
    return sorted(always)


def shorten(name: str, width: int = 24) -> str:
    """Cut a name to a column, showing that it was cut."""
    return name if len(name) <= width else name[: width - 1] + "…"


def power_table(
    characteristics: OperatingCharacteristics,
    shown: list[int],
    rules: list[int],
    marked: int | None,
) -> str:
    """Power of some rules at the sizes shown, a line per size; one may be marked as the answer."""
    names = [wrap(characteristics.rules[q].name, CELL - 2) for q in rules]
    height = max(map(len, names))
    padded = [[""] * (height - len(name)) + name for name in names]
    lead = f"{'pairs':>6}" + "".join(f"{f'{role.role}s':>8}" for role in characteristics.roles)
    lines = []
    for level in range(height):
        start = lead if level == height - 1 else " " * len(lead)
        lines.append(start + "".join(f"{name[level][: CELL - 1]:>{CELL}}" for name in padded))
    for k in shown:
        start = f"{characteristics.pairs[k]:6}" + "".join(
            f"{role.n[k]:8}" for role in characteristics.roles
        )
        cells = "".join(f"{cell(characteristics.rule_win, k, q):>{CELL}}" for q in rules)
        lines.append(start + cells + (" <" if k == marked else ""))
    return "\n".join(line.rstrip() for line in lines)


def cell(estimate: Estimate, k: int, column: int) -> str:
    """One estimate with its Monte Carlo standard error, or that it is exact."""
    if not estimate.replicates[k, column]:
        return f"{number(estimate.value[k, column])} exact "  # as wide as with an error
    return f"{number(estimate.value[k, column])} ±{estimate.mcse[k, column]:.3f}"


def in_words(estimate: Estimate, k: int, column: int) -> str:
    """One estimate within a sentence."""
    if not estimate.replicates[k, column]:
        return f"{number(estimate.value[k, column])} (exact)"
    return cell(estimate, k, column)
