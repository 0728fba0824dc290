"""Where there is no study yet: files that begin one, from questions or from answers."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from os.path import relpath
from pathlib import Path

from sim.endings import say, show
from sim.errors import NotWritten, StudyError, printable, reason_of
from sim.study.study_file import StudyFile
from sim.study.yaml_text import read_yaml


@dataclass(frozen=True)
class Files:
    """Files that the command line names."""

    file: str | None
    """The study's, or another to be written."""
    data: tuple[str, ...]
    """Of answers: none, one of both times, or two."""
    map: str | None
    """The one that says which column of these holds what."""


def new(files: Files) -> None:
    """Write a study's file, from files of answers or from what is asked."""
    path = _new_file(files.file or "study.yaml")
    text, seen = _of_data(path, files) if files.data else (_of_questions(path), "")
    _write_new(path, text)
    if seen:
        show(f"{seen}\n")
    show(
        f"{path} is written; look into it. Next:\n  mentorsim check {path}\n  mentorsim plan {path}"
    )


def new_map(files: Files) -> None:
    """Write which column of files of answers holds what, as far as it can be told."""
    from sim.reading.map_text import map_text

    if not files.data:
        raise StudyError("map: name the file of answers, or two, before and after")
    path = _new_file(files.file or "map.yaml")
    text = map_text([Path(name) for name in files.data])
    _write_new(path, text)
    answers = " ".join(files.data)
    show(
        f"{text}\n{path} is written; correct it, and fill in what is asked. Next:\n"
        f"  mentorsim calibrate {answers} --map {path}\n"
        f"  mentorsim new study.yaml --from-data {answers} --map {path}"
    )


def _new_file(name: str) -> Path:
    """Give the path of a file that is to be written, and is not there."""
    path = Path(name)
    if path.suffix.lower() == ".json":
        raise StudyError(f"{path}: name a file that ends in .yaml")
    if path.exists():
        raise StudyError(f"{path}: is there already, and stays as it is; name another file")
    return path


def _write_new(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise StudyError(f"{path}: is there by now, and stays as it is; name another") from None
    except OSError as error:
        raise NotWritten(f"{path}: cannot be written ({reason_of(error)})") from None


def _of_questions(path: Path) -> str:
    from sim.jobs.new import sketched, study_text

    return study_text(sketched(_ask, say), printable(str(path)))


def _of_data(path: Path, files: Files) -> tuple[str, str]:
    """Give the text of a study that is planned from answers, and a first look at them."""
    from sim.jobs.data_text import data_study_text
    from sim.jobs.from_data import checked_study, first_look_text, sketch_of
    from sim.reading import ColumnMap, read_answers

    columns = None if files.map is None else ColumnMap.from_file(Path(files.map))
    reading = read_answers([Path(name) for name in files.data], columns=columns)
    near = [relpath(name, path.parent) for name in (*files.data, *filter(None, [files.map]))]
    sketch = sketch_of(reading, near[: len(files.data)], *near[len(files.data) :])
    text = data_study_text(sketch, printable(str(path)))
    return text, first_look_text(checked_study(text), reading)


def study_file_of(files: Files) -> StudyFile:
    """Make of files of answers the study that `new` would write."""
    path = Path(files.data[0])
    return StudyFile(path, read_yaml(_of_data(Path("study.yaml"), files)[0]), {})


def _ask(prompt: str) -> str:
    """Show a prompt, and read the line that is answered."""
    show(prompt, end="")
    line = sys.stdin.readline()
    if not line:
        raise StudyError("new: the answers ended before the questions; nothing is written")
    if not sys.stdin.isatty():
        show(line.strip())  # as a terminal would
    return line
