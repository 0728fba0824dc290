"""Workbooks are read as text files are; a hostile one is a line, and costs nothing."""

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


def workbook(path: Path, part: str, **more: bytes) -> Path:
    """Write a workbook of one sheet, with more parts by name."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", relation(f"{OFFICE}/officeDocument", "xl/workbook.xml"))
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            '<sheet name="answers" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels", relation(f"{OFFICE}/worksheet", "worksheets/sheet1.xml")
        )
        archive.writestr("xl/worksheets/sheet1.xml", part)
        for name, content in more.items():
            archive.writestr(f"xl/{name}.bin", content)
    return path


def relation(kind: str, target: str) -> str:
    """Write a part of relations."""
    return (
        f'<Relationships xmlns="{RELS}"><Relationship Id="rId1" Type="{kind}" Target="{target}"/>'
        "</Relationships>"
    )


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
