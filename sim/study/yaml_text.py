"""YAML as plain data: small, flat enough, without tags, so that no file takes long or runs code."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from sim.errors import StudyError

MOST_CHARACTERS = 1_000_000
"""Most characters of a file or a text."""
MOST_VALUES = 200_000
"""Most values once every alias (``*name``) stands for what it names."""
MOST_LEVELS = 40
"""Most sections within sections."""
LONGEST_NUMBER = 400
"""Most characters of a number; the largest that a computer's numbers hold has 309 digits."""
_TOO_DEEP = f"more than {MOST_LEVELS} sections within sections"
_TAG = "tag:yaml.org,2002:"
_PLAIN = {"map", "seq", "str", "int", "float", "bool", "null", "merge"}
_FLOAT = re.compile(
    r"[-+]?\d+(_\d+)*(\.[\d_]*([eE][-+]?\d+)?|[eE][-+]?\d+)|\.\d+(_\d+)*([eE][-+]\d+)?"
    r"|[-+]?\d+(_\d+)*(:[0-5]?\d)+\.[\d_]*|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Numbers as Hydra's command line reads them (1e-3 is one), dates as text, names once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 - as in PyYAML
        """Build a mapping; a name that stands in it twice is refused."""
        names = set()
        for key, _ in node.value:
            if key.tag == f"{_TAG}str" and key.value in names:
                raise yaml.MarkedYAMLError(
                    problem=f"the name {key.value!r} stands here twice", problem_mark=key.start_mark
                )
            names.add(key.value if key.tag == f"{_TAG}str" else None)
        return super().construct_mapping(node, deep=deep)


Loader.yaml_implicit_resolvers = {
    first: [kind for kind in kinds if kind[0] not in {f"{_TAG}timestamp", f"{_TAG}float"}]
    for first, kinds in Loader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver(
    f"{_TAG}float", re.compile(f"^(?:{_FLOAT.pattern})$"), list("-+0123456789.")
)


class _Dumper(yaml.SafeDumper):
    """Quotes what the loader above would read as a number; an alias is written out."""

    yaml_implicit_resolvers = Loader.yaml_implicit_resolvers

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - as in PyYAML
        return True


def _number(dumper: Any, number: float) -> yaml.Node:
    """Write a whole number without a point."""
    is_whole = number.is_integer() and abs(number) < 2**53
    node: yaml.Node = (dumper.represent_int(int(number)) if is_whole
                       else yaml.SafeDumper.represent_float(dumper, number))  # fmt: skip
    return node


_Dumper.add_representer(tuple, yaml.SafeDumper.represent_list)
_Dumper.add_representer(float, _number)


def write_yaml(data: Any) -> str:
    """Write plain data as :func:`read_yaml` reads it: lists and small sections on one line."""
    text: str = yaml.dump(
        data,
        Dumper=_Dumper,
        default_flow_style=None,
        sort_keys=False,
        allow_unicode=True,
        width=10**6,
    )
    return text


def read_yaml(text: str, name: str = "YAML") -> Any:
    """Read plain data.

    Parameters
    ----------
    text : str
        YAML, with or without a byte order mark.
    name : str
        What errors call it, such as the file's name.

    Raises
    ------
    StudyError
        One line, where it is no YAML, or more of it than is read.
    """
    if len(text) > MOST_CHARACTERS:
        raise StudyError(f"{name}: more than {MOST_CHARACTERS} characters")
    loader, text = None, text.removeprefix("\ufeff")
    try:
        _check_levels(text, name)
        loader = Loader(text)
        node = loader.get_single_node()
        if node is None:
            return None
        _measure(node, name)
        return loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        where = _line(error.problem_mark or error.context_mark)
        why = error.problem or error.context or "no reason given"
        raise StudyError(f"{name}{where}: cannot be read as YAML ({why})") from None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        why = " ".join(str(error).split()) or "it is nested too deeply"
        raise StudyError(f"{name}: cannot be read as YAML ({why})") from None
    finally:
        if loader is not None:
            loader.dispose()


def _line(mark: Any) -> str:
    return "" if mark is None else f", line {mark.line + 1}"


def _check_levels(text: str, name: str) -> None:
    """Refuse what is too deep event by event: to build it would use up the stack of calls."""
    level = 0
    for event in yaml.parse(text, Loader):
        level += isinstance(event, yaml.CollectionStartEvent)
        level -= isinstance(event, yaml.CollectionEndEvent)
        if level > MOST_LEVELS:
            raise StudyError(f"{name}{_line(event.start_mark)}: {_TOO_DEEP}")


def _measure(root: yaml.Node, name: str) -> None:
    """Refuse what is too large or too deep with every alias written out, by counting alone."""
    known: dict[int, tuple[int, int] | None] = {}  # values and levels; None while at it

    def size(node: yaml.Node, depth: int) -> tuple[int, int]:
        place = f"{name}{_line(node.start_mark)}"
        if id(node) in known:
            measured = known[id(node)]
            if measured is None:
                raise StudyError(f"{place}: an alias (*name) stands within what it names")
        else:
            _check_node(node, place)
            known[id(node)] = None
            parts = [] if depth > MOST_LEVELS else list(_parts(node))
            inner = [size(part, depth + 1) for part in parts]
            values = 1 + sum(values for values, _ in inner)
            measured = known[id(node)] = values, 1 + max((levels for _, levels in inner), default=0)
        if depth + measured[1] > MOST_LEVELS + 1:
            raise StudyError(f"{place}: {_TOO_DEEP}")
        if measured[0] > MOST_VALUES:
            raise StudyError(
                f"{place}: more than {MOST_VALUES} values, aliases (*name) written out"
            )
        return measured

    size(root, 0)


def _parts(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _check_node(node: yaml.Node, place: str) -> None:
    kind = node.tag.removeprefix(_TAG)
    if kind not in _PLAIN:
        tag = f"!!{kind}" if kind != node.tag else node.tag
        raise StudyError(f"{place}: {tag} is not read; write numbers, text, lists and sections")
    if isinstance(node, yaml.MappingNode) and not all(
        isinstance(key, yaml.ScalarNode) for key, _ in node.value
    ):
        raise StudyError(f"{place}: a name must be text, not a list or a section")
    if kind in {"int", "float"} and len(node.value) > LONGEST_NUMBER:
        raise StudyError(f"{place}: a number of more than {LONGEST_NUMBER} characters")


def inline(text: str) -> str:
    """Write a text for YAML within a line, in quotes where it would be read as something else.

    Examples
    --------
    >>> inline("the course"), inline("no"), inline("a: b")
    ('the course', '"no"', '"a: b"')
    """
    try:
        plain = read_yaml(f"{{a: [{text}], {text}: b}}") == {"a": [text], text: "b"}
    except StudyError:
        plain = False
    return text if plain else json.dumps(text, ensure_ascii=False)
