"""The first page of the form is the statement and its figure; the statement stands alone too."""

import io
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from oracles.saved import HOSTILE, hostile_study, saved_plan

from sim.report.charts.curves import power_curve
from sim.report.charts.figure import Figure
from sim.report.contents import STATEMENT
from sim.report.document.model import Document, Paragraph, Picture
from sim.report.document.words import typeset, words_of
from sim.report.justification import justification, statement_text, write_justification
from sim.report.printers.markdown import markdown
from sim.report.printers.word import word
from sim.report.saved import SavedRun
from sim.report.topics.statement import count_words, statement


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> SavedRun:
    """A plan of two sizes."""
    return saved_plan(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def form(run: SavedRun) -> Document:
    """Its form."""
    return justification(run)


def read_word(form: Document) -> WordDocument:
    """Write the Word file and read it back."""
    return docx.Document(io.BytesIO(word(form)))


def first_page(document: WordDocument) -> Iterator[str]:
    """Texts of the paragraphs before the first page break, after the title."""
    for paragraph in document.paragraphs:
        if any(br.get(qn("w:type")) == "page" for br in paragraph._p.iter(qn("w:br"))):
            return
        yield paragraph.text
    raise AssertionError("no page break")


def test_the_statement_comes_first_with_its_figure(run: SavedRun, form: Document) -> None:
    """The first section is the statement of the answer and the power curve, and nothing else."""
    first = form.sections[0]
    told, picture = first.blocks
    assert (first.heading, first.is_apart) == (STATEMENT, True)
    assert not any(section.is_apart for section in form.sections[1:])
    assert told == statement(run.answer)
    assert isinstance(picture, Picture)
    figure = power_curve(run.answer)
    assert isinstance(figure, Figure)
    assert (picture.name, picture.caption, picture.alt) == (
        figure.name, figure.caption, figure.alt
    )  # fmt: skip
    assert picture.png.startswith(b"\x89PNG")


def test_the_picture_stands_in_the_word_file(form: Document) -> None:
    """It is that of the form, within the margins, and has words for those who cannot see it."""
    document = read_word(form)
    (shape,) = document.inline_shapes
    (picture,) = (block for block in form.sections[0].blocks if isinstance(block, Picture))
    assert shape._inline.docPr.get("descr") == picture.alt
    (kept,) = (part.blob for part in document.part.package.iter_parts()
               if part.content_type == "image/png")  # fmt: skip
    assert kept == picture.png
    section = document.sections[0]
    assert all((section.page_width, section.left_margin, section.right_margin))
    room = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
    assert 0.9 * room < shape.width <= room + 1000  # a thousandth of a millimetre, or three


def test_the_first_page_holds_the_statement_alone(form: Document) -> None:
    """A page is broken after it, once; the sections of the annex come after that."""
    document = read_word(form)
    page = [*first_page(document)]
    told = form.sections[0].blocks[0]
    assert isinstance(told, Paragraph)
    assert words_of(typeset(told.parts)) in page
    assert STATEMENT in page
    others = [words_of(typeset(section.heading)) for section in form.sections[1:]]
    assert not {*others} & {*page}
    assert {*others} <= {paragraph.text for paragraph in document.paragraphs}
    breaks = [br for br in document.element.iter(qn("w:br")) if br.get(qn("w:type")) == "page"]
    assert len(breaks) == 1


def test_the_caption_stands_for_the_figure_in_markdown(form: Document) -> None:
    """Markdown holds no picture: what the figure says stands there in words."""
    (picture,) = (block for block in form.sections[0].blocks if isinstance(block, Picture))
    begin = markdown(form).split(f"## {STATEMENT}\n")[1].split("\n## ")[0]
    first_words = words_of(typeset(picture.caption)).split()[:6]
    assert " ".join(first_words) in " ".join(begin.replace("\\", "").split())
    assert "![" not in begin


def test_the_statement_stands_alone(run: SavedRun, form: Document, tmp_path: Path) -> None:
    """statement.txt is the first section's paragraph, one line of at most 120 words."""
    names = [path.name for path in write_justification(run, tmp_path)]
    assert "statement.txt" in names
    alone = (tmp_path / "statement.txt").read_text(encoding="utf-8")
    assert alone == statement_text(form)
    assert alone.endswith("\n")
    assert alone.count("\n") == 1
    told = form.sections[0].blocks[0]
    assert isinstance(told, Paragraph)
    assert alone == words_of(typeset(told.parts)) + "\n"
    assert count_words(told.parts) <= 120


def test_one_size_has_no_picture(tmp_path: Path) -> None:
    """Where one size was studied there is no curve, and the statement stands alone."""
    form = justification(saved_plan(tmp_path, design={"n": (12,)}))
    (told,) = form.sections[0].blocks
    assert isinstance(told, Paragraph)
    document = read_word(form)
    assert not len(document.inline_shapes)
    assert words_of(typeset(told.parts)) in [*first_page(document)]


@pytest.mark.parametrize("name", ["markup", "formula", "long"])
def test_hostile_names_are_written_as_words(name: str, tmp_path: Path) -> None:
    """No name of the user's is markup in the picture's words, nor keeps the form from existing."""
    form = justification(saved_plan(tmp_path, hostile_study(name)))
    (shape,) = read_word(form).inline_shapes
    alt = shape._inline.docPr.get("descr")
    assert alt
    assert len(alt) < 5000
    assert HOSTILE[name][:12].strip() in alt
