"""The names that notebooks rely on."""

import numpy as np
import pytest

import sim
from sim import (
    adjust,
    compose_study,
    exact_power,
    graphical,
    max_t,
    mcnemar,
    mcnemar_table,
    paired_t,
    plan,
    sign_flip,
    sign_test,
    signed_rank,
)
from sim.study import Study


def test_every_public_name_is_there() -> None:
    """Each name of the package's list can be imported, and no other attribute is made up."""
    for name in sim.__all__:
        assert callable(getattr(sim, name))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = sim.nothing


def test_a_notebook_s_session() -> None:
    """Compose, plan, test, enumerate and adjust, as a notebook does."""
    study = compose_study(["experiment=scale_up", "design.up_to=80", "design.n=[12,24]"])
    assert isinstance(study, Study)
    small = study.monte_carlo.model_copy(update={"replicates": 500})
    answer = plan(study.model_copy(update={"monte_carlo": small}))
    assert answer.characteristics.sizes == (12, 24)
    changes = np.array([[1, 1, 2, 2, 3, 0], [-1, 1, 0, 0, 2, 3]])
    exact = signed_rank(changes, zeros="wilcox", p_value="exact", continuity=False)
    assert exact.pvalue.tolist() == [0.0625, 0.375]
    found = exact_power(
        [0.03, 0.12, 0.35, 0.35, 0.15],
        sizes=[6, 10, 20, 30],
        test="signed_rank",
        zeros="wilcox",
        p_value="exact",
        alpha=0.05,
    )
    assert found.power == pytest.approx([0.015636, 0.152410, 0.444005, 0.658133], abs=1e-6)
    assert (found.win < found.power).all()
    assert adjust(np.array([[0.012, 0.009, 0.023]]), "hommel").shape == (1, 3)
    assert graphical([0.04, 0.01], [0, 1], [[0, 1], [1, 0]]).tolist() == [0.04, 0.01]
    assert max_t(changes.T[None]).shape == (1, 2)
    for test in (sign_test, sign_flip, paired_t):
        assert test(changes).pvalue.shape == (2,)
    assert mcnemar(3 * np.ones_like(changes), 3 + changes, cut=4).pvalue.tolist() == [0.0625, 0.25]
    assert mcnemar_table([[1, 5], [0, 0]]).pvalue == 0.0625


@pytest.mark.parametrize("experiment", ["scale_up", "pilot_replay", "controlled"])
def test_every_experiment_composes(experiment: str) -> None:
    """Each worked example is a valid study."""
    assert compose_study([f"experiment={experiment}"]).title
