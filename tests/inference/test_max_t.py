"""Step-down max-T against published values, against plain Python, and against itself."""

from collections.abc import Iterable
from fractions import Fraction
from itertools import islice, product

import numpy as np
import pytest
from oracles.cases import CASES, agrees

from sim.inference import max_t_kernels as kernels
from sim.inference.max_t import max_t, max_t_curve
from sim.inference.result import MISSING
from sim.inference.sign_flip import sign_flip

WY03 = "WY03-signflip-maxT-7dom-exact"
GONE = int(MISSING)
Signs = Iterable[tuple[int, ...]]


def by_hand(changes: np.ndarray, signs: Signs, *, step_down: bool = True) -> list[Fraction]:
    """Adjust by comparing exact squared statistics, one sign vector after the other."""
    rows = [[0 if d == GONE else int(d) for d in person] for person in changes]
    columns = list(zip(*rows, strict=True))

    def squared(flip: tuple[int, ...]) -> list[Fraction]:
        sums = [sum(s * d for s, d in zip(flip, column, strict=True)) for column in columns]
        powers = [sum(d * d for d in column) for column in columns]
        return [Fraction(s * s, max(q, 1)) for s, q in zip(sums, powers, strict=True)]

    observed = squared((1,) * len(rows))
    flipped = [squared(flip) for flip in signs]
    order = sorted(range(len(columns)), key=lambda e: -observed[e])
    found, highest = [Fraction(0)] * len(columns), Fraction(0)
    for place, e in enumerate(order):
        rivals = order[place:] if step_down else order
        reaching = sum(max(own[r] for r in rivals) >= observed[e] for own in flipped)
        highest = max(highest, Fraction(reaching, len(flipped)))
        found[e] = highest
    return found


def small_data(seed: int) -> np.ndarray:
    """Draw changes of a few people with zeros, ties, missing ones, twins and dead columns."""
    rng = np.random.default_rng([71, seed])
    n, m = rng.integers(1, 8), rng.integers(1, 5)
    changes = rng.integers(-2, 4, (n, m)).astype(np.int16)
    changes[rng.random((n, m)) < rng.choice([0, 0.3])] = MISSING
    if seed % 3 == 0:
        changes[:, -1] = changes[:, 0]
    if seed % 5 == 0:
        changes[:, rng.integers(m)] = rng.choice([0, MISSING])
    return changes


def block(rows: int, people: int, seed: int) -> np.ndarray:
    """Draw changes (R, N, 4), some of them missing."""
    rng = np.random.default_rng([72, seed])
    changes = rng.integers(-2, 4, (rows, people, 4)).astype(np.int16)
    changes[rng.random(changes.shape) < 0.1] = MISSING
    return changes


def seeds_of(rows: int) -> np.ndarray:
    """Draw a seed for each row."""
    return np.random.default_rng(73).integers(2**64, size=rows, dtype=np.uint64)


@pytest.mark.parametrize("step_down", [False, True])
def test_published_case(step_down: bool) -> None:  # noqa: FBT001 - parametrised
    """WY03-signflip-maxT-7dom-exact: single-step and step-down p-values."""
    found = max_t(CASES[WY03]["inputs"]["changes"], step_down=step_down)
    assert agrees(WY03, "step_down" if step_down else "single_step", found)


def test_published_case_unadjusted() -> None:
    """WY03-signflip-maxT-7dom-exact: each domain as a family of its own has the raw p-value."""
    changes = np.array(CASES[WY03]["inputs"]["changes"])
    assert agrees(WY03, "raw", max_t(changes.T[:, :, None])[:, 0])


@pytest.mark.parametrize("seed", range(60))
def test_agrees_with_every_sign_vector(seed: int) -> None:
    """On small data p-values are those of writing all 2^n sign vectors out."""
    changes = small_data(seed)
    for step_down in (False, True):
        signs = product((1, -1), repeat=len(changes))
        expected = np.array(by_hand(changes, signs, step_down=step_down), float)
        found = max_t(changes, step_down=step_down)
        assert np.allclose(found, expected, rtol=0, atol=1e-15)


def splitmix(state: int) -> Iterable[int]:
    """Yield the numbers of splitmix64, as its authors state it."""
    while True:
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        z = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
        yield z ^ z >> 31


def random_signs(seed: int, people: int, flips: int) -> list[tuple[int, ...]]:
    """Write out the sign vectors that belong to a seed."""
    columns = []
    for stream in islice(splitmix(seed), people):
        words = list(islice(splitmix(stream), -(-flips // 64)))
        columns.append([-1 if words[b // 64] >> b % 64 & 1 else 1 for b in range(flips)])
    return list(zip(*columns, strict=True))


@pytest.mark.parametrize("flips", [1, 31, 64, 150])
def test_random_flips_are_those_of_the_seed(flips: int) -> None:
    """Beyond 14 people p counts the data themselves and the flips that splitmix64 gives."""
    changes, seeds, sizes = block(3, 19, flips), seeds_of(3), np.array([15, 19])
    found = max_t_curve(changes, sizes, seeds, flips)
    for r, seed in enumerate(seeds):
        for k, n in enumerate(sizes):
            signs = [(1,) * n, *random_signs(int(seed), n, flips)]
            expected = np.array(by_hand(changes[r, :n], signs), float)
            assert np.allclose(found[r, k], expected, rtol=0, atol=1e-15)


@pytest.mark.parametrize("n", [12, 13, 14])
def test_random_flips_agree_with_all_of_them(n: int) -> None:
    """Random flips give the p-values of all sign vectors within Monte Carlo error."""
    changes, flips = block(40, n, n), 9999
    exact, random = np.empty((40, 1, 4)), np.empty((40, 1, 4))
    sizes = np.array([n])
    for written_out, found in ((1, exact), (0, random)):
        kernels.max_t(changes, MISSING, sizes, seeds_of(40), flips, written_out, True, found)
    error = np.sqrt(exact * (1 - exact) / flips)
    assert (np.abs(random - exact) <= 4.5 * error + 1 / flips).all()
    assert (random != exact).any()


def test_rows_do_not_leak() -> None:
    """Each replicate alone, with its seed, has the p-values that it has in a batch."""
    changes, seeds, sizes = block(6, 40, 1), seeds_of(6), np.arange(1, 41)
    batch = max_t_curve(changes, sizes, seeds, 99)
    for r in range(6):
        own = slice(r, r + 1)
        assert np.array_equal(max_t_curve(changes[own], sizes, seeds[own], 99)[0], batch[r])


def test_sizes_alone_and_together() -> None:
    """A longer accrual begins with the shorter one, and no size knows of another."""
    changes, seeds = block(5, 40, 2), seeds_of(5)
    together = max_t_curve(changes, np.arange(1, 41), seeds, 99)
    for n in range(1, 41):
        alone = max_t_curve(changes[:, :n], np.array([n]), seeds, 99)
        assert np.array_equal(alone[:, 0], together[:, n - 1])


def test_public_function_is_the_curve() -> None:
    """A block of plain arrays has the p-values of the curve with seeds from the generator."""
    changes = block(6, 20, 3)
    seeds = np.random.default_rng(5).integers(2**64, size=6, dtype=np.uint64)
    found = max_t(changes.reshape(2, 3, 20, 4), flips=199, rng=np.random.default_rng(5))
    expected = max_t_curve(changes, np.array([20]), seeds, 199)
    assert np.array_equal(found, expected.reshape(2, 3, 4))


@pytest.mark.parametrize("n", [8, 30])
@pytest.mark.parametrize("nothing", [0, GONE])
def test_nothing_changed(nothing: int, n: int) -> None:
    """Where nobody changes, or nobody answers, every p-value is 1."""
    changes = np.full((n, 3), nothing, np.int16)
    assert (max_t(changes, rng=np.random.default_rng(1)) == 1).all()


@pytest.mark.parametrize("n", [10, 25])
def test_missing_counts_as_zero(n: int) -> None:
    """A missing change, as NaN or by its code, weighs as much as no change."""
    changes = block(5, n, 4)
    gone = changes == MISSING
    seen = [
        max_t(own, rng=np.random.default_rng(2))
        for own in (changes, np.where(gone, np.nan, changes), np.where(gone, 0, changes))
    ]
    assert np.array_equal(seen[0], seen[1])
    assert np.array_equal(seen[0], seen[2])


@pytest.mark.parametrize("n", [9, 14, 22])
def test_order_of_procedures(n: int) -> None:
    """Raw p-values are at most those of step-down, and these at most those of single-step."""
    changes = block(30, n, 5)
    single = max_t(changes, rng=np.random.default_rng(3), step_down=False)
    stepwise = max_t(changes, rng=np.random.default_rng(3))
    seeds = np.random.default_rng(3).integers(2**64, size=30, dtype=np.uint64)
    for e in range(4):
        raw = max_t_curve(changes[..., e : e + 1], np.array([n]), seeds, 999)[:, 0, 0]
        assert (raw <= stepwise[:, e]).all()
    assert (stepwise <= single).all()
    assert (stepwise < single).any()


def test_one_endpoint_is_the_sign_flip_test() -> None:
    """With one endpoint and all signs written out, p is the exact two-sided sign-flip p."""
    for seed in range(40):
        rng = np.random.default_rng([74, seed])
        changes = rng.integers(-3, 5, (20, rng.integers(1, 15)))
        found = max_t(changes[..., None])[:, 0]
        assert np.allclose(found, sign_flip(changes).pvalue, rtol=0, atol=1e-14)


def test_order_of_endpoints_is_nothing() -> None:
    """Endpoints in another order have their own p-values, twins the same."""
    changes = block(20, 18, 6)
    changes[..., 3] = -changes[..., 0]
    first = max_t(changes, rng=np.random.default_rng(4))
    other = max_t(changes[..., ::-1], rng=np.random.default_rng(4))
    assert np.array_equal(first, other[..., ::-1])
    assert np.array_equal(first[:, 0], first[:, 3])


def test_scale_is_nothing() -> None:
    """An endpoint in other units has the same p-values."""
    changes = np.where(block(20, 12, 7) == MISSING, 0, block(20, 12, 7)).astype(np.int64)
    assert np.array_equal(max_t(changes * [1, 7, 3, 500]), max_t(changes))


def test_no_rows() -> None:
    """A batch of no studies has no p-values."""
    assert max_t(np.zeros((0, 5, 3))).shape == (0, 3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([1, 2], "participants and endpoints"),
        (np.zeros((0, 3)), "participants and endpoints"),
        (np.zeros((3, 0)), "participants and endpoints"),
        ([[0.5, 1]], "whole numbers"),
        ([[np.inf, 1]], "whole numbers"),
        ([[40_001, 40_000]], "at most 32767"),
        ([[1e300, 1]], "at most 32767"),
        (np.tile([[32767], [32766]], (20_000, 1)), "sum to at most"),
        (np.ones((15, 2)), "need a generator"),
    ],
)
def test_refuses(changes: object, message: str) -> None:
    """Changes that cannot be tested are refused with a reason."""
    with pytest.raises(ValueError, match=message):
        max_t(changes)


def test_refuses_no_flips() -> None:
    """At least one flip is needed."""
    with pytest.raises(ValueError, match="flips"):
        max_t([[1, 2]], flips=0)
