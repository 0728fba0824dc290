"""Numbers as they are typed."""

from __future__ import annotations

import re

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?%?")


def number(text: str) -> int | float:
    """Read a number, or a percentage as a share.

    >>> number("12"), number("2.5"), number("30%")
    (12, 2.5, 0.3)
    """
    share = text.removesuffix("%")
    if share != text:
        return float(f"{float(share) / 100:.12g}")
    value = float(text)
    return int(value) if "." not in text and value.is_integer() else value


def number_text(value: object) -> str:
    """Write a number so that :func:`number` reads the same.

    >>> number_text(2.0), number_text(0.1), number_text("x")
    ('2', '0.1', 'x')
    """
    return str(value).removesuffix(".0")
