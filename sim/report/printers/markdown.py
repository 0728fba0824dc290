"""A justification in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sim.report.document.model import Block, Document, Picture, Section, Table, in_runs
from sim.report.document.words import Blank, Cell, typeset


def markdown(document: Document) -> str:
    """Write a justification in Markdown (GitHub's, for its tables).

    Parameters
    ----------
    document : Document
        What to write.

    Returns
    -------
    str
        Ends in a line break; the user's words are escaped.
    """
    parts = [f"# Sample size justification: {escape(document.title)}"]
    for item in document.sections:
        parts.extend(_item(item))
    parts.append("## References")
    parts.append("\n".join(f"- {_cell(reference)}" for reference in document.references))
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    r"""Take the meaning from marks that Markdown or HTML would read.

    Examples
    --------
    >>> print(escape("a|b *c* <i>"))
    a\|b \*c\* &lt;i&gt;
    """
    marked = re.sub(r"([\\`*_\[\]|~$#{}!])", r"\\\1", text)
    plain = marked.replace("&", "&amp;").replace(">", "&gt;")
    return re.sub(r"<(?!\d)", "&lt;", plain)  # before a digit it begins no tag


def _item(item: Section) -> Iterator[str]:
    yield f"## {_cell(item.heading)}"
    if item.labels:
        yield f"*{'; '.join(map(escape, item.labels))}*"
    for is_list, blocks in in_runs(item.blocks):
        yield ("\n" if is_list else "\n\n").join(map(_block, blocks))


def _block(block: Block) -> str:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Picture):
        return f"*{_cell(block.caption)}*"
    written = _inline(block.parts)
    marks = {"answer": f"> **{written}**", "statement": f"> {written}", "plain": written}
    return marks.get(block.kind, f"- {written}")


def _inline(parts: Cell) -> str:
    """Write parts in a row; what would begin a list or heading there does not."""
    written = re.sub(r"^([-+=])", r"\\\1", _cell(parts))
    return re.sub(r"^(\d+)([.)])(?=\s|$)", r"\1\\\2", written)


def _table(table: Table) -> str:
    rule = [":--" if column < table.left else "--:" for column in range(len(table.head))]
    lines = [_row([_inline(cell) for cell in table.head]), _row(rule)]
    lines += [_row([_cell(cell) for cell in row]) for row in table.rows]
    caption = f"**{_inline(table.caption)}**\n\n" if table.caption else ""
    return caption + "\n".join(lines)


def _cell(parts: Cell) -> str:
    """Write a cell, in which a leading mark means nothing."""
    return "".join(
        f"**{escape(part.text)}**" if isinstance(part, Blank) else escape(part)
        for part in typeset(parts)
    )


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
