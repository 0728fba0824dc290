"""Compiled code lies in the user's own folder, and is not trusted when damaged."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import pytest

from sim.compute import compiled
from sim.compute.code_folder import cache_folder, tell_unkept, user_folder
from sim.compute.compiled import DIGEST, KernelCache

PACKAGE = Path(compiled.__file__).parents[1]
ASK = "from sim import adjust; print(adjust([0.01, 0.02, 0.04], 'holm').tolist())"
ANSWER = "[0.03, 0.04, 0.04]\n"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Copy the package to where nothing can be written beside its kernels, not even by root."""
    copy = shutil.copytree(PACKAGE, tmp_path / "site" / "sim",
                           ignore=shutil.ignore_patterns("__pycache__"))  # fmt: skip
    for room in {path.parent for path in copy.rglob("*_kernels.py")}:
        (room / "__pycache__").write_text("taken", encoding="utf-8")
    return copy


def asking(package: Path, **stated: str) -> subprocess.Popen[str]:
    """Ask a copy of the package something that is compiled, in a process of its own."""
    kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(package.parent)}
    return subprocess.Popen(
        [sys.executable, "-B", "-W", "error", "-c", ASK],
        env={**kept, **stated}, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_nothing_is_written_into_the_package(package: Path, tmp_path: Path) -> None:
    """Two processes that compile at once share the user's folder and leave the package alone."""
    before = sorted(package.rglob("*"))
    cache = tmp_path / "cache"
    both = [asking(package, XDG_CACHE_HOME=str(cache), HOME="/dev/null/x") for _ in range(2)]
    assert [process.communicate() for process in both] == [(ANSWER, "")] * 2
    assert sorted(package.rglob("*")) == before
    assert [path.name for path in cache.iterdir()] == ["mentorsim"]
    assert (cache / "mentorsim").stat().st_mode & 0o777 == 0o700
    kept = list((cache / "mentorsim").iterdir())
    assert kept
    assert len(kept) == len({path.name.partition("-")[0] for path in kept})


def test_without_a_place_it_is_compiled_each_time(package: Path) -> None:
    """Where no folder can be written to, one line says so and the answer is right."""
    out, err = asking(package, HOME="/dev/null/x").communicate()
    assert out == ANSWER
    assert err == (
        "mentorsim: compiled code cannot be kept in /dev/null/x/.cache/mentorsim (not a "
        "directory): every run compiles it anew; set NUMBA_CACHE_DIR to a folder of yours\n"
    )


def kernel(file: Path, number: int, folder: Path) -> Any:
    """Compile a function that stands in a file and gives a number."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"def give():\n    return {number}\n", encoding="utf-8")
    os.utime(file, (1, 1))
    spec = importlib.util.spec_from_file_location("kernel_of_a_test", file)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    found = numba.njit(loaded.give)
    found._cache = KernelCache(loaded.give, folder)
    return found


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda _: b"",
    "cut off": lambda data: data[: len(data) // 2],
    "zeroed": lambda data: bytes(len(data)),
    "a bit turned": lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
    "another pickle": lambda data: data[:DIGEST] + b"\x80\x04K\x01.",
    "whole, but nothing compiled": lambda _: (
        compiled.sha256(b"\x80\x04K\x01.").digest() + b"\x80\x04K\x01."
    ),
    "text": lambda _: b"nonsense\n" * 100,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_compiled_again(damage: str, tmp_path: Path) -> None:
    """Whatever has become of a file, the answer is right and the file is whole afterwards."""
    source = tmp_path / "source" / "kernel.py"
    assert kernel(source, 7, tmp_path)() == 7
    (file,) = tmp_path.glob("give-*")
    file.write_bytes(DAMAGES[damage](file.read_bytes()))
    assert kernel(source, 7, tmp_path)() == 7
    assert sorted(tmp_path.glob("give-*")) == [file]
    mended = file.read_bytes()
    assert compiled.sha256(mended[DIGEST:]).digest() == mended[:DIGEST]
    again = kernel(source, 7, tmp_path)
    assert again() == 7
    assert sum(again.stats.cache_hits.values()) == 1


def test_versions_do_not_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sources of one name, size and time never get each other's code."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # Python itself could not tell them apart
    places = [tmp_path / "one" / "kernel.py", tmp_path / "other" / "kernel.py"]
    for place, number in (*zip(places, (1, 2), strict=True), (places[0], 3)):
        assert kernel(place, number, tmp_path)() == number


def test_a_full_disk_ends_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where a file cannot be written the answer is right, and one line says why."""
    tell_unkept.cache_clear()
    gone = tmp_path / "gone"
    assert kernel(tmp_path / "source" / "kernel.py", 7, gone)() == 7
    assert capsys.readouterr().err.startswith(
        f"mentorsim: compiled code cannot be kept in {gone} ("
    )
    tell_unkept.cache_clear()


@pytest.fixture
def fresh() -> Any:
    """Look for the folder anew, and again afterwards."""
    tell_unkept.cache_clear()
    yield cache_folder.__wrapped__
    tell_unkept.cache_clear()


def test_numba_s_setting_is_honoured(
    fresh: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NUMBA_CACHE_DIR comes first; an XDG_CACHE_HOME that is relative is passed over."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert user_folder() == tmp_path / ".cache" / "mentorsim"
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "stated"))
    assert fresh() == user_folder() == tmp_path / "stated" / "mentorsim"


@pytest.mark.parametrize(
    ("mode", "owner", "why"),
    [(0o777, None, "others can write to it"), (0o770, None, "others can write to it"),
     (0o700, 1 << 20, "it belongs to somebody else"), (0o700, None, ""), (0o755, None, "")],
)  # fmt: skip
def test_only_a_private_folder_is_used(
    mode: int, owner: int | None, why: str, fresh: Any, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """What others could have written is not run: such a folder is named in a line, and not used."""
    folder = tmp_path / "mentorsim"
    folder.mkdir()
    folder.chmod(mode)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    if owner is not None:
        monkeypatch.setattr(os, "geteuid", lambda: owner)
    assert fresh() == (None if why else folder)
    said = capsys.readouterr().err
    assert (f"cannot be kept in {folder} ({why})" in said) if why else said == ""
