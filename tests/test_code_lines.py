"""The count of lines of code: docstrings of any kind, comments and blank lines are none."""

import sys
from importlib import import_module
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "scripts"))
code_lines = import_module("code_lines").code_lines

SOURCE = '''"""A module."""

# a comment
from dataclasses import dataclass


@dataclass
class Point:
    """A point.

    Of two parts.
    """

    x: int  # across
    """Across."""
    text: str = """two
lines"""


def there(
    x: int,
) -> str:
    """Say where."""
    return f"""{x}
    is a string that is used"""
'''


def test_what_counts() -> None:
    """Decorators, signatures and strings that are used count, line by line; nothing else does."""
    assert code_lines(SOURCE) == 1 + 2 + 1 + 2 + 3 + 2
    assert code_lines("") == 0
    assert code_lines("'only a docstring'\n") == 0
