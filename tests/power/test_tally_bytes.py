"""Counts come back from bytes as they were; bytes that are not theirs are refused."""

import json
import struct
import tracemalloc
import zlib
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from oracles.studies import make_analysis, make_task, small_study

from sim.cohorts import role_arms
from sim.power.assurance_draws import DrawWins
from sim.power.exact import ExactPower
from sim.power.monte_carlo import simulate_block
from sim.power.simulate import draw_layout
from sim.power.tally import Tally
from sim.power.tally_bytes import Values, from_bytes, tally_layout, to_bytes
from sim.power.task import BlockTask


@dataclass(frozen=True)
class Small:
    """A dataclass of two fields."""

    n: int
    of: Any


@cache
def task() -> BlockTask:
    """Task of small blocks."""
    people = role_arms(small_study(), 0)[0]
    return make_task(people, (6, 12), make_analysis(), block_size=50)


@cache
def written() -> bytes:
    """Tally of a block, as bytes."""
    return to_bytes(simulate_block(task(), 0))


def read(data: bytes) -> Tally:
    """Read a tally of that task."""
    return from_bytes(Tally, tally_layout(task()), data)


def test_a_tally_comes_back() -> None:
    """Every count is what it was, of the same type, and can be added to."""
    before, after = simulate_block(task(), 0), read(written())
    for field in fields(Tally):
        old, new = getattr(before, field.name), getattr(after, field.name)
        assert type(new) is type(old)
        assert np.array_equal(old, new)
        if isinstance(old, np.ndarray):
            assert new.dtype == old.dtype
    assert (after + before).replicates == 100


@pytest.mark.parametrize(
    "most", [0, 127, 128, -128, -129, 2**15, -(2**31) - 1, 2**63 - 1, -(2**63)]
)
def test_any_whole_number(most: int) -> None:
    """Counts of any size come back, however few bytes they are written in."""
    before = Small(most, np.array([[most, 0]]))
    limits = -(2.0**63), 2.0**63
    layout = {"n": Values((), *limits), "of": Values((1, 2), *limits)}
    after = from_bytes(Small, layout, to_bytes(before))
    assert after.n == most
    assert np.array_equal(after.of, before.of)


def test_wins_come_back_bit_for_bit() -> None:
    """Powers and bounds of limits keep their bits, and those that are not there stay so."""
    exact = np.array([[[0.1, np.nan], [np.nextafter(0.3, 1), -0.0]]])
    limit = np.array([[[0.0, 1 / 3], [0.025, 1.0]]])
    before = DrawWins(np.arange(4).reshape(1, 2, 2), limit, exact)
    layout = draw_layout(replace(task(), rules=task().rules[:1] * 2))
    after = from_bytes(DrawWins, layout, to_bytes(before))
    assert after.exact.tobytes() == exact.tobytes()
    assert np.array_equal(after.won, before.won)
    assert after.limit.tobytes() == limit.tobytes()


def test_every_damage_is_found() -> None:
    """No bit can be turned, and nothing cut off or added, without being noticed."""
    data = written()
    for place in range(0, len(data), 7):
        turned = bytearray(data)
        turned[place] ^= 1 << place % 8
        if bytes(turned[:2]) == data[:2]:  # the first two only say how it was compressed
            with pytest.raises(ValueError, match=r"not a Tally|cut off|field|much"):
                read(bytes(turned))
    for cut in (b"", data[:1], data[:-1], data[: len(data) // 2], b"\0" * 100):
        with pytest.raises(ValueError, match=r"not a Tally|cut off"):
            read(cut)


def forged(header: Any, body: bytes = b"") -> bytes:
    """Compress a header and a body of somebody else's."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return zlib.compress(struct.pack("<I", len(text)) + text + body)


LAYOUT = {"n": Values((), 0, 9), "of": Values((2, 1), 0, 9)}
GOOD = [["n", "<i2", []], ["of", "|i1", [2, 1]]]


@pytest.mark.parametrize(
    "data",
    [
        forged(GOOD, b"\1\0\1"),  # too short
        forged(GOOD, b"\1\0\1\2\3"),  # too long
        forged(GOOD[:1], b"\1\0"),  # a field is missing
        forged([*GOOD, ["more", "|i1", [1]]], b"\1\0\1\2\3"),  # one too many
        forged([GOOD[0], ["of", "|i1", [3, 1]]], b"\1\0\1\2\3"),  # another shape
        forged([GOOD[0], ["of", "|i1", [2, -1]]], b"\1\0\1\2"),
        forged([GOOD[0], ["of", "|i1", [2, 2**62]]], b"\1\0\1\2"),
        forged([GOOD[0], ["of", "|i1", 2]], b"\1\0\1\2"),
        forged([GOOD[0], ["of", "<f8", [2, 1]]], b"\1\0" + bytes(16)),  # no whole numbers
        forged(GOOD, b"\1\0\1\12"),  # more than can be
        forged(GOOD, b"\1\0\1\377"),  # less than none
        forged([GOOD[0], ["of", "|O", [2, 1]]], b"\1\0" + bytes(16)),  # objects would be code
        forged([GOOD[0], ["of", ["x"], [2, 1]]], b"\1\0\1\2"),
        forged([GOOD[0], [["of"], "|i1", [2, 1]]], b"\1\0\1\2"),
        forged({"n": 1}),
        forged(7),
        forged(b"["),
        forged(b"[" * 100_000),
        forged(b"\xff\xfe"),
        zlib.compress(b"\xff\xff\xff\xff"),
        zlib.compress(b"\1"),
    ],
)
def test_what_somebody_else_wrote_is_refused(data: bytes) -> None:
    """Bytes that are well compressed but say something else are refused, and run nothing."""
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        from_bytes(Small, LAYOUT, data)


def test_what_is_well_formed_is_read() -> None:
    """The forgery above is refused for what is wrong with it, not for being forged."""
    found = from_bytes(Small, LAYOUT, forged(GOOD, b"\1\0\1\2"))
    assert (found.n, found.of.tolist()) == (1, [[1], [2]])
    with pytest.raises(ValueError, match="not a Small"):
        from_bytes(Small, LAYOUT, "text")  # type: ignore[arg-type]


def test_shapes_are_those_of_the_task() -> None:
    """A tally of another design is not taken for this one's."""
    other = replace(task(), roles=((replace(task().roles[0][0], sizes=(6, 12, 18)),),))
    with pytest.raises(ValueError, match="shape"):
        from_bytes(Tally, tally_layout(other), written())


FORGERIES = {
    "more than there are replicates": ("won", 51),
    "fewer than none": ("covered", -1),
    "a rule met too often": ("rule_won", 51),
    "a square below nothing": ("change_squared", -1),
    "too many in a family": ("families", 51),
}


@pytest.mark.parametrize("how", FORGERIES)
def test_counts_that_cannot_be_are_refused(how: str) -> None:
    """A count that no block of the task can have is not read, however well it is written."""
    name, value = FORGERIES[how]
    wrong = read(written())
    getattr(wrong, name).flat[0] = value
    with pytest.raises(ValueError, match="cannot be"):
        read(to_bytes(wrong))
    with pytest.raises(ValueError, match="cannot be"):
        read(to_bytes(replace(read(written()), replicates=49)))


@pytest.mark.parametrize("chance", [1.1, -0.1, np.inf, -np.inf, np.nan])
def test_chances_that_cannot_be_are_refused(chance: float) -> None:
    """A probability lies between 0 and 1; only in draws may one be unknown."""
    chances = Values((1,), 0, 1, np.float64)
    layout = dict.fromkeys(("power", "win", "error"), chances)
    good, wrong = np.array([0.5]), np.array([chance])
    assert from_bytes(ExactPower, layout, to_bytes(ExactPower(good, good, good))).win == good
    with pytest.raises(ValueError, match="cannot be"):
        from_bytes(ExactPower, layout, to_bytes(ExactPower(good, wrong, good)))


def test_no_more_is_unfolded_than_a_block_can_hold() -> None:
    """Bytes that would unfold to half a gigabyte are refused before they do."""
    data = forged(GOOD, bytes(2**22))
    tracemalloc.start()
    with pytest.raises(ValueError, match="too long"):
        from_bytes(Small, LAYOUT, data)
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()
