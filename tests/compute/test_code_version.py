"""The version of the code is that of what can change a number: no more, and no less."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from oracles.tasks import TASKS
from pydantic import BaseModel

from sim.compute import code_version as module
from sim.compute.code_version import (
    LIBRARIES,
    code_version,
    import_closure,
    read_module,
    significant,
    source_of,
)
from sim.feasibility import tally_bytes
from sim.feasibility.accrual import simulate_pilots
from sim.feasibility.programme import simulate_programmes
from sim.jobs.blocks import ENGINE, engine_version
from sim.power import simulate
from sim.power.exact_table import ExactTable

SIM = Path(module.__file__).parent.parent
SOURCES = {
    ".".join(path.relative_to(SIM.parent).with_suffix("").parts).removesuffix(".__init__"): (
        path.read_text("utf-8")
    )
    for path in SIM.rglob("*.py")
}
CLOSURE = import_closure(ENGINE, SOURCES.get)


def reading(edited: dict[str, str]) -> Callable[[str], str | None]:
    """Read the package's sources, some of them edited."""
    return (SOURCES | edited).get


# ------------------------------------------------------------------------- what is in it


def test_the_engine_is_what_computes() -> None:
    """Every function whose results are stored stands in a module from which the version begins."""
    functions = (
        simulate.simulate_block, simulate.simulate_block_wins, simulate.simulate_draw,
        simulate.known_curve, ExactTable.compute, simulate.to_bytes,
        simulate_pilots, simulate_programmes, tally_bytes.to_bytes,
    )  # fmt: skip
    assert {own.__module__ for own in functions} == set(ENGINE)


def test_rooms_of_the_closure() -> None:
    """No file is in it that draws, writes, schedules, stores, or states what no block reads."""
    assert {name.split(".")[1] for name in CLOSURE} == {
        "arrays", "cohorts", "compute", "errors", "feasibility", "inference", "power",
        "sequential", "study",
    }  # fmt: skip
    assert {name for name in CLOSURE if name.startswith("sim.compute.")} == {
        "sim.compute.code_folder", "sim.compute.code_version", "sim.compute.compiled",
        "sim.compute.memory", "sim.compute.streams",
    }  # fmt: skip
    idle = {"sim", "sim.study", "sim.study.study", "sim.study.parse", "sim.power.simulate"}
    assert not idle & set(CLOSURE)


def types_in(value: Any) -> Iterator[type]:
    """Give the type of everything in a task."""
    yield type(value)
    if isinstance(value, dict):
        value = [*value, *value.values()]
    elif isinstance(value, BaseModel):
        value = [part for _, part in value]
    elif is_dataclass(value):
        value = [getattr(value, field.name) for field in fields(value)]
    if isinstance(value, list | tuple):
        for item in value:
            yield from types_in(item)


@pytest.mark.parametrize("name", TASKS)
def test_what_a_task_is_made_of_is_in_it(name: str) -> None:
    """Methods of what a block is handed can change its numbers, so their modules belong to it."""
    modules = {kind.__module__ for kind in types_in(TASKS[name]())}
    assert {name for name in modules if name.startswith("sim.")} <= set(CLOSURE)


@pytest.mark.parametrize("name", CLOSURE)
def test_imports_are_written_out(name: str) -> None:
    """No file of it imports by a name that is made, which would be overlooked."""
    assert "import_module" not in SOURCES[name]
    assert "__import__" not in SOURCES[name]


# --------------------------------------------------------------------------- what moves it


def changed(value: object) -> object:
    """Change a constant by as little as can be."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return float(np.nextafter(value, np.inf))
    return f"{value}x" if isinstance(value, str) else 0


@pytest.mark.parametrize(
    "most", [8, pytest.param(10_000, marks=pytest.mark.long)], ids=["some", "all"]
)
@pytest.mark.parametrize("name", CLOSURE)
def test_any_constant_moves_it(name: str, most: int) -> None:
    """A constant that is changed anywhere in the closure is another version of the code."""
    tree = ast.parse(SOURCES[name])
    constants = [node for node in significant(tree)[1] if isinstance(node, ast.Constant)]
    for node in constants[:: -(-len(constants) // most) or 1]:
        before, node.value = node.value, changed(node.value)  # type: ignore[assignment]
        assert significant(tree)[0] != CLOSURE[name], f"{before!r} in line {node.lineno}"
        node.value = before
    assert significant(tree)[0] == CLOSURE[name]


@pytest.mark.parametrize("name", CLOSURE)
def test_any_file_moves_it(name: str) -> None:
    """A statement more in a file of the closure is another version."""
    edited = reading({name: f"{SOURCES[name]}\nTOLERANCE = 1e-9\n"})
    assert import_closure(ENGINE, edited) != CLOSURE


@pytest.mark.parametrize("name", CLOSURE)
def test_words_do_not_move_it(name: str) -> None:
    """Neither docstrings of any kind, nor comments, nor layout are part of it."""
    tree = ast.parse(SOURCES[name])
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = "Says something else."
    assert read_module(ast.unparse(tree)).digest == CLOSURE[name]


def test_other_files_do_not_move_it() -> None:
    """Whatever else of the package is edited, what a room hands on too, the version stays."""
    others = {name: source for name, source in SOURCES.items() if name not in CLOSURE}
    assert {"sim.report.telling", "sim.page.form", "sim.jobs.plan", "sim.study"} <= set(others)
    edited = {
        name: f"{source}\nimport json\n" + "NUMBER = 1\n" * (read_module(source).handed_on is None)
        for name, source in others.items()
    }
    assert import_closure(ENGINE, reading(edited)) == CLOSURE


def test_a_room_that_does_more_than_import_belongs_to_it() -> None:
    """What a package's own file does is done before any of its modules is used."""
    edited = reading({"sim.study": f"{SOURCES['sim.study']}\nNUMBER = 1\n"})
    assert "sim.study" in import_closure(ENGINE, edited)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import b", "ab"),
        ("import numpy, b", "ab"),
        ("from b import x", "ab"),
        ("from room import b", "ar"),
        ("from room import x", "ab"),
        ("from room import y", "ac"),
        ("def f():\n    if f:\n        from b import x", "ab"),
        ("class C:\n    def f(self):\n        import c", "ac"),
        ("try:\n    import b\nexcept ImportError:\n    import c", "abc"),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import b", "a"),
        ("if TYPE_CHECKING:\n    import b\nelse:\n    import c", "abc"),
        ("'import b'", "a"),
    ],
)
def test_the_closure_follows(source: str, found: str) -> None:
    """Imports are followed at any depth and through files of imports alone, types' are not."""
    sources = {
        "a": source,
        "b": "x = 1",
        "c": "z = 2",
        "room": "from b import x\nfrom other import z as y\n__all__ = ['x', 'y']",
        "room.b": "x = 3",
        "other": "'Hands on.'\nfrom c import z",
    }
    closure = import_closure(["a"], sources.get)
    assert "".join(closure).replace("room.b", "r") == found


def test_a_library_moves_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of a library is another version of the code."""
    expected, versions = engine_version(), module.library_versions()
    fresh = code_version.__wrapped__
    for library in LIBRARIES:
        changed_one = {**versions, library: "0"}
        with monkeypatch.context() as patch:
            patch.setattr(module, "library_versions", lambda other=changed_one: other)
            assert fresh(*ENGINE) != expected
    assert fresh(*ENGINE) == expected


def test_the_sources_are_those_of_the_package() -> None:
    """What is read by a module's name is its file, or its package's."""
    for name in ("sim.study", "sim.compute.streams"):
        assert source_of(name) == SOURCES[name]
    assert module.source_of("numpy") is None


def test_libraries_beside_the_package_are_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed, the package lies among the libraries: none of them is read."""
    module.source_of.cache_clear()
    monkeypatch.setattr(module, "ROOT", Path(np.__file__).parent.parent)
    assert module.source_of("numpy") is None
    module.source_of.cache_clear()
