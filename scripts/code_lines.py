"""Count the package's lines of code: comments, blank lines and docstrings of any kind left out.

    python scripts/code_lines.py [FOLDER ...]

A line counts where something on it is code. A string that stands alone as a statement is a
docstring, whether of a module, class, function, or of the field or constant above it. Without
folders, `sim` is counted, room by room.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SILENT = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
    tokenize.ENCODING, tokenize.ENDMARKER,
}  # fmt: skip


def code_lines(text: str) -> int:
    r"""Count the lines of a module that hold code.

    Parameters
    ----------
    text : str
        Python source.

    Returns
    -------
    int

    Examples
    --------
    >>> code_lines("'Said.'\nx = 1  # why\n\n'Of x.'\n")
    1
    """
    documented = {
        number
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if isinstance(node.value.value, str)
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    held = {
        number
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type not in SILENT
        for number in range(token.start[0], token.end[0] + 1)
    }
    return len(held - documented)


def main(folders: list[str]) -> None:
    """Print the lines of code of each folder's rooms, and in all."""
    for folder in map(Path, folders or [str(ROOT / "sim")]):
        rooms: Counter[str] = Counter()
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).parts
            rooms[parts[0] if len(parts) > 1 else "."] += code_lines(
                path.read_text(encoding="utf-8")
            )
        for room, number in sorted(rooms.items()):
            print(f"{number:7,d}  {folder.name}/{room}")
        print(f"{sum(rooms.values()):7,d}  {folder.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
