"""Cells of a workbook that hold an error, which its reader takes for empty ones."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape

Errors = dict[tuple[int, int], str]
"""Text of each, such as ``#DIV/0!``, by row and column from 0."""
_TAG = r"<(?:\w+:)?{}\b([^>]*)>"
_SHEET, _RELATION = (re.compile(_TAG.format(name)) for name in ("sheet", "Relationship"))
_CELL = re.compile(rb'<(?:\w+:)?c\b([^>]*\bt="e"[^>]*)>.*?<(?:\w+:)?v>([^<]*)<', re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,9})"')


def error_cells(data: bytes, name: str) -> Errors:
    """Find them on a sheet; none where the workbook is not laid out as usual.

    Parameters
    ----------
    data : bytes
        A workbook that has been checked.
    name : str
        The sheet's.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        part = _part_of(archive, name)
        content = archive.read(part) if part in archive.namelist() else b""
    errors: Errors = {}
    for attributes, text in _CELL.findall(content):
        if place := _PLACE.search(attributes):
            errors[int(place[2]) - 1, column_number(place[1]) - 1] = unescape(text.decode())
    return errors


def column_number(letters: bytes) -> int:
    """Count a column from 1 by its letters."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _part_of(archive: zipfile.ZipFile, name: str) -> str:
    """Name the part that holds a sheet."""
    book, relations = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
    if not {book, relations} <= set(archive.namelist()):
        return ""
    sheets = _attributes(_SHEET, archive.read(book))
    links = {each.get("Id"): each.get("Target", "") for each in
             _attributes(_RELATION, archive.read(relations))}  # fmt: skip
    number = next((each.get("r:id") for each in sheets if each.get("name") == name), None)
    target = links.get(number, "")
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _attributes(tag: re.Pattern[str], content: bytes) -> list[dict[str, str]]:
    text = content.decode("utf-8", "replace")
    pairs = (re.findall(r'([\w:]+)="([^"]*)"', inside) for inside in tag.findall(text))
    return [{key: unescape(value) for key, value in each} for each in pairs]
