"""What determines a block's numbers, in short: the hash of a task."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from hashlib import sha256
from typing import Any

import numpy as np


def fingerprint(value: object) -> str:
    """Hash a value by its contents, the same in every process and on every machine.

    Parameters
    ----------
    value : object
        None, a bool, whole number, float, text, member of an enumeration,
        Fraction, numpy array, frozen dataclass or pydantic model, or lists,
        tuples and dicts of those at any depth. Lists count as tuples, and
        dicts by their contents, not their order. Floats count by their bits.

    Returns
    -------
    str
        64 hexadecimal digits.

    Raises
    ------
    TypeError
        For anything else: what is passed over could change the numbers unseen.

    Examples
    --------
    >>> fingerprint((1, "a")) == fingerprint([1, "a"])
    True
    >>> fingerprint(1) == fingerprint(1.0)
    False
    """
    digest = sha256()
    for part in _parts(value):
        digest.update(part)
    return digest.hexdigest()


def _parts(value: Any) -> Iterator[bytes]:
    """Write a value as bytes that no other value has: kind, length, contents."""
    if isinstance(value, np.generic):
        value = value.item()
    for kinds, mark, written in _KINDS:
        if isinstance(value, kinds):
            yield mark
            yield from written(value)
            return
    if is_dataclass(value) and not isinstance(value, type):
        yield b"C"
        yield from _dataclass(value)
    elif callable(getattr(value, "model_dump", None)):
        yield b"M"
        yield from _text(type(value).__name__)
        yield from _parts(value.model_dump(mode="json"))
    else:
        raise TypeError(f"a {type(value).__name__} has no fingerprint")


def _text(value: str) -> Iterator[bytes]:
    data = value.encode()
    yield struct.pack("<Q", len(data))
    yield data


def _items(value: tuple[Any, ...] | list[Any]) -> Iterator[bytes]:
    yield struct.pack("<Q", len(value))
    for item in value:
        yield from _parts(item)


def _dict(value: dict[Any, Any]) -> Iterator[bytes]:
    by_key = sorted((fingerprint(key), item) for key, item in value.items())
    return _items([part for pair in by_key for part in pair])


def _enum(value: Enum) -> Iterator[bytes]:
    return _items([type(value).__name__, value.name, value.value])


def _array(value: np.ndarray[Any, Any]) -> Iterator[bytes]:
    if value.dtype.kind not in "biufSU":
        raise TypeError(f"an array of {value.dtype} has no fingerprint")
    little = value.astype(value.dtype.newbyteorder("<"), order="C", copy=False)
    yield from _items([little.dtype.str, little.shape])
    yield little.tobytes()


def _dataclass(value: Any) -> Iterator[bytes]:
    if not value.__dataclass_params__.frozen:
        raise TypeError(f"a {type(value).__name__}, which can change, has no fingerprint")
    yield from _text(type(value).__name__)
    yield from _dict({field.name: getattr(value, field.name) for field in fields(value)})


_KINDS: list[tuple[type | tuple[type, ...], bytes, Callable[[Any], Iterator[bytes]]]] = [
    (type(None), b"N", lambda _: iter(())),
    (Enum, b"E", _enum),  # before int and str, whose members it may be
    (bool, b"B", lambda value: iter([b"1" if value else b"0"])),  # before int, which it is
    (int, b"I", lambda value: _text(str(value))),
    (float, b"F", lambda value: iter([struct.pack("<d", value)])),
    (str, b"S", _text),
    (Fraction, b"Q", lambda value: _items([value.numerator, value.denominator])),
    ((tuple, list), b"T", _items),
    (dict, b"D", _dict),
    (np.ndarray, b"A", _array),
]
"""Kinds of value, the first that fits counts: its mark, and how its contents are written."""
