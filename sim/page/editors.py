"""The editors of items and of rules, as parts of the form: cells and ticks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from htmltools import HTML

from sim.page.items import AS, cells_of, kind_of, points_of
from sim.page.lines import answers_text
from sim.page.parts import sentence_case, words_of
from sim.page.renaming import totals_of
from sim.page.rules import HOW, Ticks, ticks_of
from sim.page.texts import Plain, as_text, value_at
from sim.study.words import Words

EDITED = ("item.", "rule.")
"""What the names of an editor's fields begin with."""


REMOVE = "\N{MULTIPLICATION SIGN}"
EDITORS = {"questionnaire.items": "items", "success": "rules"}
"""What is edited, and where."""


def editors(scope: str, data: Plain) -> dict[str, HTML]:
    """Write both editors, by the element in which each stands; none where items cannot be read.

    Parameters
    ----------
    scope : str
        Letter of the scenario.
    data : dict
        The study as plain data.
    """
    if not isinstance(data["questionnaire"]["items"], Mapping):
        return {f"{scope}-items": HTML(""), f"{scope}-rules": HTML("")}
    items = _items(scope, data, words_of(data))
    return {f"{scope}-items": items, f"{scope}-rules": _rules(scope, data)}


def lines_of(name: str) -> str:
    """Name the field that has the same as lines; any other field is its own.

    >>> lines_of("rule.0.name"), lines_of("item.2.0"), lines_of("seed")
    ('success', 'questionnaire.items', 'seed')
    """
    editor = name.partition(".")[0]
    return {"item": "questionnaire.items", "rule": "success"}.get(editor, name)


def lines_beside(scope: str, data: Plain) -> dict[str, str]:
    """Write the same as lines, by the field in which they stand."""
    names = (*EDITORS, "questionnaire.totals")
    return {f"{scope}-{name}": as_text(name, value_at(data, name)) for name in names}


# markup is written as text here: a grid has hundreds of cells, each drawn with every key


def _field(scope: str, name: str, label: str, more: str, tag: str = "input") -> str:
    return (
        f'<{tag} id="{scope}-{name}" data-field="{name}" data-scope="{scope}" '
        f'data-shiny-no-bind-input aria-label="{escape(label)}" {more}>'
    )


def _number(scope: str, name: str, label: str, value: str) -> str:
    return _typed(scope, name, label, value, "decimal")


def _typed(scope: str, name: str, label: str, value: str, mode: str = "text") -> str:
    more = f'type="text" value="{escape(value)}" inputmode="{mode}" autocomplete="off"'
    return _field(scope, name, label, f'{more} spellcheck="false"')


def _choice(scope: str, name: str, label: str, offered: Mapping[str, str], chosen: str) -> str:
    options = "".join(
        f'<option value="{key}"{" selected" * (key == chosen)}>{escape(words)}</option>'
        for key, words in offered.items()
    )
    return f"{_field(scope, name, label, '', 'select')}{options}</select>"


def _button(scope: str, name: str, text: str, label: str = "") -> str:
    heard = f' aria-label="{escape(label)}"' if label else ""
    return (
        f'<button type="button" id="{scope}-{name}" data-do="edit" data-edit="{name}" '
        f'data-scope="{scope}"{heard}>{escape(text)}</button>'
    )


def _items(scope: str, data: Plain, words: Words) -> HTML:
    points, items = points_of(data), data["questionnaire"]["items"]
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in _heads(data, words, points))
    rows = "".join(
        _item(scope, row, name, answers, points, words)
        for row, (name, answers) in enumerate(items.items())
    )
    caption = sentence_case(f"{words.items}, with the answers before, lowest point first")
    return HTML(
        f'<div class="scroll"><table class="cells"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        f"{_button(scope, 'item.add', f'Add {words.an_item}')}"
    )


def _heads(data: Plain, words: Words, points: int) -> Iterable[str]:
    lowest, labels = data["questionnaire"]["lowest"], data["questionnaire"]["labels"]
    low = lowest if isinstance(lowest, int) else 1
    named = labels if isinstance(labels, list) and len(labels) == points else []
    return [words.item, "given as", *(str(name) for name in named or range(low, low + points)), ""]


def _item(scope: str, row: int, name: str, answers: object, points: int, words: Words) -> str:
    place, kind = f"item.{row}", kind_of(answers)
    if kind == "other":
        text = _typed(scope, f"{place}.other", f"{name}: answers before", answers_text(answers))
        cells = f'<td colspan="{points}">{text}</td>'
    else:
        cells = "".join(
            f"<td>{_number(scope, f'{place}.{k}', f'{name}, point {k + 1}', text)}</td>"
            for k, text in enumerate(cells_of(answers, points)[:points])
        )
    return (
        f'<tr><th scope="row">{_typed(scope, f"{place}.name", f"{words.item} {row + 1}", name)}'
        f"</th><td>{_choice(scope, f'{place}.as', f'{name}: given as', AS, kind)}</td>{cells}"
        f"<td>{_button(scope, f'{place}.remove', REMOVE, f'Remove {name}')}</td></tr>"
    )


def _rules(scope: str, data: Plain) -> HTML:
    each = "".join(
        _rule(scope, row, name, ticks_of(rule, data), data)
        for row, (name, rule) in enumerate(data["success"].items())
    )
    return HTML(f"{each}{_button(scope, 'rule.add', 'Add a rule')}")


def _rule(scope: str, row: int, name: str, ticks: Ticks | None, data: Plain) -> str:
    place = f"rule.{row}"
    head = (
        _typed(scope, f"{place}.name", f"Name of rule {row + 1}", name)
        + ("" if ticks is None else _choice(scope, f"{place}.how", f"{name} needs", HOW, ticks.how))
        + (_count(scope, place, name, ticks) if ticks and ticks.how == "at_least" else "")
        + _button(scope, f"{place}.remove", REMOVE, f"Remove the rule {name}")
    )
    body = (
        _boxes(scope, place, ticks, data) if ticks else '<p class="help">not read: see its line</p>'
    )
    return (
        f'<fieldset class="rule"><legend class="heard">Rule {escape(name)}</legend>'
        f'<div class="head">{head}</div><div class="ticks">{body}</div></fieldset>'
    )


def _count(scope: str, place: str, name: str, ticks: Ticks) -> str:
    return _number(scope, f"{place}.k", f"{name}: at least how many", str(ticks.k))


def _boxes(scope: str, place: str, ticks: Ticks, data: Plain) -> str:
    items, roles = [*data["questionnaire"]["items"]], [*data["roles"]]
    offered = items if ticks.how == "total" else [*items, *totals_of(data)]
    boxes = _ticked(scope, f"{place}.of", offered, ticks.names)
    if len(roles) < 2:
        return boxes
    return (
        f'{boxes}<span class="help">of</span>{_ticked(scope, f"{place}.role", roles, ticks.roles)}'
    )


def _ticked(scope: str, place: str, offered: Iterable[str], chosen: Iterable[str]) -> str:
    there = set(chosen)
    return "".join(
        f'<label><input type="checkbox" id="{scope}-{place}.{k}" data-field="{place}.{k}" '
        f'data-scope="{scope}" data-shiny-no-bind-input{" checked" * (name in there)}> '
        f"{escape(name)}</label>"
        for k, name in enumerate(offered)
    )
