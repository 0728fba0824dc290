"""A simulated preview is what the plan would say after so many studies."""

import re
from itertools import product

import numpy as np
import pytest

from sim import compose_study, plan
from sim.jobs.preview import PRIMARY, criteria_of
from sim.jobs.simulated_preview import sampled_preview, simulated_previews
from sim.page.answers import basis_of, simulated_part

SMALL = ["design.n=[12,24,48]", "monte_carlo.block_size=100", "engine=monte_carlo",
         "effect.prior=null"]  # fmt: skip


def test_the_last_preview_is_the_plan() -> None:
    """As many studies as the plan simulates: the same powers, and the same sizes."""
    study = compose_study([*SMALL, "monte_carlo.replicates=500",
                           "monte_carlo.search_replicates=500"])  # fmt: skip
    found, whole = list(simulated_previews(study, 500)), plan(study)
    assert [preview.replicates for preview in found] == [100, 200, 300, 400, 500]
    assert [preview.last for preview in found] == [False] * 4 + [True]
    last, known = found[-1], whole.characteristics
    for q, name in enumerate(study.success):
        power, size = last.answers["primary" if name == study.primary else f"rule.{q}"]
        np.testing.assert_array_equal(power.value, known.rule_win.value[:, q])
        assert size == whole.sample_sizes[q]
    for r, role in enumerate(known.roles):
        for e in range(len(role.endpoints)):
            power, _ = last.answers[f"{r}.{e}"]
            np.testing.assert_array_equal(power.value, role.measures.win.value[:, e])
            np.testing.assert_array_equal(power.mcse, role.measures.win.mcse[:, e])


@pytest.mark.parametrize(("block", "most"), [(10, 400), (100, 50), (10, 4000), (70, 1000)])
def test_there_are_few_previews(block: int, most: int) -> None:
    """However small the blocks, there are at most eight, the last after enough studies."""
    study = compose_study(["design.n=[6]", f"monte_carlo.block_size={block}"])
    seen = [preview.replicates for preview in simulated_previews(study, most)]
    assert len(seen) <= 8
    assert seen == sorted(set(seen))
    assert seen[-1] == -(-most // block) * block


def test_endpoints_have_answers_of_their_own() -> None:
    """The size of an endpoint is the smallest studied from which its power stays at the target."""
    (found,) = simulated_previews(compose_study([*SMALL, "effect=shift"]), 100)
    for power, size in found.answers.values():
        reached = [n for k, n in enumerate(found.sizes) if (power.value[k:] >= 0.8).all()]
        assert size.size == (reached[0] if reached else None)
    assert any(found.answers[f"0.{e}"][1].size for e in range(7))


def test_what_is_not_tested_has_no_preview() -> None:
    """A model of the answers is previewed too, and a total that it does not test is left out."""
    model = ["analysis.test=ordinal_gee", "~success.total", "primary='any domain'"]
    study = compose_study([*SMALL, *model])
    (found,) = simulated_previews(study, 100)
    tested = {f"{r}.{e}" for r, e in product((0, 1), range(7))}
    assert set(found.answers) == {"primary", "rule.1", "rule.2"} | tested
    assert found.answers["0.6"][0].value[-1] > 0.9


def test_a_rule_on_one_sum_is_sampled_at_once() -> None:
    """The power is that of many more simulated studies, with an interval of few sizes."""
    study = compose_study(["effect=shift"])
    criteria = {each.key: each for group in criteria_of(study).values() for each in group}
    found = sampled_preview(study, criteria[PRIMARY])
    assert found is not None
    power, size = found.answers[PRIMARY]
    assert (size.sampled, found.last, found.replicates) == (True, True, 1000)
    assert size.size is not None
    assert size.low is not None
    assert size.high is not None
    assert size.high - size.low <= 2
    assert power.mcse.max() < 0.005
    assert basis_of(criteria[PRIMARY], found) == "from 1,000 draws of changes"
    joint = next(each for each in criteria.values() if "any domain" in each.name)
    assert sampled_preview(study, joint) is None
    simulated = study.model_copy(update={"engine": "monte_carlo"})
    assert sampled_preview(simulated, criteria[PRIMARY]) is None


def test_a_preview_says_what_it_rests_on() -> None:
    """A power that turns out exact is not said to be simulated: it has no error, and no "about"."""
    study = compose_study(["effect=shift", "design.n=[12,60]", "effect.shift=1"])
    one = next(each for group in criteria_of(study).values() for each in group if each.key == "0.0")
    found = sampled_preview(study, one)
    assert found is not None
    assert found.answers["0.0"][1].replicates == 0
    said = re.sub("<[^>]*>", "", str(simulated_part(study, one, found)))
    assert basis_of(one, found) == "exact: enumerated"
    assert "At once, exactly" in said
    assert not any(word in said for word in ("±0.", "about", "from 1,000"))
