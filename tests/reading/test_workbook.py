"""Workbooks are read as text files are; a hostile one is a line, and costs nothing."""

import re
import zipfile
from pathlib import Path

import pytest

from sim.errors import StudyError
from sim.reading import Expected, read_answers

TYPES = (
    '<?xml version="1.0"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"


def sheet(rows: list[list[str | int]]) -> str:
    """Write the part of a sheet; a text that begins with = is a formula with the value 4."""
    lines = [
        f'<row r="{r}">' + "".join(cell(r, c, value) for c, value in enumerate(row)) + "</row>"
        for r, row in enumerate(rows, 1)
    ]
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def cell(row: int, column: int, value: str | int) -> str:
    """Write a cell."""
    place = f'r="{chr(65 + column)}{row}"'
    if isinstance(value, int):
        return f"<c {place}><v>{value}</v></c>"
    if value.startswith("="):
        return f"<c {place}><f>{value[1:]}</f><v>4</v></c>"
    return f'<c {place} t="inlineStr"><is><t>{value}</t></is></c>'


def workbook(path: Path, *parts: str, names: tuple[str, ...] = ("answers",), **more: bytes) -> Path:
    """Write a workbook of some sheets, with more parts by name."""
    sheets = [
        f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}"/>' for i, name in enumerate(names, 1)
    ]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", relations(f"{OFFICE}/officeDocument", "xl/workbook.xml"))
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{"".join(sheets)}</sheets>'
            "</workbook>",
        )
        targets = [f"worksheets/sheet{i}.xml" for i in range(1, len(parts) + 1)]
        archive.writestr("xl/_rels/workbook.xml.rels", relations(f"{OFFICE}/worksheet", *targets))
        for target, part in zip(targets, parts, strict=True):
            archive.writestr(f"xl/{target}", part)
        for name, content in more.items():
            archive.writestr(f"xl/{name}.bin", content)
    return path


def relations(kind: str, *targets: str) -> str:
    """Write a part of relations."""
    each = [
        f'<Relationship Id="rId{i}" Type="{kind}" Target="{target}"/>'
        for i, target in enumerate(targets, 1)
    ]
    return f'<Relationships xmlns="{RELS}">{"".join(each)}</Relationships>'


ROWS: list[list[str | int]] = [
    ["participant", "q pre", "q post"],
    ["P1", 3, "=B2+1"],
    ["P2", 2, 5],
]


def refusal(path: Path) -> str:
    """Give the line that refuses a file."""
    with pytest.raises(StudyError) as caught:
        read_answers([path], questionnaire=Expected(5))
    (fault,) = caught.value.faults
    return str(fault)


def test_a_workbook_is_read(tmp_path: Path) -> None:
    """Values are read, those of formulas as they were last computed."""
    path = workbook(tmp_path / "answers.xlsx", sheet(ROWS))
    data = read_answers([path], questionnaire=Expected(5)).data
    assert data.scores["participant"].tolist() == [[[3, 4]], [[2, 5]]]


def test_two_sheets(tmp_path: Path) -> None:
    """Sheets called as times are two files; of other sheets the first is read, which is said."""
    before = sheet([["code", "q"], ["P1", 3], ["P2", 2]])
    after = sheet([["code", "q"], ["P1", 4], ["P2", 5]])
    path = workbook(tmp_path / "answers.xlsx", after, before, names=("Post course", "Pre course"))
    reading = read_answers([path], questionnaire=Expected(5))
    assert reading.data.scores["participant"].tolist() == [[[3, 4]], [[2, 5]]]
    assert "answers.xlsx: Pre course is read as before" in " ".join(reading.notes)
    again = read_answers([path], columns=reading.columns).data
    assert again.scores["participant"].tolist() == [[[3, 4]], [[2, 5]]]
    path = workbook(tmp_path / "answers.xlsx", sheet(ROWS), after, names=("answers", "codebook"))
    reading = read_answers([path], questionnaire=Expected(5))
    assert "answers.xlsx: sheet answers is read, and not codebook." in reading.notes


def test_errors_are_no_gaps(tmp_path: Path) -> None:
    """A formula that failed is complained of with its place; #N/A is no answer."""
    part = sheet([*ROWS, ["P3", 1, 2]])
    for place, text in (("B3", "#N/A"), ("C4", "#DIV/0!")):
        part = re.sub(
            rf'<c r="{place}">.*?</c>',
            f'<c r="{place}" t="e"><f>1/0</f><v>{text}</v></c>',
            part,
        )
    path = workbook(tmp_path / "answers.xlsx", part)
    assert refusal(path).startswith(
        "answers.xlsx, line 4, column 'q post': '#DIV/0!' is not a number"
    )
    path = workbook(tmp_path / "answers.xlsx", part.replace("#DIV/0!", "#NULL!"))
    data = read_answers([path], questionnaire=Expected(5)).data
    assert data.scores["participant"].tolist() == [[[3, 4]], [[0, 5]], [[1, 0]]]


def test_hostile_workbooks_are_a_line(tmp_path: Path) -> None:
    """Bombs, far cells, many rows, document types, old files and torn ones are each one line."""
    path = tmp_path / "answers.xlsx"
    assert "unpacks to more than" in refusal(workbook(path, sheet(ROWS), bomb=b"\0" * 210_000_000))
    far = sheet(ROWS).replace('r="C3"', 'r="XFD1048576"')
    assert "reaches to row 1048576 and column 16384" in refusal(workbook(path, far))
    many = sheet(ROWS).replace('<row r="3">', '<row r="1000000">')
    assert "reaches to row 1000000" in refusal(workbook(path, many))
    typed = f'<!DOCTYPE a [<!ENTITY b "c">]>{sheet(ROWS)}'
    assert "holds a document type" in refusal(workbook(path, typed))
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert "of an old kind (.xls) or with a password" in refusal(path)
    whole = workbook(path, sheet(ROWS)).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "is damaged, or no workbook" in refusal(path)
    path.write_bytes(b"participant,q pre,q post\n")
    assert "is damaged, or no workbook" in refusal(path)


def test_a_part_that_is_larger_than_it_says(tmp_path: Path) -> None:
    """A part is unpacked before it is trusted: one of another size than it states is refused."""
    path = workbook(tmp_path / "answers.xlsx", sheet(ROWS), bomb=b"\0" * 1_000_000)
    data = path.read_bytes().replace((1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path.write_bytes(data)
    assert "is damaged, or no workbook" in refusal(path)


def test_nothing_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook with a link to elsewhere is read without a connection."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr("socket.socket.connect", refuse)
    link = sheet([*ROWS, ["P3", 1, "=[1]other!A1"]])
    path = workbook(tmp_path / "answers.xlsx", link)
    data = read_answers([path], questionnaire=Expected(5)).data
    assert data.n("participant") == 3
