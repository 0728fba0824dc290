"""Answers are read in the page as on the command line, planned from, and kept by nobody."""

import json
import re
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from oracles.tabs import new_tab, press, shown

from sim.jobs.data_text import data_study_text
from sim.jobs.from_data import sketch_of
from sim.page import data_in
from sim.page.browser_tab import BrowserTab
from sim.page.runs import Places
from sim.pilot.data import PilotData
from sim.reading import read_answers
from sim.study import Study, parse_study
from sim.study.yaml_text import read_yaml

EXPORTS = Path(__file__).resolve().parent.parent / "data" / "exports"
TOLD = {
    "qualtrics": ["export_qualtrics.csv"],
    "google": ["export_google_forms_before.csv", "export_google_forms_after.csv"],
    "redcap": ["export_redcap.csv"],
}
"""Exports that need no word of ours."""
SCALE_OPEN = ["decimal_comma.csv", "excel_sep_line.csv", "id_1_and_1.0.csv", "tidy_time_rows.csv"]
"""Files that do not tell where their scale ends."""
ALONE = ["missing_NaN.csv", "tab_with_comma.csv"]
"""Files of one person, of whom no study is planned."""


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserTab]:
    """A tab, which leaves no file behind when it is closed."""
    folder = tmp_path_factory.mktemp("temporary")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(folder))
        own = new_tab(Places(1))
        yield own
        own.close()
    assert list(folder.iterdir()) == []


def chosen(tab: BrowserTab, *files: tuple[str, bytes]) -> dict[str, Any]:
    """Choose files; give what the page shows of them, by the end of its place."""
    message = [{"name": name, "content": b64encode(data).decode()} for name, data in files]
    return pressed(tab, "answers", json.dumps(message))


def pressed(tab: BrowserTab, what: str, text: str = "") -> dict[str, Any]:
    """Press a button; give what the part of the answers shows."""
    press(tab, {"scope": "a", "what": what, "text": text})
    updates = shown(tab)
    every = {**updates["html"], **updates["value"], **updates["hidden"]}
    return {place.removeprefix("a-data-"): value for place, value in every.items()}


def named(*names: str) -> list[tuple[str, bytes]]:
    """Files of answers with their bytes."""
    return [(name, (EXPORTS / name).read_bytes()) for name in names]


@pytest.mark.parametrize("tool", TOLD)
def test_an_export_is_planned_from(tab: BrowserTab, tool: str) -> None:
    """Notes, a first look and one press: the study of `mentorsim new`, and of the plain form."""
    found = chosen(tab, *named(*TOLD[tool]))
    assert (found["error"], found["read"]) == ("", False)
    reading = read_answers([EXPORTS / name for name in TOLD[tool]])
    assert all(note.split(":")[0] in found["seen"] for note in reading.notes)
    assert "How they moved" in found["seen"]
    assert found["seen"].count("<svg") == 3
    pressed(tab, "planned")
    study = tab.scenarios["a"].study()
    text = data_study_text(sketch_of(reading, TOLD[tool]), "FILE")
    stated = parse_study(read_yaml(text))
    assert study.with_(design=stated.design) == stated  # but that the page searches less far
    found = chosen(tab, ("plain.csv", plain(reading.data)))
    pressed(tab, "again", json.dumps([found["map"], "5", str(reading.data.lowest)]))
    pressed(tab, "planned")
    assert numbers(tab.scenarios["a"].study()) == numbers(study)


def plain(data: PilotData) -> bytes:
    """Write the answers of one role in the plain form, a row an item of a person."""
    (people,) = data.scores.values()
    written = [["" if score == 0 else str(score - 1 + data.lowest) for score in item]
               for person in people for item in person.tolist()]  # fmt: skip
    lines = [
        f"p{k // len(data.domains)},participant,{data.domains[k % len(data.domains)]},{pre},{post}"
        for k, (pre, post) in enumerate(written)
    ]
    return "\n".join(["participant,role,domain,pre,post", *lines]).encode()


def numbers(study: Study) -> list[Any]:
    """All that a study has taken from answers, without the names."""
    effect = study.effect.model_dump(exclude={"assumption"})
    items = [item.model_dump() for item in study.questionnaire.items.values()]
    rates = study.missing.rate, study.missing.item_rate
    return [effect, items, rates, study.correlation.pre_post, study.correlation.items]


@pytest.mark.parametrize("name", SCALE_OPEN)
def test_what_a_file_does_not_tell_is_typed(tab: BrowserTab, name: str) -> None:
    """Where the scale ends is a complaint until it is typed; then the map that says so is kept."""
    found = chosen(tab, *named(name))
    assert "does not tell where the scale ends" in found["error"]
    assert found["seen"] == ""
    found = pressed(tab, "again", json.dumps([found["map"], "5", "1"]))
    assert found["error"] == ""
    assert "points: 5" in found["map"]
    assert "Save the map" in found["seen"]
    pressed(tab, "planned")
    pilot = tab.scenarios["a"].study().pilot
    assert pilot is not None
    assert (pilot.data, pilot.map) == ((name,), "map.yaml")


@pytest.mark.parametrize("name", ALONE)
def test_no_study_is_planned_of_one_person(tab: BrowserTab, name: str) -> None:
    """A line says so; what the form had stays, and nothing can be planned from."""
    found = chosen(tab, *named(name))
    before = tab.scenarios["a"]
    found = pressed(tab, "again", json.dumps([found["map"], "5", "1"]))
    assert "at least 2" in found["error"]
    assert pressed(tab, "planned") == {}
    assert tab.scenarios["a"] is before


def test_every_complaint_has_its_place(tab: BrowserTab) -> None:
    """Two wrong cells are two lines, each with file, line and column."""
    rows = [f"p{k},{1 + k % 5},{5 - k % 5}" for k in range(12)]
    rows[3], rows[7] = "p3,elephant,2", "p7,3,17"
    found = chosen(tab, ("a.csv", "\n".join(["id,calm pre,calm post", *rows]).encode()))
    found = pressed(tab, "again", json.dumps([found["map"], "5", "1"]))
    first, second = re.findall("<li>(.*?)</li>", found["error"])
    assert first.startswith("a.csv, line 5, column 'calm pre'")
    assert second.startswith("a.csv, line 9, column 'calm post'")
    assert found["read"] is False  # the map is there to be mended


def test_what_is_no_file_of_answers_is_a_line(
    tab: BrowserTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hostile workbook, a large or an empty file, another kind of file or of message: a line."""
    monkeypatch.setattr(data_in, "MOST_BYTES", 1000)
    wrong = [
        [("bomb.xlsx", b"PK" + bytes(500))],
        [("large.csv", bytes(1001))],
        [("empty.csv", b"")],
        [("../../etc/passwd", b"x")],
        [(f"{k}.csv", b"a,b\n1,2\n") for k in range(3)],
    ]
    for files in wrong:
        found = chosen(tab, *files)
        assert found["error"].count("<li>") == 1, files
        assert (found["seen"], found["status"]) == ("", "Not read: 1 complaint.")
    for message in ("", "3", "[3]", '[{"name": "a.csv"}]', '[{"name": "a.csv", "content": "?"}]'):
        assert pressed(tab, "answers", message)["error"].count("<li>") == 1, message


def test_files_are_forgotten(tab: BrowserTab) -> None:
    """What is forgotten is removed at once, and no other folder is written to."""
    found = chosen(tab, ("../up/a b.csv", named("export_redcap.csv")[0][1]))
    folder = Path(tempfile.gettempdir())
    assert found["status"] == "a b.csv can be planned from."
    assert [path.name for path in folder.rglob("*.csv")] == ["a b.csv"]
    assert pressed(tab, "forget")["read"] is True
    assert not list(folder.rglob("*.csv"))
    assert pressed(tab, "planned") == {}
