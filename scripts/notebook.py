"""Put what the lines of docs/notebook.md really print into that page."""

from __future__ import annotations

import doctest
import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from sim.errors import StudyError
from sim.folders import write_whole

PAGE = Path(__file__).parent.parent / "docs" / "notebook.md"
BLOCK = re.compile(r"(?<=^```python\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)


def printed(source: str, names: dict[str, Any]) -> str:
    """Run one statement; what it prints, as doctest writes it."""
    out = StringIO()
    with redirect_stdout(out):
        try:
            exec(compile(source, str(PAGE), "single"), names)  # noqa: S102 - our own page
        except StudyError as error:
            print(f"Traceback (most recent call last):\n    ...\nsim.errors.StudyError: {error}")
    return re.sub(r"^$", "<BLANKLINE>", out.getvalue().rstrip("\n"), flags=re.MULTILINE)


def with_outputs(text: str) -> str:
    """Page with what its statements print, run one after the other in one session."""
    names: dict[str, Any] = {}

    def filled(block: re.Match[str]) -> str:
        lines = []
        for example in doctest.DocTestParser().get_examples(block[0]):
            first, *more = example.source.rstrip("\n").split("\n")
            lines += [f">>> {first}", *(f"... {line}" for line in more)]
            output = printed(example.source, names)
            lines += [output] if output != "<BLANKLINE>" else []
        return "\n".join(lines) + "\n"

    return BLOCK.sub(filled, text)


if __name__ == "__main__":
    write_whole(PAGE, with_outputs(PAGE.read_text("utf-8")))
