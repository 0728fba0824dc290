"""Put what the commands of a page, docs/tutorial.md or README.md, really print into it.

A command is followed by a comment that says which parts of its output are shown, by their
headings, and by the block that holds them:

    <!-- shows: Answer; Warnings -->

`all` shows everything, `end` names the files written. Where parts are left out, a line says so.
"""

from __future__ import annotations

import re
import shlex
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from sim.app import main as command
from sim.folders import write_whole

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "tutorial.md"
FEASIBILITY = ROOT / "docs" / "feasibility.md"
STEP = re.compile(
    r"(```sh\nmentorsim (?P<words>.*?)\n```\n\n<!-- shows: (?P<parts>.*?) -->\n```text\n)"
    r".*?(```\n)",
    re.DOTALL,
)
"""A command, what is shown of it, and the block that holds that."""
FILE = re.compile(r"(<!-- file: (?P<path>\S+) -->\n```yaml\n).*?(```\n)", re.DOTALL)
"""A file of the repository that is quoted whole."""
GAP = "…"


def words_of(text: str) -> list[str]:
    """Words of a command as a shell reads them, its lines joined."""
    return shlex.split(text.replace("\\\n", " "), comments=True)


def printed(words: list[str]) -> str:
    """Run one command here; what it prints, with no path of this machine."""
    out, aside = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(aside):
        status = command(words)
    text = out.getvalue() if status == 0 else f"{aside.getvalue()}\n(exit status {status})"
    return text.replace(f"{Path.cwd()}/", "").strip("\n")


def sections(text: str) -> dict[str, str]:
    """Parts of an output by their underlined headings."""
    starts = list(re.finditer(r"^(?P<name>[^\n]+)\n[-=]{3,}$", text, re.MULTILINE))
    ends = [found.start() for found in starts[1:]] + [len(text)]
    return {
        found["name"]: text[found.start() : end].strip("\n")
        for found, end in zip(starts, ends, strict=True)
    }


def shown(text: str, parts: str) -> str:
    """The parts of an output that a page names, with a line where others are left out.

    Raises
    ------
    ValueError
        Where a part is named that was not printed.
    """
    if parts == "all":
        return text
    body, files, end = text.rpartition("\n\nFiles in ")
    found = sections(body if files else text)
    pieces: list[str] = []
    for name in parts.split("; "):
        own = [part for heading, part in found.items() if heading.startswith(name)]
        own += [(files + end).strip()] if name == "end" and files else []
        if not own:
            raise ValueError(f"no part of the output is called {name!r}")
        pieces.append(own[0])
    start = "" if text.startswith(pieces[0]) else f"{GAP}\n"
    return start + f"\n{GAP}\n".join(pieces)


def with_outputs(text: str, steps: int | None = None) -> str:
    """Page with what its first commands print (all of them by default) in its blocks."""

    def filled(found: re.Match[str]) -> str:
        return f"{found[1]}{shown(printed(words_of(found['words'])), found['parts'])}\n{found[4]}"

    with TemporaryDirectory() as folder, chdir(folder):
        for file in (ROOT / "docs", *(ROOT / "conf" / "examples").glob("*.yaml")):
            Path(file.name).symlink_to(file)
        return STEP.sub(filled, text, count=steps or 0)


def with_files(text: str) -> str:
    """Page with the files that it quotes."""
    return FILE.sub(
        lambda found: f"{found[1]}{(ROOT / found['path']).read_text('utf-8')}{found[3]}", text
    )


def main() -> None:
    """Run every command of the tutorial, and of its page on pilots, and write both."""
    for page in (PAGE, FEASIBILITY):
        write_whole(page, with_outputs(with_files(page.read_text("utf-8"))))


if __name__ == "__main__":
    main()
