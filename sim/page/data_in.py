"""Files of answers that a reader puts into a scenario: kept in the tab's folder, read, let go."""

from __future__ import annotations

import json
import re
import shutil
from base64 import b64decode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

from sim.errors import StudyError, printable
from sim.jobs.data_text import data_study_text
from sim.jobs.from_data import DataSketch, checked_study, first_look_sections, sketch_of
from sim.reading import ColumnMap, read_answers
from sim.reading.map_text import map_text
from sim.report.document.model import Section

MOST_BYTES = 5_000_000
"""Most bytes of one file."""
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx")
"""How names of files of answers end."""
MAP = "map.yaml"
"""What the map is called where a study names it."""


@dataclass(frozen=True, eq=False)
class DataStart:
    """What answers say, and the study that is planned from them.

    Attributes
    ----------
    text : str
        The study's file.
    sketch : DataSketch
        What was read and counted.
    look : tuple of Section
        A first look, a section a role.
    """

    text: str
    sketch: DataSketch
    look: tuple[Section, ...]


@dataclass
class DataFiles:
    """The files of one scenario, and what is known of them.

    Attributes
    ----------
    paths : tuple of Path
        None, one of both times, or two: before and after.
    map : str
        Which column holds what: the guess, or what the reader made of it.
    start : DataStart or None
        What they say; None where they cannot be read.
    """

    paths: tuple[Path, ...] = ()
    map: str = ""
    start: DataStart | None = None
    _folder: Path | None = field(default=None, repr=False)

    def take(self, message: str) -> None:
        """Keep the files of a message, and read them.

        Raises
        ------
        StudyError
            A line for everything that cannot be read.
        """
        self.forget()
        files = received(message)
        self._folder = Path(mkdtemp(prefix="mentorsim-"))
        self.paths = tuple(_kept(self._folder / str(k), *file) for k, file in enumerate(files))
        try:
            self.start = data_start(self.paths)
        except StudyError:
            with suppress(StudyError):  # a file that is none has no columns to guess
                self.map = map_text(self.paths)
            raise
        reading = self.start.sketch.reading
        self.map = reading.columns.to_yaml(reading.reasons)

    def read_again(self, text: str) -> None:
        """Read the files by the map that the reader gives.

        Raises
        ------
        StudyError
            As by :meth:`take`, and for everything that is wrong with the map.
        """
        self.start, self.map = None, text
        if self.paths:
            self.start = data_start(self.paths, ColumnMap.from_yaml(text))

    def forget(self) -> None:
        """Remove the files."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self.paths, self.map, self.start, self._folder = (), "", None, None


def data_start(paths: Sequence[Path], columns: ColumnMap | None = None) -> DataStart:
    """Read answers, and plan from them as ``mentorsim new --from-data`` does.

    Raises
    ------
    StudyError
        A line for everything that cannot be read.
    """
    reading = read_answers(paths, columns=columns)
    sketch = sketch_of(reading, [path.name for path in paths], MAP if columns else None)
    text = data_study_text(sketch, "FILE")
    look = first_look_sections(checked_study(text), reading, is_drawn=True)
    return DataStart(text, sketch, look)


def received(message: str) -> list[tuple[str, bytes]]:
    """Take names and bytes of one file or two from what the browser sends.

    Raises
    ------
    StudyError
        A line for each file that is none of answers.
    """
    try:
        files = [
            (_name(str(own["name"])), b64decode(own["content"])) for own in json.loads(message)
        ]
    except (ValueError, TypeError, KeyError):
        raise StudyError("the files did not come as a whole; choose them again") from None
    if not 1 <= len(files) <= 2:
        raise StudyError(f"{len(files)} files: choose one, or two (before and after)")
    faults = [line for name, content in files if (line := _refusal(name, len(content)))]
    if faults:
        raise StudyError(*faults)
    return files


def _name(name: str) -> str:
    """Name of a file without folders, and without what a system might not take."""
    last = re.split(r"[/\\]", name)[-1]
    stem, ending = Path(printable(last)).stem, Path(last).suffix
    return f"{stem.strip(' .')[:100] or 'answers'}{ending[:10]}"


def _refusal(name: str, size: int) -> str:
    if not name.lower().endswith(ENDINGS):
        return f"{name}: is no file of answers; its name must end in {', '.join(ENDINGS)}"
    if size > MOST_BYTES:
        return f"{name}: is larger than {MOST_BYTES / 1e6:g} MB, the most that the page reads"
    return "" if size else f"{name}: is empty"


def _kept(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir()
    path = folder / name
    path.write_bytes(content)
    return path


def with_scale(text: str, points: str, lowest: str) -> str:
    r"""Write into a map what was typed of the scale.

    >>> with_scale("points: null\nlowest: null\n", "5", "")
    'points: 5\nlowest: null\n'
    """
    for name, typed in (("points", points.strip()), ("lowest", lowest.strip())):
        line = rf"^{name}:.*$"
        if typed and re.search(line, text, re.MULTILINE):
            text = re.sub(line, f"{name}: {typed}".replace("\\", r"\\"), text, flags=re.MULTILINE)
        elif typed:
            text = f"{text.rstrip()}\n{name}: {typed}\n"
    return text
