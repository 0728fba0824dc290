"""The answers of a pilot, read from a file; what is wrong in it is said in one line."""

import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import compose_study
from sim.errors import StudyError
from sim.pilot.data import PilotData
from sim.reading import Expected, files, read_answers

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "scripts"))  # last, so it shadows nothing

synthetic_pilot = import_module("synthetic_pilot")

DOMAINS = ("clinical practice", "strengths")
ROLES = ("mentor", "mentee")
LONG = [
    "participant,role,domain,pre,post",
    "m1,mentor,clinical practice,3,4",
    "m1,mentor,strengths,2,NA",
    "m2,mentor,clinical practice,1,5",
    "m2,mentor,strengths,,3",
    "e1,mentee,clinical practice,2,2",
    "m3,mentor,strengths,5,4",
    "e2,mentee,strengths,4,4",
    "e2,mentee,clinical practice,3,1",
]
WIDE = [
    "participant,role,clinical practice pre,clinical practice post,strengths pre,strengths post",
    "m1,mentor,3,4,2,NA",
    "m2,mentor,1,5,,3",
    "e1,mentee,2,2,,",
    "m3,mentor,,,5,4",
    "e2,mentee,3,1,4,4",
]
MENTORS = [[[3, 4], [2, 0]], [[1, 5], [0, 3]], [[0, 0], [5, 4]]]
MENTEES = [[[2, 2], [0, 0]], [[3, 1], [4, 4]]]


def read_pilot(
    path: Path, points: int, domains: tuple[str, ...], roles: tuple[str, ...]
) -> PilotData:
    """Read answers of a study whose questionnaire is known."""
    return read_answers([path], questionnaire=Expected(points, 1, domains, roles)).data


def read(folder: Path, content: str | bytes, points: int = 5) -> PilotData:
    """Write a file and read it as a pilot."""
    path = folder / "pilot.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_pilot(path, points, DOMAINS, ROLES)


def complaint(folder: Path, content: str | bytes) -> str:
    """Lines that refuse a file."""
    with pytest.raises(StudyError) as caught:
        read(folder, content)
    text = str(caught.value)
    assert text.replace("\n", "").isprintable()
    assert str(folder) not in text
    return text


def changed(lines: list[str], line: int, new: str) -> str:
    """Content of a file of which one line, counted from 1, is another."""
    return "\n".join([*lines[: line - 1], new, *lines[line:]])


def is_the_example(data: PilotData) -> bool:
    """Tell whether the answers are those that the two forms above hold."""
    return (
        data.participants == {"mentor": ("m1", "m2", "m3"), "mentee": ("e1", "e2")}
        and data.scores["mentor"].tolist() == MENTORS
        and data.scores["mentee"].tolist() == MENTEES
    )


@pytest.mark.parametrize("lines", [LONG, WIDE], ids=["long", "wide"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_every_form_is_read(
    tmp_path: Path, lines: list[str], end: str, mark: str, delimiter: str
) -> None:
    """Both forms say the same, with any line end, byte order mark or not, comma or semicolon."""
    text = mark + end.join(lines).replace(",", delimiter) + end
    assert is_the_example(read(tmp_path, text))


def test_what_does_not_matter(tmp_path: Path) -> None:
    """Order, capitals, spaces, underscores, quotes, blank lines and 3.0 do not matter."""
    rows = [line.split(",") for line in LONG]
    swapped = [
        f' "{post}" ,{domain.upper()}, {role} ,{pre},{who}' for who, role, domain, pre, post in rows
    ]
    text = "\n\n" + "\n  \n".join(swapped).replace('" ,', '",').replace(",3,", ",3.0,") + "\n,,,,\n"
    assert is_the_example(read(tmp_path, text))
    wide = changed(WIDE, 1, WIDE[0].replace(" p", "_p").replace("strengths", " Strengths"))
    assert is_the_example(read(tmp_path, wide))


def test_data_say_who_and_how_many(tmp_path: Path) -> None:
    """Roles, people and tables are those of the scores, and the scores cannot be changed."""
    data = read(tmp_path, "\n".join(LONG))
    assert data.roles == ("mentor", "mentee")
    assert (data.n("mentor"), data.n("mentee")) == (3, 2)
    assert data.scores["mentor"].dtype == np.int8
    tables = data.tables("mentor")
    assert tables.shape == (2, 5, 5)
    assert tables.sum() == 3
    assert tables[0, 2, 3] == tables[0, 0, 4] == tables[1, 4, 3] == 1
    with pytest.raises(ValueError, match="read-only"):
        data.scores["mentor"][0, 0, 0] = 1


def test_one_role_is_enough(tmp_path: Path) -> None:
    """A pilot of mentors alone has no mentees."""
    data = read(tmp_path, "\n".join(line for line in LONG if "mentee" not in line))
    assert data.roles == ("mentor",)
    assert data.n("mentee") == 0


CELLS = [
    # form, line, new line, column named, words
    (LONG, 3, "m1,mentor,strength,2,3", "domain", "'strength' is not an item; did you mean 'str"),
    (LONG, 3, "m1,mentor,zzz,2,3", "domain", "known: clinical practice, strengths"),
    (LONG, 4, "m2,mentors,strengths,2,3", "role", "'mentors' must be mentor or mentee; did you"),
    (LONG, 4, "m2,,strengths,2,3", "role", "'' must be mentor or mentee"),
    (LONG, 4, " ,mentor,strengths,2,3", "participant", "must name a participant"),
    (LONG, 2, "m1,mentor,clinical practice,x,4", "pre", "'x' is not a number"),
    (LONG, 2, "m1,mentor,clinical practice,3,=cmd()", "post", "'=cmd()' is not a number"),
    (LONG, 2, "m1,mentor,clinical practice,3,inf", "post", "'inf' is not a number"),
    (LONG, 2, "m1,mentor,clinical practice,3,1e0", "post", "'1e0' must be a whole number"),
    (LONG, 2, "m1,mentor,clinical practice,3.5,4", "pre", "'3.5' must be a whole number"),
    (LONG, 2, 'm1,mentor,clinical practice,"3,5",4', "pre", "'3,5' must be a whole number"),
    (LONG, 2, "m1,mentor,clinical practice,0,4", "pre", "'0' is below 1; it must be a whole"),
    (LONG, 2, "m1,mentor,clinical practice,-2,4", "pre", "'-2' is below 1"),
    (LONG, 2, "m1,mentor,clinical practice,3,6", "post", "'6' is above 5; it must be a whole"),
    (LONG, 2, f"m1,mentor,clinical practice,3,{'9' * 9000}", "post", "must be a whole number"),
    (LONG, 2, f"m1,mentor,clinical practice,3,{'x' * 9000}", "post", "xxx' is not a number"),
    (LONG, 2, "m1,mentor,clinical practice,3,٣", "post", "'٣' is not written in the digits 0"),
    (LONG, 2, "m1,mentor,clinical practice,3,²", "post", "'²' is not written in the digits 0"),
    (LONG, 2, "m1,mentor,clinical practice,3,\x1b[2J", "post", r"'\x1b[2J' is not a number"),
    (LONG, 2, "m1,mentor,clinical practice,3", "post", "is missing; the line has 4 cells, the h"),
    (LONG, 2, "m1", "role", "is missing; the line has 1 cells"),
    (LONG, 2, "m1,mentor,clinical practice,3,4,9", 6, "'9' is one too many; the line has 6 cells"),
    (LONG, 3, "m1,mentor,clinical practice,3,4", "domain", "'m1' stands on line 2 already"),
    (LONG, 6, "m1,mentee,clinical practice,3,4", "role", "'mentee' differs from mentor on line 2"),
    (WIDE, 2, "m1,mentor,3,4,2,six", "strengths post", "'six' is not a number"),
    (WIDE, 3, "m2,mentor,1,7,,3", "clinical practice post", "'7' is above 5"),
    (WIDE, 3, "m1,mentor,1,5,,3", "participant", "'m1' stands on line 2 already"),
    (WIDE, 4, "m1,mentee,1,5,,3", "role", "'mentee' differs from mentor on line 2"),
    (WIDE, 4, "e1,mentee,1,5", "strengths pre", "is missing; the line has 4 cells"),
]


@pytest.mark.parametrize(("lines", "line", "new", "column", "words"), CELLS)
def test_wrong_cells_are_named(
    tmp_path: Path, lines: list[str], line: int, new: str, column: str | int, words: str
) -> None:
    """A wrong row is refused with its line, its column, the value and what is right."""
    text = complaint(tmp_path, changed(lines, line, new))
    name = column if isinstance(column, int) else repr(column)
    assert text.startswith(f"pilot.csv, line {line}, column {name}: ")
    assert words in text


HEADERS = [
    # form, new header, words
    (LONG, "participant,rol,domain,pre,post", "role: no column tells mentor from mentee"),
    (LONG, "participant,role,pre,post", "has 5 cells, the header 4"),
    (LONG, 'participant,role,"domain,pre,post', "opens a quote that does not close"),
    (LONG, "participant,ro\0le,domain,pre,post", "line 2: holds a NUL byte"),
    (LONG, "participant,role,domain,pre,pre", "items: no pair of columns is called 'strengths'"),
    (WIDE, WIDE[0].replace(",strengths post", ",age"), "no pair of columns is called 'strengths'"),
    (WIDE, WIDE[0].replace("strengths", "strenghts"), "did you mean 'strenghts'?"),
    (WIDE, WIDE[0].replace("strengths post", "strenghts post"), "is it 'strenghts post'?"),
]


@pytest.mark.parametrize(("lines", "header", "words"), HEADERS)
def test_wrong_headers_are_named(tmp_path: Path, lines: list[str], header: str, words: str) -> None:
    """A header that leaves out, or misspells, what is needed is refused."""
    assert words in complaint(tmp_path, "\n".join(["", header, *lines[1:]]))


def test_encodings(tmp_path: Path) -> None:
    """UTF-8 with its mark, UTF-16 and Windows-1252 are told apart; a mixture is refused."""
    lines = "\n".join(LONG).replace("m1", "zoë")
    plain = read(tmp_path, lines.encode())
    assert plain.participants["mentor"][0] == "zoë"
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"):
        data = read(tmp_path, lines.encode(encoding))
        assert data.participants == plain.participants
        assert all(np.array_equal(data.scores[r], plain.scores[r]) for r in ROLES)
    mixed = lines.encode() + "\nzoë,mentor,strengths,2,3".encode("cp1252")
    assert "line 10: holds the byte 0xEB, which is no text" in complaint(tmp_path, mixed)


def test_everything_wrong_is_listed_at_once(tmp_path: Path) -> None:
    """Complaints of many lines come together, and beyond twenty are counted."""
    bad = ["participant,role,domain,pre,post"]
    bad += [f"p{i},mentor,strengths,{i + 6},x" for i in range(15)]
    with pytest.raises(StudyError) as caught:
        read(tmp_path, "\n".join(bad))
    lines = str(caught.value).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "and 10 more"
    assert lines[1].startswith("pilot.csv, line 2, column 'post': 'x' is not a number")


@pytest.mark.parametrize("content", ["", "\n\n \r\n", "\ufeff"])
def test_empty_files(tmp_path: Path, content: str) -> None:
    """A file without a line is refused as empty."""
    assert complaint(tmp_path, content).startswith("pilot.csv: is empty")


def test_header_only(tmp_path: Path) -> None:
    """A file without answers is refused, also where spreadsheets leave rows of empty cells."""
    for content in (LONG[0], LONG[0] + "\n,,,,\n"):
        assert complaint(tmp_path, content).startswith("pilot.csv, line 1: no answers stand below")


def test_long_lines(tmp_path: Path) -> None:
    """A line longer than any row of answers is refused with its number."""
    text = complaint(tmp_path, changed(LONG, 4, "x" * 100_001))
    assert text.startswith("pilot.csv, line 4: has 100001 characters")
    assert is_the_example(read(tmp_path, "\n".join(LONG) + "\n" + " " * 99_000))


def test_large_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file larger than any pilot's is refused before it is read."""
    monkeypatch.setattr(files, "LARGEST_FILE", 100)
    assert "is larger than 100 bytes" in complaint(tmp_path, "\n".join(LONG))


@pytest.mark.parametrize("time", ["before", "after"])
def test_domains_that_nobody_answered(tmp_path: Path, time: str) -> None:
    """A domain without a complete pair of a role is refused, in both forms."""
    empty = ",3," if time == "before" else ",,3"
    lines = [
        line if "strengths" not in line else line[: line.index("hs") + 2] + empty for line in LONG
    ]
    text = complaint(tmp_path, "\n".join(lines))
    assert "items: no mentor answered 'strengths' before and after" in text
    wide = [WIDE[0], "m1,mentor,1,2,3,", "m2,mentor,1,2,,3"]
    text = complaint(tmp_path, "\n".join(wide))
    assert "items: no mentor answered" in text


def test_roles_of_one(tmp_path: Path) -> None:
    """A role with one participant is refused with the line of that one."""
    lines = [line for line in LONG if not line.startswith("e2")]
    text = complaint(tmp_path, "\n".join(lines))
    assert text == "mentee: has one participant only; at least 2 are needed"


@pytest.mark.parametrize("name", ["absent.csv", "a" * 5000, "nul\0.csv", "esc\x1b.csv", "\udcff"])
def test_files_that_are_not_there(tmp_path: Path, name: str) -> None:
    """A file that does not exist, or cannot, is refused in one line that can be printed."""
    with pytest.raises(StudyError, match=r"no such file|cannot be read") as caught:
        read_pilot(tmp_path / name, 5, DOMAINS, ROLES)
    assert str(caught.value).isprintable()
    assert str(tmp_path) not in str(caught.value)


def test_folders_and_devices(tmp_path: Path) -> None:
    """A folder, and a device that never ends, are refused before anything is read."""
    with pytest.raises(StudyError, match=f"^{tmp_path.name}: is a folder; name a file of answers$"):
        read_pilot(tmp_path, 5, DOMAINS, ROLES)
    with pytest.raises(StudyError, match=r"^zero: is not a file"):
        read_pilot(Path("/dev/zero"), 5, DOMAINS, ROLES)


@given(
    line=st.integers(0, len(LONG) - 1),
    place=st.integers(0, 40),
    cut=st.integers(0, 5),
    new=st.binary(max_size=6) | st.sampled_from([b'"', b",", b";", b"\0", b"\r", b"\xff", b"NA"]),
)
def test_damaged_files(
    tmp_path_factory: pytest.TempPathFactory, line: int, place: int, cut: int, new: bytes
) -> None:
    """Whatever is damaged in a file, it is read or refused in one line, never with a traceback."""
    for lines in (LONG, WIDE):
        broken = [text.encode() for text in lines]
        line %= len(broken)
        broken[line] = broken[line][:place] + new + broken[line][place + cut :]
        path = tmp_path_factory.getbasetemp() / "damaged.csv"
        path.write_bytes(b"\n".join(broken))
        said = outcome(path)
        assert said.replace("\n", "").isprintable()
        assert "impossible" not in said


def outcome(path: Path) -> str:
    """Read a file; say what is wrong in it, or nothing where it gives scores that are possible."""
    try:
        data = read_pilot(path, 5, DOMAINS, ROLES)
    except StudyError as error:
        return str(error)
    possible = [((scores >= 0) & (scores <= 5)).all() for scores in data.scores.values()]
    return "" if all(possible) else "impossible scores"


def test_the_synthetic_pilot() -> None:
    """The example file is what its script writes, and reads as 12 mentors and 10 mentees."""
    assert synthetic_pilot.TARGET.read_bytes() == synthetic_pilot.text().encode()
    data = read_pilot(synthetic_pilot.TARGET, 5, compose_study([]).domains, ROLES)
    assert (data.n("mentor"), data.n("mentee")) == (12, 10)
    assert all(
        name.startswith("synthetic-") for role in data.roles for name in data.participants[role]
    )
    assert [int((data.scores[role] == 0).sum()) for role in data.roles] == [3, 3]
