"""Shipped settings with something wrong put in at random: each is refused, and nothing happens."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.app import main
from sim.sources import CONF
from sim.study import Study
from sim.verbs import VERBS, Verb

MARK = "@@@"
"""Stands where a piece of YAML is to be put in as it is written."""
Place = tuple[Any, Any]
"""A mapping or list, and the key of one of its values."""


def places(data: Any) -> Iterator[Place]:
    """Walk every value of plain data, sections and lists among them."""
    for key, value in list(data.items() if isinstance(data, dict) else enumerate(data)):
        if key != "defaults":
            yield data, key
        if isinstance(value, dict | list) and key != "defaults":
            yield from places(value)


def value(piece: str) -> Callable[[random.Random, dict[str, Any]], str]:
    """Put a piece of YAML in the place of a random value."""

    def mutate(rng: random.Random, data: dict[str, Any]) -> str:
        node, key = rng.choice(list(places(data)))
        node[key] = MARK
        return piece

    return mutate


def name(piece: str) -> Callable[[random.Random, dict[str, Any]], str]:
    """Add a field of this name to a random section."""

    def mutate(rng: random.Random, data: dict[str, Any]) -> str:
        sections = [data, *(node[key] for node, key in places(data) if isinstance(node[key], dict))]
        rng.choice(sections)[MARK] = rng.choice([1, "x", [1], {"a": 1}])
        return piece

    return mutate


def whole(piece: str) -> Callable[[random.Random, dict[str, Any]], str]:
    """Add a section at the top."""

    def mutate(_rng: random.Random, data: dict[str, Any]) -> str:
        data[MARK] = 0
        return f"{piece}\nzzz"

    return mutate


def bomb(rng: random.Random) -> str:
    """Write a text whose aliases stand for more values than any memory holds."""
    width, levels = rng.randrange(8, 20), range(rng.randrange(9, 30))
    rows = [f"b{k}: &b{k} [{','.join(width * [f'*b{k - 1}'])}]" for k in levels[1:]]
    return "\n".join(["b0: &b0 [1, 2, 3]", *rows])


CONTROLS = ["\\x00", "\\x07", "\\x1b]0;x\\a", "\\x1b[2J", "\\x7f", "\\x85", "\\x9b31m", "\\r",
            "\\u2028", "\\u202e", "\\u2066", "\\u2069"]  # fmt: skip
READS = ["${oc.env:HOME}", "${oc.decode:'${oc.env:HOME}'}", "${oc.create:'{a: 1}'}",
         "${hydra:runtime.cwd}", "${now:%S}", "${python_version:}", "${${engine}:x}"]  # fmt: skip
HYDRAS = ["callbacks: {x: {_target_: os.getcwd}}", "job_logging: {root: {level: INFO}}",
          "launcher: {x: 1}", "verbose: true", "job: {chdir: true}", "job: {env_copy: [PATH]}",
          "output_subdir: .hydra", "hydra_logging: {version: 2}", "job: {env_set: {A: b}}",
          "overrides: {task: [seed=1]}", "callbacks: {x: 3}"]  # fmt: skip
TAGS = ["!!timestamp 2020-01-01", "!!binary aGk=", "!!set {a}", "!x 1", "!!omap [a: 1]",
        "!!python/object/apply:os.getcwd []", "!!python/name:os.system ''"]  # fmt: skip
KINDS: dict[str, Callable[[random.Random], Callable[[random.Random, dict[str, Any]], str]]] = {
    "control character in a value": lambda rng: value(f'"a{rng.choice(CONTROLS)}b"'),
    "control character in a name": lambda rng: name(f'"a{rng.choice(CONTROLS)}b"'),
    "name that is no text": lambda rng: name(
        rng.choice(["5", "1.5", "true", "null", "-3", "0x1f", ".inf", "no", "[1]", "{a: 1}"])
    ),
    "deep lists": lambda rng: value((n := rng.randrange(41, 50_000)) * "[" + n * "]"),
    "deep sections": lambda rng: value((n := rng.randrange(41, 900)) * "{a: " + "1" + n * "}"),
    "endless number": lambda rng: value(
        rng.choice(["", "-", "0x"]) + rng.randrange(401, 100_000) * "7"
    ),
    "huge number": lambda rng: value(rng.choice(["1e999", "-.inf", ".nan", "1" + 380 * "0"])),
    "long text": lambda rng: name(f'"{rng.randrange(300, 1000) * "x"}"'),
    "tag": lambda rng: value(rng.choice(TAGS)),
    "code": lambda rng: name(rng.choice(["_target_", "a_target_", '"\\x5ftarget_"'])),
    "machine": lambda rng: value(f'"{rng.choice(READS)}"'),
    "Hydra": lambda rng: whole(f"hydra: {{{rng.choice(HYDRAS)}}}"),
    "alias bomb": lambda rng: whole(bomb(rng)),
    "alias of itself": lambda _: value("&a [*a]"),
    "alias of nothing": lambda _: value("*nowhere"),
}


def mutated(number: int) -> tuple[str, bytes]:
    """Write one mutant: its kind, and the file."""
    rng = random.Random(number)  # noqa: S311 - no secret
    kind = list(KINDS)[number % len(KINDS)]
    files = [*sorted((CONF / "experiment").glob("*.yaml")), CONF / "plan.yaml"]
    data = yaml.safe_load(rng.choice(files).read_text(encoding="utf-8"))
    if "hydra" in data:  # an experiment changes the plan, and chooses nothing anew
        data = {key: own for key, own in data.items() if key not in {"hydra", "defaults"}}
    piece = KINDS[kind](rng)(rng, data)
    text = yaml.safe_dump(data, sort_keys=False, default_flow_style=rng.random() < 0.3, width=10**9)
    if piece.endswith("\nzzz"):  # a section of its own
        text = yaml.safe_dump({k: v for k, v in data.items() if k != MARK}, sort_keys=False)
        text += piece.removesuffix("\nzzz") + "\n"
    text = text.replace(f"'{MARK}'", piece)
    return kind, f"# @package _global_\n{text}".encode()


ENCODINGS = {
    "UTF-16": "report: {title: x}\n".encode("utf-16"),
    "Latin 1": "report: {title: Führung}\n".encode("latin-1"),
    "NUL bytes": b"report: {title: a\x00b}\n",
    "no YAML": b"\x89PNG\r\n\x1a\n\x00\x00",
    "half a character": b"report: {title: \xed\xa0\x80}\n",
}


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Study]:
    """Replace the job by a note that it ran, in an empty folder."""
    ran: list[Study] = []
    monkeypatch.chdir(tmp_path)
    check = Verb("plans", ran.append, lambda study, _: ran.append(study), lambda *_: None)
    monkeypatch.setitem(VERBS, "plan", check)
    return ran


def write(data: bytes) -> None:
    """Write a file of settings to a folder of the user's."""
    file = Path("conf/experiment/mutant.yaml")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def check_line(status: int, out: str, err: str, what: object) -> None:
    """Check the contract of a mistake: status 2, one short plain line, nothing written."""
    assert (status, out, err.count("\n")) == (2, "", 1), what
    assert err.startswith("mentorsim: "), what
    assert len(err) < 400, what
    assert err[:-1].isprintable(), what
    assert [path.name for path in Path.cwd().iterdir()] == ["conf"], what


def check_mutants(numbers: range, ran: list[Study], capsys: pytest.CaptureFixture[str]) -> None:
    """Put each mutant to the command."""
    for number in numbers:
        kind, data = mutated(number)
        write(data)
        status = main(["--config-dir=conf", "experiment=mutant"])
        check_line(status, *capsys.readouterr(), (number, kind))
        assert ran == [], (number, kind)


def test_mutants(idle: list[Study], capsys: pytest.CaptureFixture[str]) -> None:
    """Three mutants of every kind are each refused in one line, and nothing runs."""
    check_mutants(range(3 * len(KINDS)), idle, capsys)


@pytest.mark.long
def test_three_hundred_mutants(idle: list[Study], capsys: pytest.CaptureFixture[str]) -> None:
    """Twenty mutants of every kind are each refused in one line, and nothing runs."""
    assert 20 * len(KINDS) == 300
    check_mutants(range(300), idle, capsys)


@pytest.mark.parametrize("kind", ENCODINGS)
def test_other_encodings(kind: str, idle: list[Study], capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is no UTF-8 text is refused in one line."""
    write(ENCODINGS[kind])
    check_line(main(["--config-dir=conf", "experiment=mutant"]), *capsys.readouterr(), kind)
    assert idle == []


@pytest.mark.parametrize("number", [0, 3, 9, 12])
def test_mutants_as_processes(number: int, idle: list[Study]) -> None:
    """The command as a process keeps the contract: control characters, depth, code, a bomb."""
    kind, data = mutated(number)
    write(data)
    words = [sys.executable, "-m", "sim.app", "--config-dir=conf", "experiment=mutant"]
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    check_line(run.returncode, run.stdout, run.stderr, (number, kind))
