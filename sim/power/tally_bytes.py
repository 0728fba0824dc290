"""Counts as bytes, to be kept and read again; reading them runs no code, whoever wrote them."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.power.tally import Tally

if TYPE_CHECKING:
    from sim.power.monte_carlo import BlockTask

T = TypeVar("T")

Shapes = Mapping[str, tuple[int | None, ...]]
"""Shape by field; None = of any length, () = a whole number."""

NARROW = ("|i1", "<i2", "<i4", "<i8")
"""Types in which whole numbers are written: the first that holds all of an array."""
READ_AS: dict[str, type] = {
    **dict.fromkeys(NARROW, np.int64),
    "|b1": np.bool_,
    "<f8": np.float64,
}
"""Type that each type written is read as."""
LARGEST = 2**30
"""Most bytes that anything written here can unfold to."""


def to_bytes(part: Any) -> bytes:
    """Write a dataclass of whole numbers and arrays.

    Parameters
    ----------
    part : dataclass
        Its fields are whole numbers, or arrays of int64, bool or float64.

    Returns
    -------
    bytes
        Length and text of a header in JSON (name, type, shape of each field),
        then the arrays, little-endian, compressed as a whole.
    """
    arrays = {field.name: _written(getattr(part, field.name)) for field in fields(part)}
    header = json.dumps([(name, own.dtype.str, own.shape) for name, own in arrays.items()]).encode()
    raw = [struct.pack("<I", len(header)), header, *(own.tobytes() for own in arrays.values())]
    return zlib.compress(b"".join(raw), 1)


def from_bytes(kind: type[T], shapes: Shapes, data: bytes) -> T:
    """Read what :func:`to_bytes` has written.

    Parameters
    ----------
    kind : type
        The dataclass.
    shapes : mapping
        What each field's shape must be.
    data : bytes
        As read.

    Returns
    -------
    An instance of `kind`, equal to that written.

    Raises
    ------
    ValueError
        Where the bytes are not such an instance, whole and of these shapes.
    """
    try:
        return kind(**_fields(shapes, data))
    except (zlib.error, struct.error, TypeError, RecursionError) as error:
        raise ValueError(f"not a {kind.__name__}: {error}") from None


def tally_shapes(task: BlockTask) -> Shapes:
    """Shape of every field of a task's tallies."""
    sizes, rules = len(task.sizes[0]), len(task.rules)
    endpoints = sum(len(population.tables) + 1 for population in task.populations)
    return {
        **{field.name: (sizes, endpoints) for field in fields(Tally)},
        "replicates": (),
        "families": (sizes, len(task.populations), None, None),
        "rule_rejected": (sizes, rules),
        "rule_won": (sizes, rules),
    }


def _written(value: Any) -> NDArray[Any]:
    """Turn a field into an array of the least type that holds it."""
    array = np.asarray(value)
    if array.dtype.kind != "i":
        return array.astype(array.dtype.newbyteorder("<"), copy=False)
    least, most = (int(array.min()), int(array.max())) if array.size else (0, 0)
    bounds = ((name, np.iinfo(name)) for name in NARROW)
    fits = next(name for name, own in bounds if own.min <= least and most <= own.max)
    return array.astype(fits)


def _fields(shapes: Shapes, data: bytes) -> dict[str, Any]:
    unfolding = zlib.decompressobj()
    raw = unfolding.decompress(data, LARGEST)
    if not unfolding.eof:
        raise ValueError("cut off, or too long")
    (length,) = struct.unpack_from("<I", raw)
    start = 4 + length
    found: dict[str, Any] = {}
    for name, written, shape in json.loads(raw[4:start]):
        _require(shapes.get(name), shape, written)
        count = int(np.prod(shape, dtype=np.int64))
        array = np.frombuffer(raw, written, count, start).reshape(shape)
        start += array.nbytes
        found[name] = array.astype(READ_AS[written]) if shape else int(array)
    if start != len(raw) or found.keys() != shapes.keys():
        raise ValueError("has too much or too little")
    return found


def _require(expected: tuple[int | None, ...] | None, shape: Any, written: Any) -> None:
    """Refuse a field of another name, shape or type."""
    fits = (
        written in READ_AS
        and expected is not None
        and len(expected) == len(shape)
        and all(n >= 0 and want in (None, n) for n, want in zip(shape, expected, strict=True))
    )
    if not fits:
        raise ValueError("has a field of another shape")
