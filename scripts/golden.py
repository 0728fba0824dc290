"""Write tests/golden/: extracts of all that some small studies print and write.

Words, tables, captions, names of rows and of keys, and bounds of the settings, as plain text. A
change of any sentence, or of when it stands there, shows in the diff; what differs from one
machine or version to the next is left out.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from difflib import ndiff
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from docx import Document
from docx.table import Table

from sim.app import main as command
from sim.study import Study

FOLDER = Path(__file__).parent.parent / "tests" / "golden"
SCHEMA = "settings"
"""Name of the extract that holds the bounds of all settings."""
FEW = 40
"""Lines up to which a table of numbers is kept whole; of a longer one the first few."""
VOLATILE = (
    (re.compile(r"\b[0-9a-f]{64}\b"), "HASH"),
    (re.compile(r"\b(mentorsim|python|numpy|scipy|numba|pydantic|hydra-core) \d[\w.]*\w"),
     r"\1 VERSION"),
    (re.compile(r"(Version of [\w-]+ (\| )?)\d[\w.]*\w"), r"\1VERSION"),
)  # fmt: skip
"""What is replaced, and by what."""
BOUNDS = (
    "const", "enum", "type", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "minLength", "maxLength", "minItems", "maxItems", "minProperties", "default",
)  # fmt: skip
"""What is kept of a setting."""


def studies(kind: str) -> dict[str, list[str]]:
    """Words of the runs by name; `kind` is quick or long."""
    listed = yaml.safe_load((FOLDER / "studies.yaml").read_text(encoding="utf-8"))[kind]
    return {name: [runs] if isinstance(runs, str) else runs for name, runs in listed.items()}


def extract(runs: Iterable[str]) -> str:
    """Run the command once or several times; extract all that came of it."""
    parts: list[str] = []
    with TemporaryDirectory() as scratch, chdir(scratch):
        for number, words in enumerate(runs, 1):
            parts.append(f"#### mentorsim {' '.join(words.split())}\n\n{_printed(words, number)}")
        written = [path for path in sorted(Path().rglob("*")) if path.name != "manifest.json"]
        parts += [f"#### {path}\n\n{_READERS[path.suffix](path)}" for path in written
                  if path.suffix in _READERS]  # fmt: skip
        text = ("\n\n".join(parts) + "\n").replace(str(Path().absolute()), "FOLDER")
    for pattern, instead in VOLATILE:
        text = pattern.sub(instead, text)
    return re.sub(r" +$", "", text, flags=re.MULTILINE)


def _printed(words: str, number: int) -> str:
    """Run the command; give what it printed, without the progress."""
    out, err = io.StringIO(), io.StringIO()
    always = yaml.safe_load((FOLDER / "studies.yaml").read_text(encoding="utf-8"))["all"]
    split = shlex.split(words)
    given = {word.partition("=")[0] for word in split}
    place = "hydra.sweep.dir" if "--multirun" in split else "hydra.run.dir"
    more = [word for word in always if word.partition("=")[0] not in given]
    more = [] if "--help" in split else [*more, f"{place}=run_{number}"]
    with redirect_stdout(out), redirect_stderr(err):
        status = command([*split, *more])
    if status:
        raise ValueError(f"{words}: status {status}: {err.getvalue()}")
    told = [line for line in err.getvalue().splitlines() if not re.search(r": +\d+%$", line)]
    return "\n".join([out.getvalue(), *told]).strip()


# ------------------------------------------------------------------------------ data files


def _table(path: Path) -> str:
    """Rows of results.csv by their keys; other tables as they are, with rounded numbers."""
    lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    if {"measure", "engine"} <= set(lines[0]) and "run" not in lines[0]:
        return "\n".join([",".join(lines[0]), *_row_names(lines[0], lines[1:])])
    first = lines if len(lines) <= FEW else lines[:4]
    return "\n".join(
        [*(",".join(map(_rounded, line)) for line in first), f"{len(lines) - 1} lines of data"]
    )


def _row_names(header: list[str], lines: list[list[str]]) -> Iterator[str]:
    """Name every row, those with the same measures together.

    A measure is marked - where it is not defined, ~ where it has no error.
    """
    measures: dict[tuple[str, ...], list[str]] = {}
    for line in lines:
        row = dict(zip(header, line, strict=True))
        mark = "-" if row["value"] in {"", "nan"} else "~" if row["mcse"] in {"", "nan"} else ""
        keys = tuple(row[key] for key in ("role", "kind", "name", "engine"))
        size = f"{row['size']}/{row['n']}"
        measures.setdefault((*keys, size), []).append(mark + row["measure"])
    sizes: dict[tuple[str, ...], list[str]] = {}
    for (*stated, size), names in measures.items():
        sizes.setdefault((*stated, " ".join(names)), []).append(size)
    alike: dict[tuple[str, ...], list[str]] = {}
    for (role, kind, name, *more, names_), own in sizes.items():
        alike.setdefault((role, kind, *more, " ".join(own), names_), []).append(name)
    for (role, kind, engine, at, names_), who in alike.items():
        yield f"{role} {kind} [{'; '.join(who)}] {engine} at {at}: {names_}"


def _rounded(cell: str) -> str:
    try:
        return f"{float(cell):.3g}"
    except ValueError:
        return cell


def _keys_of(path: Path) -> str:
    """Name what a file holds, but for the settings, which have an extract."""
    data = json.loads(path.read_text(encoding="utf-8"))
    kept = {name: value for name, value in data.items() if name != "study"}
    return "\n".join(dict.fromkeys(_keys(kept)))


def _keys(data: object, place: str = "") -> Iterator[str]:
    """Name the leaves of plain data; the items of a list share one name."""
    if isinstance(data, Mapping) and data:
        for name, value in data.items():
            yield from _keys(value, f"{place}.{name}".strip("."))
    elif isinstance(data, list) and data:
        for value in data:
            yield from _keys(value, f"{place}[]")
    else:
        yield place + (" = null" if data is None else "")


# ------------------------------------------------------------------------------- documents


class _Page(HTMLParser):
    """The text of a page, a line per block and row; the scripts' data apart."""

    INLINE = ("strong", "span", "a", "em", "code", "option")
    CELLS = ("th", "td")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.data = ""
        self._inside: list[str] = []
        self._new = True
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        stated = dict(attrs)
        if tag in {"meta", "input"}:
            return
        self._inside.append("data" if stated.get("id") == "report-data" else tag)
        if tag in self.CELLS and not self._new and self.lines:
            self.lines[-1] += " | "
        elif tag not in self.INLINE and tag not in self.CELLS:
            self._new = True
        label, kind = stated.get("aria-label"), stated.get("class")
        if label and kind != "scroll":
            self.handle_data(f"({kind}: {label})")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            del self._inside[len(self._inside) - 1 - self._inside[::-1].index(tag) :]
        self._new = self._new or tag not in {*self.INLINE, *self.CELLS}

    def handle_data(self, data: str) -> None:
        if self._inside[-1:] in (["style"], ["script"], ["pre"]):
            return
        if self._inside[-1:] == ["data"]:
            self.data += data
        elif data.strip():
            words = " ".join(data.split())
            if self._new:
                self.lines.append(words)
            else:
                self.lines[-1] += words if self.lines[-1].endswith("| ") else f" {words}"
            self._new = False


def _page(path: Path) -> str:
    """Text of the page, then what is said within the figures and not around them."""
    page = _Page(path.read_text(encoding="utf-8"))
    text = "\n".join(page.lines)
    if page.data:
        within = [words for words in dict.fromkeys(_said(json.loads(page.data)))
                  if any(map(str.isalpha, words)) and words not in text]  # fmt: skip
        text += "\n\nwithin figures:\n" + "\n".join(within)
    return text


def _said(data: object, place: str = "") -> Iterator[str]:
    """Words of figures: titles, texts and names of what is drawn."""
    if isinstance(data, Mapping):
        for name, value in data.items():
            if name not in {"configs", "$schema", "description"}:
                yield from _said(value, name if isinstance(value, str | list) else "")
    elif isinstance(data, list):
        for value in data:
            yield from _said(value, place)
    elif isinstance(data, str) and place in {"title", "text", "subtitle", "rows", "label", "group"}:
        yield data


def _word(path: Path) -> str:
    """Say in what the text of the document differs from that of the Markdown beside it."""
    lines: list[str] = []
    document = Document(str(path))
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                lines += [cell.text for cell in row.cells]
        else:
            lines.append(block.text)
    texts = [paragraph.text for section in document.sections
             for paragraph in section.footer.paragraphs]  # fmt: skip
    other = path.with_suffix(".md").read_text(encoding="utf-8")
    marks = re.compile(r":?--:?|^[#>|\- ]+|\*|\\|[ |]+$")
    plain = [cell for line in other.splitlines() for cell in re.split(r" \| ", line)]
    here, there = (
        [words for words in (" ".join(marks.sub("", line).split()) for line in own) if words]
        for own in ("\n".join([*lines, *texts]).splitlines(), plain)
    )
    return "\n".join(line for line in ndiff(there, here) if line[0] in "+-")


_READERS = {
    ".csv": _table,
    ".json": _keys_of,
    ".html": _page,
    ".md": lambda path: path.read_text(encoding="utf-8").strip(),
    ".docx": _word,
}
"""What is kept of a file, by its ending."""


# -------------------------------------------------------------------------------- settings


def bounds() -> str:
    """Bounds, choices and defaults of every setting."""
    schema = Study.model_json_schema()
    return "\n".join(dict.fromkeys(_bounds(schema, schema.get("$defs", {}), "", {}))) + "\n"


def _bounds(
    own: Mapping[str, Any], known: Mapping[str, Any], place: str, met: dict[str, str]
) -> Iterator[str]:
    """List the bounds below a place; of a section met before, where that was."""
    name = own.get("$ref", "").rpartition("/")[2]
    if name in met:
        yield f"{place}: as {met[name]}"
    elif name:
        met[name] = place
        yield from _bounds({**known[name], **own, "$ref": ""}, known, place, met)
    if own.get("$ref"):
        return
    kept = {key: own[key] for key in BOUNDS if key in own and own[key] != "object"}
    if kept and place:
        yield f"{place}: {json.dumps(kept)}"
    for choice in own.get("anyOf", own.get("oneOf", ())):
        kind = choice.get("$ref", "").rpartition("/")[2]
        constant = known.get(kind, {}).get("properties", {}).get("kind", {}).get("const")
        yield from _bounds(choice, known, place + (f"({constant})" if constant else ""), met)
    for field, value in own.get("properties", {}).items():
        yield from _bounds(value, known, f"{place}.{field}".strip("."), met)
    for inner in ("items", "additionalProperties", "propertyNames"):
        if isinstance(own.get(inner), Mapping):
            yield from _bounds(own[inner], known, f"{place}[{inner}]", met)
    for number, value in enumerate(own.get("prefixItems", ())):
        yield from _bounds(value, known, f"{place}[{number}]", met)


def main() -> None:
    """Write the extracts named on the command line, or all."""
    wanted = {**studies("quick"), **studies("long")}
    for name in sys.argv[1:] or [SCHEMA, *wanted]:
        text = bounds() if name == SCHEMA else extract(wanted[name])
        (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
