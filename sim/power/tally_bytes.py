"""Counts as bytes, to be kept and read again; reading them runs no code, whoever wrote them."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import prod
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.inference.looks import Looks
from sim.power.counting import OF_REPLICATES, SUMS
from sim.power.tally import LookTally, Tally
from sim.power.task import BlockTask

T = TypeVar("T")


@dataclass(frozen=True)
class Values:
    """What a field may hold.

    Attributes
    ----------
    shape : tuple of int
        Its shape; () = a whole number.
    least, most : float
        Between which every value lies.
    kind : type
        Of the values: int64, bool or float64.
    missing : bool
        Whether some may be NaN.
    """

    shape: tuple[int, ...]
    least: float
    most: float
    kind: type = np.int64
    missing: bool = False

    def require(self, array: NDArray[Any]) -> None:
        """Refuse values that cannot be.

        Raises
        ------
        ValueError
            Where there are any.
        """
        fits = (array >= self.least) & (array <= self.most)
        if not (fits | np.isnan(array) if self.missing else fits).all():
            raise ValueError("has a value that cannot be")


Layout = Mapping[str, Values]
"""What each field may hold, by its name."""
ROUNDING = 1e-9
"""How far outside 0 to 1 a probability that was worked out may lie."""

NARROW = ("|i1", "<i2", "<i4", "<i8")
"""Types in which whole numbers are written: the first that holds all of an array."""
READ_AS: dict[str, type] = {
    **dict.fromkeys(NARROW, np.int64),
    "|b1": np.bool_,
    "<f8": np.float64,
}
"""Type that each type written is read as."""


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
    shapes = [(name, array.dtype.str, array.shape) for name, array in arrays.items()]
    header = json.dumps(shapes).encode()
    raw = [struct.pack("<I", len(header)), header, *(array.tobytes() for array in arrays.values())]
    return zlib.compress(b"".join(raw), 1)


def from_bytes(kind: type[T], layout: Layout, data: bytes) -> T:
    """Read what :func:`to_bytes` has written.

    Parameters
    ----------
    kind : type
        The dataclass.
    layout : mapping
        What each of its fields may hold.
    data : bytes
        As read.

    Returns
    -------
    An instance of `kind`, equal to that written.

    Raises
    ------
    ValueError
        Where the bytes are not such an instance, whole and possible.
    """
    try:
        return kind(**_fields(layout, data))
    except (zlib.error, struct.error, TypeError, RecursionError) as error:
        raise ValueError(f"not a {kind.__name__}: {error}") from None


def tally_layout(task: BlockTask) -> Layout:
    """What every field of the tally of one of a task's blocks may hold."""
    sizes, rules, roles, whole = task.number_of_sizes, len(task.rules), len(task.roles), 2.0**63
    together = task.analysis.adjustment_facts.with_total
    side = (len(task.endpoints) if together else task.endpoints.domains) + 1
    endpoints = roles * len(task.endpoints)
    counts = {
        **{field.name: (sizes, endpoints) for field in fields(Tally)},
        "replicates": (),
        "families": (sizes, roles, side, side),
        "rule_rejected": (sizes, rules),
        "rule_won": (sizes, rules),
    }
    most = task.block_size
    layout = {
        **{name: Values(shape, 0, most) for name, shape in counts.items()},
        **{
            name: Values((sizes, endpoints), 0, whole) for name in SUMS if name not in OF_REPLICATES
        },
        "change": Values((sizes, endpoints), -whole, whole),
        "replicates": Values((), most, most),
    }
    return layout if task.looks is None else {**layout, **_of_looks(task, task.looks)}


def _of_looks(task: BlockTask, looks: Looks) -> Layout:
    """What the further fields of a tally with looks may hold."""
    ends = sizes, number = looks.place.shape
    alone = number * (1 + looks.futile)
    most, whole, rules = task.block_size, 2.0**63, (sizes, len(task.rules))
    by_look = (*ends, len(task.roles) * len(task.endpoints))
    return {
        **dict.fromkeys(("ended_met", "ended_won", "ended_futile"), Values(ends, 0, most)),
        **dict.fromkeys(("ended_estimable", "ended_covered"), Values(by_look, 0, most)),
        **dict.fromkeys(("fixed_rejected", "fixed_won"), Values(rules, 0, most)),
        **dict.fromkeys(("unstopped_rejected", "unstopped_won"), Values(ends[:1], 0, most)),
        "alone": Values((sizes, alone, alone), 0, most),
        "ended_alone": Values((sizes, 3, number, alone), 0, most),
        "unstopped_alone": Values((sizes, 2, alone), 0, most),
        "ended_change": Values(by_look, -whole, whole),
        "ended_change_squared": Values(by_look, 0, whole),
    }


def tally_kind(task: BlockTask) -> type[Tally]:
    """Kind of the tally of a task's blocks."""
    return Tally if task.looks is None else LookTally


def _written(value: Any) -> NDArray[Any]:
    """Turn a field into an array of the least type that holds it."""
    array = np.asarray(value)
    if array.dtype.kind != "i":
        return array.astype(array.dtype.newbyteorder("<"), copy=False)
    least, most = (int(array.min()), int(array.max())) if array.size else (0, 0)
    bounds = ((name, np.iinfo(name)) for name in NARROW)
    fits = next(name for name, limits in bounds if limits.min <= least and most <= limits.max)
    return array.astype(fits)


def _fields(layout: Layout, data: bytes) -> dict[str, Any]:
    widest = [(name, "<f8", values.shape) for name, values in layout.items()]
    most = 4 + len(json.dumps(widest)) + sum(8 * prod(values.shape) for values in layout.values())
    unfolding = zlib.decompressobj()
    raw = unfolding.decompress(data, most)  # however much it may unfold to
    if not unfolding.eof:
        raise ValueError("cut off, or too long")
    (length,) = struct.unpack_from("<I", raw)
    start = 4 + length
    fields: dict[str, Any] = {}
    for name, written, shape in json.loads(raw[4:start]):
        values = layout.get(name)
        if values is None or tuple(shape) != values.shape or READ_AS.get(written) != values.kind:
            raise ValueError("has a field of another shape")
        array = np.frombuffer(raw, written, prod(values.shape), start).reshape(values.shape)
        values.require(array)
        start += array.nbytes
        fields[name] = array.astype(values.kind) if shape else int(array)
    if start != len(raw) or fields.keys() != layout.keys():
        raise ValueError("has too much or too little")
    return fields
