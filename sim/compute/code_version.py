"""Which code fixes the numbers of a block: the syntax trees of all that its function imports."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from itertools import accumulate
from pathlib import Path

LIBRARIES = ("numpy", "scipy", "numba", "llvmlite", "statsmodels")
"""Libraries whose version can matter to the numbers, or to what is compiled."""
ROOT = Path(__file__).resolve().parent.parent.parent
"""Folder in which the package lies."""

Source = Callable[[str], str | None]
"""Gives a module's source by its name; None for one of a library."""
Origin = tuple[str, str | None]
"""A module that is imported, and the name that is taken from it, if one is."""


@cache
def library_versions() -> dict[str, str]:
    """Name the version of each of :data:`LIBRARIES`."""
    return {name: version(name) for name in LIBRARIES}


@cache
def code_version(*modules: str) -> str:
    """Hash of the code that modules run, and of the versions of its libraries.

    Parameters
    ----------
    *modules : str
        Names of the modules in which the functions of blocks stand.

    Returns
    -------
    str
        64 hexadecimal digits; another version of the code may give other
        numbers. Comments, docstrings and layout are no part of it, nor is
        what is imported for types alone, or by other files only.
    """
    return _hash(import_closure(modules, source_of), library_versions())


def import_closure(modules: Iterable[str], source: Source) -> dict[str, str]:
    """Hash the code of modules and of every module that they import, directly or not.

    Parameters
    ----------
    modules : iterable of str
        Names of modules.
    source : callable
        Gives a module's source by its name, None for one of a library.

    Returns
    -------
    dict of str to str
        Hash by name, in order of the names. A file of imports alone, such as
        that of a room, is no part: a name that it hands on leads to its home.
    """
    digests: dict[str, str] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        text = None if name in digests else source(name)
        if text is not None:
            module = read_module(text)
            digests[name] = module.digest
            waiting += [_home(*origin, source) for origin in module.imports]
            waiting += _rooms(name, source)
    return dict(sorted(digests.items()))


def _home(module: str, name: str | None, source: Source) -> str:
    """Name the module in which an imported name stands."""
    if name is None:
        return module
    if source(f"{module}.{name}") is not None:
        return f"{module}.{name}"
    text = source(module)
    handed_on = None if text is None else read_module(text).handed_on
    return _home(*handed_on[name], source) if handed_on and name in handed_on else module


def _rooms(module: str, source: Source) -> Iterator[str]:
    """Name the packages around a module that do more than import.

    But for the outermost: it makes public names available, and blocks use none of these.
    """
    *packages, _ = accumulate(module.split("."), lambda package, name: f"{package}.{name}")
    for package in packages[1:]:
        text = source(package)
        if text is not None and read_module(text).handed_on is None:
            yield package


@cache
def source_of(module: str) -> str | None:
    """Read a module of the package; libraries may lie in the same folder, and are none."""
    if module.partition(".")[0] != __name__.partition(".")[0]:
        return None
    path = ROOT.joinpath(*module.split("."))
    files = (path.with_suffix(".py"), path / "__init__.py")
    return next((file.read_text("utf-8") for file in files if file.is_file()), None)


@dataclass(frozen=True)
class Module:
    """What is to be known of a module.

    Attributes
    ----------
    digest : str
        Hash of its code.
    imports : tuple of Origin
        What it imports, wherever in it, but for types alone.
    handed_on : dict of str to Origin, or None
        Where each of its names comes from, where it does nothing but import.
    """

    digest: str
    imports: tuple[Origin, ...]
    handed_on: dict[str, Origin] | None


@cache
def read_module(source: str) -> Module:
    """Read a module's source."""
    tree = ast.parse(source)
    digest, nodes = significant(tree)
    names = [named for node in nodes for named in _imported(node)]
    statements = (node for node in tree.body if not _idle(node))
    handed_on = dict(names) if all(map(_only_imports, statements)) else None
    return Module(digest, tuple(origin for _, origin in names), handed_on)


def significant(tree: ast.AST) -> tuple[str, list[ast.AST]]:
    """Hash what in a syntax tree can change a number, and list its nodes.

    The hash is the same in all versions of Python that read the source alike.
    """
    parts, nodes = list[str](), list[ast.AST]()
    _write(tree, parts, nodes)
    return _hash(parts), nodes


def _write(node: object, parts: list[str], nodes: list[ast.AST]) -> None:
    """Write a tree, but for places in the text, empty fields, and what changes no number."""
    if isinstance(node, ast.AST):
        nodes.append(node)
        parts.append(type(node).__name__)
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, list):
                value = [item for item in value if not _idle(item)]
            if value is not None and value != []:
                parts.append(field)
                _write(value, parts, nodes)
        parts.append(")")
    elif isinstance(node, list):
        for item in node:
            _write(item, parts, nodes)
        parts.append("]")
    else:
        parts.append(repr(node))


def _idle(node: object) -> bool:
    """Tell whether a statement is a docstring, of whatever, or an import for types alone."""
    if isinstance(node, ast.If):
        return ast.unparse(node.test).endswith("TYPE_CHECKING") and not node.orelse
    constant = node.value if isinstance(node, ast.Expr) else None
    return isinstance(constant, ast.Constant) and isinstance(constant.value, str)


def _only_imports(node: ast.AST) -> bool:
    listed = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    return listed or isinstance(node, ast.Import | ast.ImportFrom)


def _imported(node: ast.AST) -> Iterator[tuple[str, Origin]]:
    """Give what a node imports, by its name there."""
    if isinstance(node, ast.Import):
        yield from ((alias.asname or alias.name, (alias.name, None)) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, (str(node.module), alias.name)


def _hash(*values: object) -> str:
    return sha256(repr(values).encode()).hexdigest()
