"""The part of the page that takes answers, and what it shows of them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

from htmltools import Tag, TagChild, TagList, tags

from sim.arrays import IntArray
from sim.errors import Fault
from sim.page.answers import block, grid
from sim.page.assumed import BARS, bars
from sim.page.data_in import ENDINGS, MAP, MOST_BYTES, DataFiles, DataStart
from sim.pilot.counts import AnswerCounts
from sim.report.document.words import short

MEGABYTES = f"{MOST_BYTES / 1e6:g} MB"
HELP = (
    f"As a survey tool or a spreadsheet writes them ({', '.join(ENDINGS)}), at most {MEGABYTES}. "
    "They stay in a temporary folder of this computer until you forget them or close this tab."
)


def data_part(scope: str) -> Tag:
    """Lay out the files, what is wrong with them, and the map of their columns.

    Parameters
    ----------
    scope : str
        Letter of the scenario.
    """
    place = f"{scope}-data"
    return tags.details(
        tags.summary("Plan from answers that you have"),
        tags.p(HELP, id=f"{place}-help", class_="help"),
        _file(scope, 0, "File of answers; or of those before alone"),
        _file(scope, 1, "File of answers after, where that is another"),
        tags.p("", id=f"{place}-status", class_="status", role="status"),
        tags.div(id=f"{place}-error", class_="error", role="alert"),
        tags.div(id=f"{place}-seen"),
        _map_part(scope),
        id=f"{place}-part",
        class_="part",
    )


def _file(scope: str, number: int, label: str) -> Tag:
    place = f"{scope}-data-{number}"
    return tags.div(
        tags.label(label, **{"for": place}),
        tags.input(type="file", id=place, accept=",".join(ENDINGS),
                   **{"data-answers": scope, "data-most": str(MOST_BYTES),
                      "data-shiny-no-bind-input": "",
                      "aria-describedby": f"{scope}-data-error {scope}-data-help"}),
        class_="field",
    )  # fmt: skip


def _map_part(scope: str) -> Tag:
    place = f"{scope}-data"
    return tags.div(
        tags.fieldset(
            tags.legend("How they were read"),
            _typed(f"{place}-points", "Points of the scale, where the map is wrong or silent"),
            _typed(f"{place}-lowest", "Code of its lowest point"),
            tags.div(
                tags.label("Which column holds what (a map, in YAML)", **{"for": f"{place}-map"}),
                tags.textarea(id=f"{place}-map", rows="12", spellcheck="false",
                              **{"data-shiny-no-bind-input": ""}),
                class_="wide",
            ),
        ),
        tags.div(
            _does(scope, "again", "Read again", f"{place}-map {place}-points {place}-lowest"),
            _does(scope, "forget", "Forget these files"),
            class_="run",
        ),
        id=f"{place}-read",
        hidden="",
        **{"data-then": f"{place}-0"},
    )  # fmt: skip


def _typed(place: str, label: str) -> Tag:
    return tags.div(
        tags.label(label, **{"for": place}),
        tags.input(type="text", id=place, inputmode="numeric", autocomplete="off",
                   placeholder="as in the map", **{"data-shiny-no-bind-input": ""}),
        class_="field",
    )  # fmt: skip


def _does(scope: str, what: str, text: str, told: str = "", kind: str = "") -> Tag:
    """Lay out a button that tells what stands in other elements."""
    return tags.button(
        text, type="button", id=f"{scope}-data-{what}", class_=kind or None,
        **{"data-do": what, "data-scope": scope, "data-told": told},
    )  # fmt: skip


def faults_part(faults: Sequence[Fault]) -> Tag | str:
    """List everything that is wrong."""
    return tags.ul(*(tags.li(str(fault)) for fault in faults)) if faults else ""


def seen_part(scope: str, files: DataFiles) -> TagChild:
    """Show what was read of files, a first look, and how it goes on.

    Parameters
    ----------
    scope : str
        Letter of the scenario.
    files : DataFiles
        What is known of them.
    """
    if files.start is None:
        return ""
    sketch = files.start.sketch
    return TagList(
        tags.h3("What was read"),
        tags.ul(*map(tags.li, sketch.reading.notes)),
        *_looks(files.start),
        _does(scope, "planned", "Plan from these answers", kind="primary"),
        " ",
        _map_link(files.map) if sketch.columns else "",
    )


def _looks(start: DataStart) -> list[Tag]:
    """Draw a first look of every role."""
    return [
        tags.details(
            tags.summary(section.heading), _drawn(counts), *map(block, section.blocks), open=""
        )
        for section, counts in zip(start.look, start.sketch.counts, strict=True)
    ]


def _drawn(counts: AnswerCounts) -> Tag:
    """Draw the answers of those who gave both."""
    rows: list[tuple[str | Tag, ...]] = [
        (short(name), bars(*_shares(table)))
        for name, table in zip(counts.domains, counts.pairs, strict=True)
    ]
    caption = f"Answers of those who gave both, before and after ({BARS})"
    return grid(caption, ("item", "answers"), rows, kind="scroll dense")


def _shares(table: IntArray) -> tuple[list[float], list[float]]:
    """Shares of the points before and after, of a table of people by both."""
    people = max(int(table.sum()), 1)
    return (table.sum(axis=1) / people).tolist(), (table.sum(axis=0) / people).tolist()


def _map_link(text: str) -> Tag:
    """Offer the map as a file, which the study names."""
    data = b64encode(text.encode()).decode()
    return tags.a(f"Save the map ({MAP})", href=f"data:text/yaml;base64,{data}", download=MAP)
