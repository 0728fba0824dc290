"""A look is what the plan would say after so many studies."""

import numpy as np
import pytest

from sim import compose_study, plan
from sim.errors import StudyError
from sim.jobs.look import looks

SMALL = ["design.sizes=[12,24,48]", "monte_carlo.block_size=100", "engine=monte_carlo",
         "effect.prior=null"]  # fmt: skip


def test_the_last_look_is_the_plan() -> None:
    """As many studies as the plan simulates: the same powers, and the same sizes."""
    study = compose_study([*SMALL, "monte_carlo.replicates=500",
                           "monte_carlo.search_replicates=500"])  # fmt: skip
    found, whole = list(looks(study, 500)), plan(study)
    assert [look.replicates for look in found] == [100, 200, 300, 400, 500]
    assert [look.last for look in found] == [False] * 4 + [True]
    last, known = found[-1], whole.characteristics
    np.testing.assert_array_equal(last.rules.value, known.rule_win.value)
    assert last.rule_sizes == whole.sample_sizes
    for own, role in zip(last.endpoints, known.roles, strict=True):
        np.testing.assert_array_equal(own.value, role.measures.win.value)
        np.testing.assert_array_equal(own.mcse, role.measures.win.mcse)


@pytest.mark.parametrize(("block", "most"), [(10, 400), (100, 50), (10, 4000), (70, 1000)])
def test_there_are_few_looks(block: int, most: int) -> None:
    """However small the blocks, there are at most eight looks, the last at as many as asked."""
    study = compose_study(["design.sizes=[6]", f"monte_carlo.block_size={block}"])
    seen = [look.replicates for look in looks(study, most)]
    assert len(seen) <= 8
    assert seen == sorted(set(seen))
    assert seen[-1] == -(-most // block) * block


def test_endpoints_have_answers_of_their_own() -> None:
    """The size of an endpoint is the smallest studied from which its power stays at the target."""
    (found,) = looks(compose_study([*SMALL, "effect=shift"]), 100)
    for power, sizes in zip(found.endpoints, found.endpoint_sizes, strict=True):
        for e, own in enumerate(sizes):
            reached = [n for k, n in enumerate(found.pairs) if (power.value[k:, e] >= 0.8).all()]
            assert own.pairs == (reached[0] if reached else None)
    assert any(own.pairs for own in found.endpoint_sizes[0])


def test_models_are_refused() -> None:
    """A test that is fitted to one data set at a time is none for a quick look."""
    few = ["monte_carlo.replicates=100", "monte_carlo.search_replicates=100"]
    study = compose_study(
        [
            *SMALL,
            "analysis.test=ordinal_gee",
            "~decision.rules.total",
            "decision.primary='any domain'",
            *few,
        ]
    )
    with pytest.raises(StudyError, match=r"^analysis.test: ordinal_gee"):
        next(looks(study, 100))
