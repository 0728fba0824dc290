"""What stands on the page before anything is typed, and the links to the files of a run."""

from __future__ import annotations

from htmltools import HTML, Tag, TagList, head_content, tags
from shiny import ui

from sim.page.data_part import data_part

FILES = {
    "report.html": "Report (HTML)",
    "sample_size_justification.docx": "Justification (Word)",
    "sample_size_justification.md": "Justification (Markdown)",
    "results.csv": "Results (CSV)",
    "summary.json": "Summary (JSON)",
    "manifest.json": "Manifest (JSON)",
    "scenario.yaml": "Settings (YAML)",
    "command.txt": "Command line",
    "everything.zip": "Everything, with figures (ZIP)",
}
"""What can be downloaded after a run."""

GONE = (
    "The program behind this page has ended, or was lost: nothing here works any more. Start "
    "“mentorsim serve” again and reload the page. Settings that you want to keep stand under “All "
    "settings as YAML”, if that was open; copy them before you reload."
)
WAITING = (
    "The first studies are being simulated. The very first time, the program compiles its inner "
    "loops, which takes half a minute."
)


def scenario_section(scope: str) -> Tag:
    """Lay out one scenario; what is in it comes from the server."""
    letter = scope.upper()
    return tags.section(
        tags.div(
            tags.h2(f"Scenario {letter}", id=f"{scope}-heading", tabindex="-1"),
            tags.p("", id=f"{scope}-brief"),
            tags.a("Answer", href=f"#{scope}-choice", class_="jump"),
            tags.a("Settings", href=f"#{scope}-form", class_="jump"),
            tags.p("", id=f"{scope}-said", class_="heard", role="status"),
            class_="bar",
        ),
        tags.div(
            tags.div(
                _file_part(scope),
                data_part(scope),
                tags.div(id=f"{scope}-form", class_="form"),
                _text_part(scope),
                class_="settings",
            ),
            tags.div(
                tags.div(id=f"{scope}-choice", class_="choice"),
                tags.div(tags.p(WAITING, class_="help"), id=f"{scope}-instant", class_="card"),
                _run_part(scope),
                tags.div(id=f"{scope}-answer"),
                _downloads(scope),
                tags.div(id=f"{scope}-warnings"),
                tags.details(
                    tags.summary("What is assumed"),
                    tags.div(id=f"{scope}-assumed"),
                    open="",
                ),
                class_="answers",
            ),
            class_="columns",
        ),
        id=scope,
        class_="scenario",
        hidden="" if scope == "b" else None,
        **{"aria-labelledby": f"{scope}-heading"},
    )


def _file_part(scope: str) -> Tag:
    place = f"{scope}-file"
    return tags.div(
        tags.label("Open a study's file, or the manifest of a run", **{"for": place}),
        tags.input(type="file", id=place, accept=".yaml,.yml,.json",
                   **{"data-opened": scope, "data-shiny-no-bind-input": "",
                      "aria-describedby": f"{place}-error"}),
        tags.p("", id=f"{place}-error", class_="error", role="alert"),
    )  # fmt: skip


def _text_part(scope: str) -> Tag:
    return tags.details(
        tags.summary("All settings as YAML, and the command line"),
        tags.p("Every setting, those that the form does not show included. Change any and press "
               "“Use this YAML”; the same checks apply.", class_="help"),
        tags.label("Settings", **{"for": f"{scope}-yaml"}),
        tags.textarea(id=f"{scope}-yaml", rows="18", spellcheck="false",
                      **{"data-shiny-no-bind-input": ""}),
        tags.p("", id=f"{scope}-yaml-error", class_="error", role="alert"),
        tags.p("", id=f"{scope}-yaml-note", class_="help"),
        _button(scope, "yaml", "Use this YAML", name=f"{scope}-use", told=f"{scope}-yaml"),
        tags.p("The same in a shell:", class_="help"),
        tags.pre("", id=f"{scope}-command", tabindex="0"),
        {"data-opens": "text", "data-scope": scope},
    )  # fmt: skip


def _run_part(scope: str) -> Tag:
    letter = scope.upper()
    return _running(scope, "run", f"Simulate {letter}", f"Cancel {letter}",
                    f"Progress of scenario {letter}")  # fmt: skip


def _running(scope: str, what: str, begin: str, cancel: str, progress: str) -> Tag:
    """Lay out what begins a run, cancels it and tells how far it is."""
    return tags.div(
        _button(scope, what, begin, "primary"),
        _button(scope, "cancel", cancel, disabled=True),
        tags.progress(id=f"{scope}-progress", max="1", value="0", hidden="",
                      **{"aria-label": progress}),
        tags.span("", id=f"{scope}-blocks", class_="help", hidden=""),
        tags.p("", id=f"{scope}-status", class_="status", role="status", tabindex="-1"),
        tags.p("", id=f"{scope}-age", class_="age", role="status"),
        class_="run",
    )  # fmt: skip


def _button(
    scope: str,
    what: str,
    text: str,
    kind: str = "",
    *,
    disabled: bool = False,
    name: str = "",
    told: str = "",
) -> Tag:
    return tags.button(
        text, type="button", id=name or f"{scope}-{what}", class_=kind or None,
        disabled="" if disabled else None,
        **{"data-do": what, "data-scope": scope, "data-told": told},
    )  # fmt: skip


def _downloads(scope: str) -> Tag:
    return tags.div(id=f"{scope}-files", class_="files", hidden="")


def file_links(scope: str, address: str) -> TagList:
    """Link the files of a finished run.

    Parameters
    ----------
    scope : str
        Letter of the scenario.
    address : str
        At which the session offers them.
    """
    links = [
        tags.a(text, href=f"{address}&scope={scope}&name={name}", download=f"{scope}_{name}")
        for name, text in FILES.items()
    ]
    return TagList(tags.h3("Files"), tags.ul(*map(tags.li, links)))


def whole_page(bounds: str, style: str, script: str) -> TagList:
    """Lay out the page.

    Parameters
    ----------
    bounds : str
        How much a run may ask for.
    style, script : str
        Its style sheet and its script.
    """
    return TagList(
        head_content(
            tags.title("mentorsim"),
            tags.meta(name="viewport", content="width=device-width, initial-scale=1"),
            tags.style(HTML(style)),
            tags.script(HTML(script)),
            tags.link(rel="icon", href="data:,"),
        ),
        ui.busy_indicators.use(spinners=False, pulse=False),
        tags.p("", id="unexpected", class_="trouble", role="alert"),
        tags.p(GONE, id="gone", class_="trouble", role="alert", hidden=""),
        tags.header(
            tags.h1("How large must the study be?"),
            tags.p("Power of paired Likert outcomes, while you type: exactly where that is "
                   "possible, else from sampled changes or simulated studies. Everything stays "
                   "on this computer.",
                   class_="lead"),
            tags.label(tags.input(type="checkbox", id="names",
                                  **{"data-shiny-no-bind-input": ""}), " Show setting names"),
        ),
        tags.main(
            tags.div(*[scenario_section(scope) for scope in ("a", "b")], id="scenarios"),
            tags.div(
                _button("", "second", "Compare with a second scenario"),
                class_="run",
            ),
            _comparison(),
        ),
        tags.footer(tags.p(bounds)),
    )  # fmt: skip


def _comparison() -> Tag:
    return tags.section(
        tags.h2("B compared with A", id="compare-heading"),
        tags.div(id="compare-differing"),
        _running("compare", "compare", "Compare", "Cancel comparison",
                 "Progress of the comparison"),
        tags.div(id="compare-answer"),
        tags.div(_button("", "remove", "Remove the second scenario"), class_="run"),
        id="comparison", hidden="", **{"aria-labelledby": "compare-heading"},
    )  # fmt: skip
