"""Tallies of pilots and programmes as bytes, and back."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, get_type_hints

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")


def to_bytes(tally: object) -> bytes:
    """Write a tally: its arrays in the order of its fields, those within it too."""
    out = io.BytesIO()
    np.savez(out, *_arrays(tally))
    return out.getvalue()


def from_bytes(kind: type[T], data: bytes) -> T:
    """Read what :func:`to_bytes` wrote.

    Raises
    ------
    ValueError
        Where it is damaged.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = iter([file[f"arr_{place}"] for place in range(len(file.files))])
            tally: T = _filled(kind, arrays)
    except Exception as error:
        raise ValueError("is damaged") from error
    return tally


def _arrays(tally: Any) -> Iterator[NDArray[Any]]:
    for field in fields(tally):
        value = getattr(tally, field.name)
        if is_dataclass(value):
            yield from _arrays(value)
        else:
            yield np.asarray(value)


def _filled(kind: Any, arrays: Iterator[NDArray[Any]]) -> Any:
    values = []
    for hint in get_type_hints(kind).values():
        if is_dataclass(hint):
            values.append(_filled(hint, arrays))
        else:
            array = next(arrays)
            values.append(int(array) if hint is int else array)
    return kind(*values)
