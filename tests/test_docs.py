"""The documents: links lead somewhere, commands are valid, examples run, outputs are real."""

from __future__ import annotations

import doctest
import re
import shlex
import sys
from importlib import import_module
from pathlib import Path

import pytest
from hydra.main import get_args_parser  # type: ignore[attr-defined]  # not in its __all__

from sim.app import _checked, _composer
from sim.command import composed_words, read_flags
from sim.compose import composing
from sim.errors import StudyError
from sim.verbs import DEFAULT_VERB, VERBS

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "scripts"))  # last, so it shadows nothing

tutorial = import_module("tutorial")

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))]
BY_NAME = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=[str(path.relative_to(ROOT)) for path in DOCUMENTS]
)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^()\s]+)\)")


def text_of(document: Path) -> str:
    """A document as it is written."""
    return document.read_text(encoding="utf-8")


def prose(text: str) -> str:
    """A document without what stands in fences."""
    return FENCE.sub("", text)


def anchors(text: str) -> set[str]:
    """Names by which the headings of a document can be linked, as GitHub makes them."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        number = sum(re.fullmatch(rf"{re.escape(name)}(-\d+)?", own) is not None for own in found)
        found.add(f"{name}-{number}" if number else name)
    return found


def broken_links(text: str, folder: Path) -> list[str]:
    """Relative links of a text that lead nowhere."""
    broken = []
    for link in LINK.findall(re.sub(r"`[^`]*`", "", prose(text))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = folder / path if path else None
        pages = (
            [text_of(target)] if target and target.suffix == ".md" and target.is_file() else [""]
        )
        there = text if target is None else pages[0]
        exists = target is None or (target.exists() and target.resolve().is_relative_to(ROOT))
        if not exists or (anchor and anchor not in anchors(there)):
            broken.append(link)
    return broken


def commands(text: str) -> list[str]:
    """Command lines of a document, in its shell blocks and between backticks."""
    blocks = [body for kind, body in FENCE.findall(text) if kind == "sh"]
    lines = [line for body in blocks for line in body.replace("\\\n", " ").splitlines()]
    inline = re.findall(r"`(mentorsim [^`]+)`", prose(text).replace("\n", " "))
    found = [line.strip() for line in (*lines, *inline)]
    return [line for line in found if line.startswith("mentorsim ") and "…" not in line]


def compose(line: str) -> None:
    """Compose and check a command line as the console command does, and stop there.

    Raises
    ------
    StudyError
        Where the command would be refused.
    """
    flags = read_flags(shlex.split(line, comments=True)[1:], get_args_parser())
    begins = VERBS[flags.verb or DEFAULT_VERB].begins is not None
    if not flags.overrides and (flags.file is None or begins):  # a verb alone, which is known
        return
    flags.info = flags.info or ("cfg" if not flags.cfg else None)  # shown only: nothing is made
    composer = _composer(flags)
    words, config = composer.stated(composed_words(flags))
    with composing(composer.conf, config):
        _checked(VERBS[flags.verb or DEFAULT_VERB], composer, words, flags, [])


@BY_NAME
def test_links_lead_somewhere(document: Path) -> None:
    """Every relative link leads to a file of the repository, every anchor to a heading."""
    assert broken_links(text_of(document), document.parent) == []


def test_broken_links_are_found() -> None:
    """A missing file, a missing heading and a file outside are told apart from good links."""
    text = "# One two\n[a](README.md) [b](#one-two) [c](none.md) [d](#three) [e](../../etc/passwd)"
    assert broken_links(text, ROOT) == ["none.md", "#three", "../../etc/passwd"]
    assert anchors("# A `b` (c), d\n## E\n## E\n") == {"a-b-c-d", "e", "e-1"}


@BY_NAME
def test_commands_are_valid(document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command that is quoted composes to valid studies, each point of a sweep too."""
    monkeypatch.chdir(ROOT)
    before = set(ROOT.glob("*"))
    for line in commands(text_of(document)):
        compose(line)
    assert set(ROOT.glob("*")) == before


@pytest.mark.parametrize(
    "line", ["mentorsim plan analysis.alpha=1.5", "mentorsim paln", "mentorsim plan effects=shift"]
)
def test_wrong_commands_are_found(line: str) -> None:
    """A wrong value, verb or name in a document would be found."""
    assert commands(f"```sh\n{line}\n```\n") == [line]
    with pytest.raises(StudyError):
        compose(line)


@BY_NAME
def test_examples_run(document: Path) -> None:
    """Every Python block with a prompt gives what it says, block after block in one session."""
    text = text_of(document)
    blocks = [body for kind, body in FENCE.findall(text) if kind == "python" and ">>>" in body]
    if document.name != "README.md":  # whose one block has a test of its own
        assert len(blocks) == sum(kind == "python" for kind, _ in FENCE.findall(text))
    example = doctest.DocTestParser().get_doctest(
        "\n".join(blocks), {}, document.name, str(document), 0
    )
    found: list[str] = []
    doctest.DocTestRunner(verbose=False).run(example, out=found.append)
    assert found == []


def test_every_page_is_reached() -> None:
    """Every document is reached from README.md or CONTRIBUTING.md, over any number of links."""
    reached: set[Path] = set()
    waiting = DOCUMENTS[:2]
    while waiting:
        page = waiting.pop().resolve()
        if page in reached:
            continue
        reached.add(page)
        links = [link.partition("#")[0] for link in LINK.findall(prose(text_of(page)))]
        waiting += [
            page.parent / link for link in links if link.endswith(".md") and ":" not in link
        ]
    assert {path.resolve() for path in DOCUMENTS} == reached


@pytest.mark.parametrize(
    ("document", "files"), [(DOCUMENTS[0], 1), (tutorial.PAGE, 3), (tutorial.FEASIBILITY, 1)]
)
def test_files_are_quoted_whole(document: Path, files: int) -> None:
    """The files in README and tutorial are those that their commands use."""
    page = text_of(document)
    assert tutorial.with_files(page) == page
    assert len(tutorial.FILE.findall(page)) == files


def test_every_command_of_the_tutorial_shows_its_output() -> None:
    """No command stands in the tutorial without what it printed, of which something is shown."""
    page = text_of(tutorial.PAGE)
    steps = list(tutorial.STEP.finditer(page))
    shell = [body for kind, body in FENCE.findall(page) if kind == "sh"]
    assert len(steps) == sum("mentorsim " in body for body in shell) > 10
    assert page.count("<!-- shows:") == len(steps)
    assert "```text\n```" not in page


def test_last_output_of_the_tutorial_is_real() -> None:
    """The last command prints what the tutorial shows; `long` runs them all."""
    page = text_of(tutorial.PAGE)
    last = list(tutorial.STEP.finditer(page))[-1]
    assert tutorial.with_outputs(last[0]) == last[0]


@pytest.mark.long
@pytest.mark.parametrize("path", [tutorial.PAGE, tutorial.FEASIBILITY])
def test_tutorial_is_up_to_date(path: Path) -> None:
    """The tutorial, and its page on pilots, are what `python scripts/tutorial.py` writes now."""
    page = text_of(path)
    assert tutorial.with_outputs(page) == page


def test_parts_of_an_output_are_found() -> None:
    """Parts are taken by heading; one that was not printed is refused."""
    text = "First\n=====\nsome\n\nAnswer (here)\n-------------\nmore\n\nFiles in x"
    assert tutorial.shown(text, "First") == "First\n=====\nsome"
    assert tutorial.shown(text, "Answer").startswith("…\nAnswer (here)\n")
    assert tutorial.shown(text, "Answer; end").endswith("more\n…\nFiles in x")
    with pytest.raises(ValueError, match="called 'Nothing'"):
        tutorial.shown(text, "Nothing")
