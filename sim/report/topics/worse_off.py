"""How many people are expected to end below where they began."""

from __future__ import annotations

from sim.report.document.model import LONG_NAME, Table, clean
from sim.report.document.numbers import number
from sim.report.results.answer import PlanAnswer
from sim.report.topics.effects import is_unaffected


def worse_off_tables(answer: PlanAnswer) -> tuple[Table, ...]:
    """Tabulate the people expected to score lower after than before, at the answer's size.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.

    Returns
    -------
    tuple of Table
        One for each role with an effect, a domain a row; of the arm that is
        treated, where there are two. The distribution of the total's change
        is not part of an answer.
    """
    affected = (role for role, effects in answer.effects.items() if not is_unaffected(effects))
    return tuple(_table(answer, role) for role in affected)


def _table(answer: PlanAnswer, role: str) -> Table:
    study, effects = answer.study, answer.effects[role]
    treated = study.arm_participants(study.role_names.index(role), answer.pairs)[0]
    falls = effects.worse if study.analysis.side > 0 else effects.better
    rows = tuple(
        (clean(name, LONG_NAME), number(treated * float(share), 1))
        for name, share in zip(study.scale.domains, falls, strict=True)
    )
    who = study.words.counted(role, treated)
    caption = f"Expected to end below their score before, of {who}"
    return Table(caption, ("domain", "people"), rows)
