"""A justification as a Word document; imported late, for python-docx is no small thing."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from sim.report.document.model import Document, Paragraph, Picture, Section, Table
from sim.report.document.words import Blank, Cell, short, typeset, words_of
from sim.report.printers.word_columns import PAGE, column_widths, letter_size

Element = Any
"""A part of python-docx's document, which has no types for most of them."""
FONT = "Calibri"
INK, SOFT = RGBColor(0x1F, 0x3A, 0x5F), RGBColor(0x59, 0x59, 0x59)
HEAD, ANSWER, GAP, RULE = "E4EAF2", "EEF4FA", "FFF2B3", "B8C4D3"
"""Fills of head rows, the answer and blanks; lines of tables."""
LONG_AGO = datetime(2000, 1, 1)  # noqa: DTZ001  Word keeps no zone
"""Date of every document: the same content is the same file."""
SHORT = 12
"""Rows up to which a table stays on one page."""


def word(content: Document) -> bytes:
    """Write a justification as a Word document.

    Parameters
    ----------
    content : Document
        What to write.

    Returns
    -------
    bytes
        A .docx; the same bytes at any time and place for the same content.
    """
    document = docx.Document()
    _settings(document, content)
    _title(document, content)
    for item in content.sections:
        _item(document, item)
    document.add_heading("References", 1)
    for reference in content.references:
        _runs(document.add_paragraph(style="List Bullet"), reference)
    raw = io.BytesIO()
    document.save(raw)
    return _timeless(raw.getvalue())


def _settings(document: WordDocument, content: Document) -> None:
    """Set page, styles, language, properties and page numbers."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin, section.bottom_margin = Cm(2.2), Cm(2)
    _styles(document)
    properties = document.core_properties
    properties.title = f"Sample size justification: {content.title}"[:255]
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.language = "en-GB"
    properties.created = properties.modified = LONG_AGO
    properties.revision = 1
    _footer(section.footer.paragraphs[0], content)


def _styles(document: WordDocument) -> None:
    sizes = {"Normal": 10.5, "Title": 20, "Heading 1": 13.5, "List Bullet": 10.5}
    for name, size in sizes.items():
        style: Element = document.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{script}"), FONT)
        for script in ("asciiTheme", "hAnsiTheme", "cstheme", "eastAsiaTheme"):
            fonts.attrib.pop(qn(f"w:{script}"), None)
        style.paragraph_format.space_after = Pt(6)
        if name in ("Title", "Heading 1"):
            style.font.color.rgb = INK
    heading: Element = document.styles["Heading 1"]
    heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(14), Pt(2)
    bullets: Element = document.styles["List Bullet"]
    bullets.paragraph_format.space_after = Pt(3)
    defaults: Element = document.styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}")
    language = defaults.find(qn("w:lang"))
    language.set(qn("w:val"), "en-GB")
    language.set(qn("w:eastAsia"), "en-GB")


def _title(document: WordDocument, content: Document) -> None:
    small = document.add_paragraph()
    small.paragraph_format.space_after = Pt(0)
    run = small.add_run("Sample size justification")
    run.font.size, run.font.color.rgb = Pt(12), SOFT
    document.add_paragraph(content.title, style="Title")


def _item(document: WordDocument, item: Section) -> None:
    document.add_heading(words_of(typeset(item.heading)), 1)
    if item.labels:
        labels = document.add_paragraph()
        labels.paragraph_format.keep_with_next = True
        labels.paragraph_format.space_after = Pt(4)
        run = labels.add_run("; ".join(item.labels))
        run.italic, run.font.size, run.font.color.rgb = True, Pt(9), SOFT
    for block in item.blocks:
        if isinstance(block, Table):
            _table(document, block)
        elif isinstance(block, Picture):
            _picture(document, block)
        else:
            _paragraph(document, block)
    if item.is_apart:
        document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _picture(document: WordDocument, block: Picture) -> None:
    """Set a picture across the page; its caption is part of it."""
    shape = document.add_picture(io.BytesIO(block.png), width=PAGE)
    shape._inline.docPr.set("descr", block.alt)  # noqa: SLF001  python-docx has no other way


def _paragraph(document: WordDocument, block: Paragraph) -> None:
    style = "List Bullet" if block.kind in ("entry", "warning") else None
    paragraph = document.add_paragraph(style=style)
    _runs(paragraph, block.parts, bold=block.kind == "answer")
    if block.kind not in ("answer", "statement"):
        return
    properties = paragraph.paragraph_format.element.get_or_add_pPr()
    borders = OxmlElement("w:pBdr")
    for side, size in (("top", 4), ("left", 36), ("bottom", 4), ("right", 4)):
        colour = "1F3A5F" if side == "left" else ANSWER
        _child(borders, f"w:{side}", val="single", sz=str(size), space="6", color=colour)
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )
    borders.addnext(_element("w:shd", val="clear", color="auto", fill=ANSWER))
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Cm(0.25)
    paragraph.paragraph_format.space_before = Pt(8)
    paragraph.paragraph_format.space_after = Pt(12)
    for run in paragraph.runs:
        run.font.size = Pt(12)


def _runs(
    paragraph: Element, parts: Cell, *, bold: bool = False, size: float | None = None
) -> None:
    """Set parts in a row; blanks are marked."""
    for part in typeset(parts):
        run = paragraph.add_run(part.text if isinstance(part, Blank) else part)
        run.bold = bold or isinstance(part, Blank) or None
        if size is not None:
            run.font.size = Pt(size)
        if isinstance(part, Blank):
            _fill(run._element.get_or_add_rPr(), GAP)  # noqa: SLF001


def _table(document: WordDocument, content: Table) -> None:
    if content.caption:
        caption = document.add_paragraph()
        caption.paragraph_format.keep_with_next = True
        caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(6), Pt(3)
        _runs(caption, content.caption, bold=True, size=10)
    table = document.add_table(rows=1 + len(content.rows), cols=len(content.head))
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    table.autofit = False
    _borders(table)
    widths, size = column_widths(content), letter_size(len(content.head))
    for r, cells in enumerate((content.head, *content.rows)):
        row = table.rows[r]
        _row_rules(row, head=r == 0)
        for c, (cell, parts) in enumerate(zip(row.cells, cells, strict=True)):
            cell.width = widths[c]
            _cell(cell, parts, number=c >= content.left, head=r == 0, size=size)
            if c == 0 and not parts:
                _join(table.rows[r - 1].cells[0], cell)
            # short tables stay on one page, and no long one leaves a row or two behind
            together = r < (len(content.rows) if len(content.rows) <= SHORT else 3)
            cell.paragraphs[0].paragraph_format.keep_with_next = together
    for c, column in enumerate(table.columns):
        column.width = widths[c]
    after = document.add_paragraph()
    after.paragraph_format.space_after = Pt(4)
    after.paragraph_format.line_spacing = Pt(4)


def _cell(cell: Element, parts: Cell, *, number: bool, head: bool, size: float) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = paragraph.paragraph_format.space_before = Pt(1.5)
    if number:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _runs(paragraph, parts, bold=head, size=size)
    if head or words_of(parts) == "missing":
        _fill(cell._tc.get_or_add_tcPr(), HEAD if head else GAP)  # noqa: SLF001


def _borders(table: Element) -> None:
    properties = table._tbl.tblPr  # noqa: SLF001
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        _child(borders, f"w:{side}", val="single", sz="4", space="0", color=RULE)
    properties.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    margins = OxmlElement("w:tblCellMar")
    properties.insert_element_before(margins, "w:tblLook")
    for side in ("left", "right"):
        _child(margins, f"w:{side}", w="80", type="dxa")


def _row_rules(row: Element, *, head: bool) -> None:
    """Repeat head rows on every page; let no row break across pages."""
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001
    _child(properties, "w:cantSplit")
    if head:
        _child(properties, "w:tblHeader")


def _join(above: Element, cell: Element) -> None:
    """Let a cell go on below itself."""
    _child(above._tc.get_or_add_tcPr(), "w:vMerge", val="restart")  # noqa: SLF001
    _child(cell._tc.get_or_add_tcPr(), "w:vMerge")  # noqa: SLF001


def _fill(properties: Element, colour: str) -> None:
    _child(properties, "w:shd", val="clear", color="auto", fill=colour)


def _footer(paragraph: Element, content: Document) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for words, field in ((f"{short(content.title)}  |  Page ", "PAGE"), (" of ", "NUMPAGES")):
        runs = paragraph.add_run(words), paragraph.add_run("1")  # a number that Word counts anew
        for run in runs:
            run.font.size, run.font.color.rgb = Pt(8.5), SOFT
        counted = _child(paragraph._p, "w:fldSimple", instr=f" {field} ")  # noqa: SLF001
        counted.append(runs[1]._element)  # noqa: SLF001


def _child(parent: Element, tag: str, **attributes: str) -> Element:
    child = _element(tag, **attributes)
    parent.append(child)
    return child


def _element(tag: str, **attributes: str) -> Element:
    return OxmlElement(tag, {qn(f"w:{name}"): value for name, value in attributes.items()})


def _timeless(raw: bytes) -> bytes:
    """Pack a document anew, in the order of names and without the clock."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        names = sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        for name in names:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
            new.writestr(info, old.read(name))
    return out.getvalue()
