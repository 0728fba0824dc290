"""What determines a block's numbers, in short: hashes of a task and of the code."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

ROOMS = ("study", "compute/streams.py", "cohorts", "inference", "power")
"""Files and folders of the package whose code fixes the numbers of a block."""
LIBRARIES = ("numpy", "scipy", "numba", "statsmodels")
"""Libraries that compute them."""


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


@cache
def code_version() -> str:
    """Hash of the code that fixes the numbers of a block, and of its libraries' versions.

    Returns
    -------
    str
        64 hexadecimal digits; another version of the code may give other numbers.
    """
    package = Path(__file__).parent.parent
    found = (package / room for room in ROOMS)
    files = [file for path in found for file in ([path] if path.is_file() else path.rglob("*.py"))]
    sources = {file.relative_to(package).as_posix(): file.read_text("utf-8") for file in files}
    return fingerprint((sources, {name: version(name) for name in LIBRARIES}))


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
