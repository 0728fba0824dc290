"""A sweep studies every point as a plan would, and compares them with little noise."""

from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from oracles.checks import SLIP
from oracles.studies import small_study
from oracles.tasks import tally_of
from scipy import stats

from sim import compose_study, plan
from sim.cohorts import role_arms
from sim.cohorts.participants import _known
from sim.compute.executors import InProcessExecutor
from sim.compute.store import BlockStore
from sim.errors import StudyError
from sim.jobs import census as people
from sim.jobs.blocks import engine_version
from sim.jobs.census import IDLE_SECTIONS, Census, people_key
from sim.jobs.sweep import check, points, sweep
from sim.power import block_wins
from sim.power.contrast import contrast
from sim.power.sweep import SweepAnswer, differences
from sim.power.tornado import Tornado, tornado
from sim.study import Study
from sim.study.sections import Design

ALPHAS = {"analysis.alpha": (0.02, 0.1)}
SHIFTS = tuple({"shift": shift} for shift in (0.3, 0.8))


def one_at_a_time(factors: dict[str, Any], **changes: Any) -> Study:
    """Parse a small study that varies factors one at a time."""
    few = {"replicates": 300, "block_size": 50}
    return small_study(
        sweep={"kind": "one_at_a_time", "at": 12, "factors": factors}, monte_carlo=few, **changes
    )


def swept(sweep_: dict[str, Any], **changes: Any) -> SweepAnswer:
    """Sweep a small study."""
    return sweep(small_study(sweep=sweep_, **changes))


class Counting(InProcessExecutor):
    """Counts what it computes; fails as told when it has computed enough."""

    def __init__(self, most: int = 10**9) -> None:
        self.calls, self._most = 0, most

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Compute at once, until it is enough."""
        if self.calls == self._most:
            raise KeyboardInterrupt
        self.calls += 1
        return super().submit(fn, *args, **kwargs)


# ------------------------------------------------------------------------------- points


def test_points_of_a_grid() -> None:
    """A grid has the base and every combination, the last factor changing fastest."""
    factors = {"effect": SHIFTS, "correlation.pre_post": (0.3, 0.4, 0.5)}
    found = points(small_study(sweep={"kind": "grid", "factors": factors}))
    assert [point.number for point in found] == list(range(7))
    assert found[0].settings == {}
    assert found[2].label == "effect={shift: 0.3}, correlation.pre_post=0.4"
    assert [point.study.effect.shift for point in found] == [0.5, *3 * [0.3], *3 * [0.8]]
    assert [point.study.correlation.pre_post for point in found[1:]] == 2 * [0.3, 0.4, 0.5]
    assert {point.factor for point in found} == {None}


def test_points_one_at_a_time() -> None:
    """One at a time, each point differs from the base in one factor."""
    study = one_at_a_time({"correlation.pre_post": (0.3, 0.7), **ALPHAS})
    found = points(study)
    assert [point.factor for point in found] == [
        None, *2 * ["correlation.pre_post"], *2 * ["analysis.alpha"],
    ]  # fmt: skip
    assert found[0].study == study
    assert found[3].study == study.model_copy(
        update={"analysis": study.analysis.model_copy(update={"alpha": 0.02})}
    )


def test_points_of_scenarios() -> None:
    """A scenario sets its fields in the order stated, a field of a section it set included."""
    settings = {"effect": {"shift": 0.1}, "effect.shift": 0.2}
    found = points(small_study(sweep={"kind": "scenarios", "scenarios": {"twice": settings}}))
    assert [point.label for point in found] == ["as stated", "twice"]
    assert found[1].study.effect.shift == 0.2


@pytest.mark.parametrize(("direction", "side"), [("rise", 1), ("fall", -1)])
def test_the_shipped_sweeps_follow_the_direction(direction: str, side: int) -> None:
    """Where a fall is the success their effects are falls; what else they vary stays."""
    words = ["analysis.direction=fall", "analysis.cut=null"] if side < 0 else []
    study = compose_study(["sweep=assumptions", *words])
    found = {point.label: point.study for point in points(study)}
    weak, strong = (found[f"effect={{shift: {side * shift}}}"] for shift in (0.2, 0.6))
    assert (weak.effect.shift, strong.effect.shift) == (side * 0.2, side * 0.6)
    assert weak.analysis.direction == direction
    assert found["uncontrolled.response_shift=0.1"].uncontrolled.response_shift == 0.1


@pytest.mark.parametrize(
    ("factors", "line"),
    [
        (
            {"seed": (1, 2), "correlation.pre_post": (0.3, 1.5)},
            "sweep point 4 (correlation.pre_post=1.5): correlation.pre_post: 1.5 must be from"
            " -1 to 1",
        ),
        (
            {"correlation.prepost": (0.3, 0.5)},
            "sweep point 1 (correlation.prepost=0.3): correlation.prepost: unknown field; did you"
            " mean 'pre_post'?",
        ),
        (
            {"pilot.points": (5, 6)},
            "sweep point 1 (pilot.points=5): pilot.points: unknown field; what it is part of is"
            " null",
        ),
        (
            {"effect": ({"shift": "far"}, {})},
            "sweep point 1 (effect={shift: far}): effect.shift: 'far' must be a number",
        ),
        (
            {"primary": ("all", "none")},
            "sweep point 2 (primary=none): primary: 'none' is no rule of success;",
        ),
    ],
)
def test_an_invalid_point_is_named(factors: dict[str, Any], line: str) -> None:
    """A point that is no valid study is refused in one line that names point and field."""
    study = one_at_a_time(factors)
    for job in (points, check):
        with pytest.raises(StudyError) as refusal:
            job(study)
        assert str(refusal.value).startswith(line)
        assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("sweep_", "changes", "line"),
    [
        ({}, {}, "sweep: none is stated; choose one"),
        ({"kind": "grid", "factors": ALPHAS, "at": 7}, {}, "sweep.at: 7 must be one of the sizes"),
        ({"kind": "grid", "factors": ALPHAS, "rule": "al"}, {}, "sweep.rule: 'al' is not a rule"),
        ({"kind": "grid", "factors": ALPHAS}, {"engine": "exact"}, "engine: exact does not apply"),
        (
            {"kind": "grid", "factors": ALPHAS},
            {"correlation": {"items": -0.9}},
            "correlation.items: -0.9 is impossible",
        ),
    ],
)
def test_what_cannot_be_swept(sweep_: Any, changes: Any, line: str) -> None:
    """What holds for no point is refused before anything runs."""
    study = small_study(sweep=sweep_, **changes)
    for job in (check, sweep):
        with pytest.raises(StudyError) as refusal:
            job(study)
        assert str(refusal.value).startswith(line)


# ------------------------------------------------------------------------------- answers


@pytest.fixture(scope="module")
def several() -> SweepAnswer:
    """Several factors of different kinds, with two points that equal the base."""
    factors = {
        "effect": SHIFTS,
        "correlation.pre_post": (0.2, 0.8),
        "title": ("one title", "another"),
        "design.n": ((6, 12, 20), (8, 20)),
        "primary": ("any", "total"),
        "correlation.items": (0.2, -0.9),
    }
    return sweep(one_at_a_time(factors))


def test_points_are_what_plan_says(several: SweepAnswer) -> None:
    """Every point's powers and sizes are those of a plan by simulation, to the last digit."""
    for result in several.points:
        if result.failure is None:
            answer = plan(result.point.study)
            for part in ("value", "mcse", "low", "high", "replicates"):
                planned = getattr(answer.characteristics.rule_win, part)
                np.testing.assert_array_equal(getattr(result.power(), part), planned)
            assert result.sizes == answer.sample_sizes


def test_what_changes_nothing_differs_by_nothing(several: SweepAnswer) -> None:
    """Points that equal the base differ from it by exactly 0, and are not computed again."""
    titles = [own for own in several.points if own.point.factor == "title"]
    for result in titles:
        assert result.wins is several.base.wins
        apart, every = several.difference(result), differences(result, several.base)
        assert apart is not None
        assert (float(apart.value), float(apart.mcse)) == (0, 0)
        assert not every.value.any()
        assert not every.mcse.any()
    assert several.tasks == len(several.points) - 1 - len(titles) - 2  # primary: no draws


def test_a_point_that_cannot_exist_fails_alone(several: SweepAnswer) -> None:
    """A point whose people cannot exist says why, and the others are studied."""
    (failed,) = [own for own in several.points if own.failure]
    assert failed.point.settings == {"correlation.items": -0.9}
    assert str(failed.failure).startswith("correlation.items: -0.9 is impossible")
    assert (failed.wins, failed.sizes, several.power(failed)) == (None, (), None)
    assert several.difference(failed) is None


def test_sizes_of_a_point_of_its_own(several: SweepAnswer) -> None:
    """Points are compared at sizes that both have; a size does not depend on the others."""
    more, other = (own for own in several.points if own.point.factor == "design.n")
    apart = differences(more, several.base)
    assert not apart.value[:2].any()
    assert np.isnan(apart.value[2]).all()
    assert np.isnan(differences(other, several.base).value).all()
    assert several.power(other) is None
    assert several.difference(other) is None


def test_rules_are_compared_too(several: SweepAnswer) -> None:
    """Where the primary rule varies, each point is compared by its own."""
    by_rule = {own.point.rule: own for own in several.points}
    total = by_rule["total"]
    power = several.power(total)
    assert power is not None
    assert float(power.value) == total.power().value[1, 2]


def test_where_points_are_compared() -> None:
    """Where no size is stated it is the one that the base needs, or else its largest."""
    strong = {"shift": 3.0}
    grid = {"kind": "grid", "factors": ALPHAS}
    by_total = {**grid, "rule": "total"}  # any domain cannot be won at 6
    assert swept(by_total, effect=strong).at == 6
    assert swept(by_total, effect={"shift": 0.01}).at == 12
    stated = swept({**grid, "at": 12}, effect=strong)
    assert (stated.at, stated.is_given) == (12, True)
    total = swept(by_total, effect=strong)
    assert total.base.sample_size is not None
    assert (total.base.point.rule, total.base.sample_size.rule) == ("total", "total")


def test_progress_is_told() -> None:
    """Every block of every point is told, those that need no work included."""
    heard: list[tuple[int, int]] = []
    study = one_at_a_time({"seed": (2022, 1), "correlation.items": (0.2, -0.9)})
    sweep(study, lambda done, total: heard.append((done, total)))
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)
    assert heard[-1] == (30, 30)
    assert {total for _, total in heard} == {30}


def test_a_bug_shows_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any other exception ends the sweep, in a worker or where people are built."""

    def fail(*_args: object) -> Any:
        raise ZeroDivisionError("a bug")

    study = one_at_a_time(ALPHAS)
    for module, name in ((block_wins, "simulate_block"), (people, "arms_by_role")):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, fail)
            with pytest.raises(ZeroDivisionError, match="a bug"):
                sweep(study)


@pytest.mark.parametrize(
    ("stated", "factors"),
    [
        (None, {"interim": ({"looks": 2, "boundary": "pocock"}, {"looks": 3})}),
        ({"looks": 2}, {"interim.looks": (3, (0.3, 0.7)), "interim.futility": (None, {"p": 0.2})}),
    ],
)
def test_looks_are_swept(stated: Any, factors: dict[str, Any]) -> None:
    """Looks as a whole, their number and futility vary; each point is what it is alone."""
    answer = sweep(one_at_a_time(factors, interim=stated, design={"n": (12, 30)}))
    powers = set()
    for result in answer.points:
        assert result.wins is not None
        alone = tally_of(result.point.study, len(result.wins))
        np.testing.assert_array_equal(result.wins.sum(axis=0), alone.rule_won)
        powers.add(tuple(alone.rule_won[-1]))
    assert len(powers) > 2


# ------------------------------------------------------------------------------- the store


def test_only_what_is_missing_is_computed(tmp_path: Path) -> None:
    """A second run computes nothing, one with a further value its blocks only, a plan's count."""
    study = one_at_a_time(ALPHAS)
    further = one_at_a_time({"analysis.alpha": (0.02, 0.1, 0.2)})
    with BlockStore(tmp_path / "blocks.sqlite", engine_version()) as store:
        plan(study, store=store)
        calls, wins = [], []
        for own in (study, study, further):
            executor = Counting()
            answer = sweep(own, executor=executor, store=store)
            calls.append(executor.calls)
            wins.append(answer.points[2].wins)
    assert calls == [12, 0, 6]  # 6 blocks a point; the base's are the plan's
    np.testing.assert_array_equal(wins[0], wins[1])
    np.testing.assert_array_equal(wins[0], sweep(study).points[2].wins)


def test_an_interrupted_sweep_goes_on(tmp_path: Path) -> None:
    """Of a sweep that is interrupted, every finished block is there the next time."""
    study, executor = one_at_a_time(ALPHAS), Counting()
    with BlockStore(tmp_path / "blocks.sqlite", engine_version()) as store:
        with pytest.raises(KeyboardInterrupt):
            sweep(study, executor=Counting(10), store=store)
        sweep(study, executor=executor, store=store)
    assert executor.calls == 18 - 10


def test_a_pool_gives_the_same() -> None:
    """A worker process finds the same wins at every point as this one."""
    factors = {"effect": SHIFTS, "correlation.items": (0.2, -0.9)}
    pool = {"kind": "process_pool", "workers": 1}
    alone, together = sweep(one_at_a_time(factors)), sweep(one_at_a_time(factors, compute=pool))
    for one, two in zip(alone.points, together.points, strict=True):
        assert one.failure == two.failure
        if one.wins is not None:
            np.testing.assert_array_equal(one.wins, two.wins)


# ---------------------------------------------------------------------------- who exists

WORLDS = {
    "plain": [],
    "dropouts": ["missing=mnar"],
    "sites": ["clusters=sites"],
    "selected": ["selection=screening"],
    "controls": ["control=parallel", "analysis.test=ancova"],
    "of scores": ["correlation.stated_as=pearson"],
}


@pytest.mark.parametrize("name", WORLDS)
def test_idle_sections_are_idle(name: str) -> None:
    """People can be built without the sections that the cache of people does not look at."""
    study = compose_study(WORLDS[name])
    kept = {key: value for key, value in study if key not in IDLE_SECTIONS}
    kept["design"] = Design.model_construct(ratio=study.design.ratio)
    bare = Study.model_construct(_fields_set=set(kept), **kept)
    for section in IDLE_SECTIONS:
        del bare.__dict__[section]  # which is there by default
    assert not set(IDLE_SECTIONS) & set(bare.__dict__)
    _known.cache_clear()  # nobody has asked yet
    for role in range(len(study.role_names)):
        role_arms(bare, role)


def test_people_are_shared_where_they_are_the_same() -> None:
    """Studies that differ in analysis and sizes share their people; others do not."""
    study, census = small_study(), Census()
    same = small_study(analysis={"alpha": 0.2}, design={"n": (7,)}, seed=3)
    other = small_study(roles={"mentor": {"pre": (0.2, 0.2, 0.2, 0.2, 0.2)}, "mentee": None})
    moved = small_study(effect={"shift": (0.5, 0.5, 0.6)})
    assert people_key(study) == people_key(same)
    assert census.people(study).arms is census.people(same).arms
    assert len({people_key(own) for own in (study, other, moved)}) == 3


# --------------------------------------------------------------------- noise and influence


def few_studies(seed: int, factors: dict[str, Any], shift: Any = 0.5) -> SweepAnswer:
    """Sweep a very small study: one size, 8 blocks of 50."""
    return sweep(
        small_study(
            seed=seed,
            effect={"shift": shift},
            design={"n": (10,)},
            monte_carlo={"replicates": 400, "block_size": 50},
            sweep={"kind": "one_at_a_time", "factors": factors},
        )
    )


def test_paired_errors_are_true() -> None:
    """The paired error is the spread over independent seeds, and well below the unpaired one."""
    found = []
    for seed in range(80):
        answer = few_studies(seed, {"analysis.alpha": (0.04, 0.1)})
        first, second = (answer.power(own) for own in (answer.points[2], answer.base))
        apart = answer.difference(answer.points[2])
        assert first is not None
        assert second is not None
        assert apart is not None
        unpaired = float(np.hypot(first.mcse, second.mcse))
        found.append((float(apart.value), float(apart.mcse), unpaired))
    value, mcse, unpaired = np.array(found).T
    ratio = value.var(ddof=1) / (mcse**2).mean()
    low, high = stats.f.ppf([SLIP / 2, 1 - SLIP / 2], len(found) - 1, 7 * len(found))
    assert low < ratio < high
    assert mcse.mean() < 0.7 * unpaired.mean()


def test_one_block_has_no_paired_error() -> None:
    """With one block the error of a difference is that of independent powers, except of itself."""
    first, second = np.array([30], np.int16), np.array([20], np.int16)
    apart = contrast([(1, first), (-1, second)], 50)
    assert float(apart.value) == pytest.approx(0.2)
    assert float(apart.mcse) == pytest.approx(np.sqrt((0.6 * 0.4 + 0.4 * 0.6) / 50))
    study = one_at_a_time({"title": ("x", "y")})
    answer = sweep(study.model_copy(update={
        "monte_carlo": study.monte_carlo.model_copy(update={"replicates": 100, "block_size": 100})
    }))  # fmt: skip
    assert answer.blocks == 1
    same = answer.difference(answer.points[1])
    assert same is not None
    assert (float(same.value), float(same.mcse)) == (0, 0)
    assert not differences(answer.points[1], answer.base).mcse.any()


def test_blocks_that_agree_by_chance_do_not_make_certain() -> None:
    """A difference of d has an error of at least sqrt(d (1 - d) / N), however blocks agree."""
    first, second = np.array([11, 21], np.int16), np.array([10, 20], np.int16)
    apart = contrast([(1, first), (-1, second)], 50)
    assert float(apart.value) == pytest.approx(0.02)
    assert float(apart.mcse) == pytest.approx(np.sqrt(0.01 * 0.02 * 0.98))


def influence(seed: int) -> Tornado:
    """Rank two factors that change the draws but not the truth, and one that matters."""
    moved = ((0.9, 0.3, 0.3), (0.3, 0.9, 0.3))  # domains are alike but for the effect
    factors = {"effect.shift": moved, "seed": (seed + 1000, seed + 2000), **ALPHAS}
    found = tornado(few_studies(seed, factors, shift=(0.3, 0.3, 0.9)))
    assert found is not None
    return found


def claims(repetitions: int) -> dict[str, int]:
    """Count the repetitions in which each factor is ranked above noise."""
    count = dict.fromkeys(("effect.shift", "seed", "analysis.alpha"), 0)
    for repetition in range(repetitions):
        for names in influence(repetition).ranks:
            for name in names:
                count[name] += 1
    return count


def test_noise_is_not_ranked() -> None:
    """In 10 sweeps, what changes draws only is hardly ever told from noise; alpha always is."""
    found = claims(10)
    assert found["effect.shift"] <= 2
    assert found["seed"] <= 2
    assert found["analysis.alpha"] == 10


@pytest.mark.long
def test_noise_is_not_ranked_in_many_sweeps() -> None:
    """What changes draws only is told from noise in at most 10 of 100 sweeps."""
    found = claims(100)
    assert found["effect.shift"] <= 10
    assert found["seed"] <= 10
    assert found["analysis.alpha"] == 100


def test_order_is_claimed_where_it_is_clear() -> None:
    """Factors come by influence; equal ones are not told apart, and those without are said so."""
    factors = {
        "title": ("a", "b"),
        "analysis.alpha": (0.02, 0.1),
        "effect.shift": (0.0, 2.0),
        "target.power": (0.5, 0.9),
        "correlation.items": (-0.9, -0.8),
    }
    study = one_at_a_time(factors)
    twin = sweep(one_at_a_time({**factors, "analysis": tuple(
        study.analysis.model_copy(update={"alpha": alpha}).model_dump() for alpha in (0.02, 0.1)
    )}))  # fmt: skip
    found = tornado(twin)
    assert found is not None
    assert found.ranks == (("effect.shift",), ("analysis.alpha", "analysis"))
    assert set(found.unclear) == {"title", "target.power"}
    assert found.left_out == ("correlation.items",)
    spans = [float(own.span.value) for own in found.influences]
    assert spans == sorted(spans, reverse=True)
    strong = found.influences[0]
    low, high = twin.points[strong.low], twin.points[strong.high]
    assert (float(low.power().value[1, 0]), high.point.settings) == (
        pytest.approx(0.05, abs=0.05), {"effect.shift": 2.0},
    )  # fmt: skip


def test_only_one_at_a_time_has_a_tornado() -> None:
    """A grid has none."""
    assert tornado(swept({"kind": "grid", "factors": ALPHAS})) is None
