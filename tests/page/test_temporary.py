"""What a server keeps for a while goes with it; what a killed one has left goes with the next."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from sim.errors import StudyError
from sim.page import temporary
from sim.page.temporary import LOCK, PREFIX, temporary_files

SERVER = """
import sys, tempfile, time
from pathlib import Path
from sim.page.temporary import temporary_files
with temporary_files() as folder:
    (Path(tempfile.mkdtemp(prefix="tab-")) / "blocks.sqlite").write_bytes(bytes(1000))
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep temporary files in a folder of the test."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def started() -> tuple[subprocess.Popen[str], Path]:
    """Start what keeps a temporary folder; give that too."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_what_a_killed_server_has_left_is_cleared(place: Path) -> None:
    """A killed server's folder goes at the next start; a living one's stays until it ends."""
    (killed, left), (living, kept) = started(), started()
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert [path.parent.parent for path in left.rglob("blocks.sqlite")] == [left]
    with temporary_files() as mine:
        assert Path(tempfile.mkdtemp()).parent == mine
        assert sorted(place.iterdir()) == sorted([kept, mine])
        assert len(list(kept.rglob("blocks.sqlite"))) == 1
    assert tempfile.gettempdir() == str(place)
    living.communicate("")
    assert not list(place.glob(f"{PREFIX}*"))


def test_only_what_is_ours_is_cleared(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other users' folders, links, and folders without a lock stay as they are."""
    elsewhere = place / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / LOCK).touch()
    (place / f"{PREFIX}link").symlink_to(elsewhere)
    (place / f"{PREFIX}bare").mkdir()
    (place / f"{PREFIX}file").touch()
    theirs = place / f"{PREFIX}theirs"
    theirs.mkdir()
    (theirs / LOCK).touch()
    before = sorted(place.rglob("*"))
    with monkeypatch.context() as patch:
        patch.setattr(os, "geteuid", lambda: 1 << 20)
        temporary._clear_left(theirs)
    assert sorted(place.rglob("*")) == before
    with temporary_files():
        pass
    assert sorted(place.rglob("*")) == [
        path for path in before if theirs not in (path, path.parent)
    ]
    assert (elsewhere / LOCK).exists()


def test_what_cannot_be_removed_is_tried_again(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where something stays, the lock stays with it, so that the next server sees to it."""
    with monkeypatch.context() as patch, temporary_files() as folder:
        (folder / "tab").mkdir()
        patch.setattr("shutil.rmtree", lambda *_, **__: None)
    assert sorted(path.name for path in folder.iterdir()) == [LOCK, "tab"]
    with temporary_files():
        assert not folder.exists()


def test_no_place_is_one_line(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no temporary folder can be made, that is said."""
    monkeypatch.setattr(tempfile, "tempdir", str(place / "gone"))
    with pytest.raises(StudyError, match=r"^serve: no temporary folder .* \(no such file"):
        temporary_files().__enter__()
