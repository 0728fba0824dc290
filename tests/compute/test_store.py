"""The store keeps what it is given, other versions' blocks too, and refuses what it is not."""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from sim.compute import store as module
from sim.compute.batch import Call, Worked
from sim.compute.blocks import run_blocks
from sim.compute.executors import InProcessExecutor
from sim.compute.fingerprint import fingerprint
from sim.compute.run_store import RunStore
from sim.compute.shelf import AT_ONCE, Shelf
from sim.compute.store import DIGEST, SCHEMA, BlockStore, row_number
from sim.errors import StudyError

TASK = ("a", "task")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Name a file in a folder that is not there yet."""
    return tmp_path / "new" / "folder" / "blocks.sqlite"


def filled(file: Path, blocks: int = 5, code: str = "code") -> Path:
    """Make a store of a task's blocks."""
    with BlockStore(file, code) as store:
        for block in range(blocks):
            store.put("key", block, f"{code} {block}".encode() * 1000)
    return file


def test_blocks_come_back(file: Path) -> None:
    """What is put is there, also when the file is opened again, and nothing else is."""
    with BlockStore(file, "code") as store:
        assert store.get("key", range(9)) == {}
        store.put("key", 3, b"three")
        store.put("key", 2**40, b"")
        store.put("other", 3, b"\0")
        assert store.get("key", range(9)) == {3: b"three"}
    with BlockStore(file, "code") as store:
        assert store.get("key", [3, 2**40, 4]) == {3: b"three", 2**40: b""}
        assert store.get("other", [3]) == {3: b"\0"}
        assert store.get("ke_", [3]) == {}
        store.put("key", 3, b"mended")
        assert store.get("key", [3]) == {3: b"mended"}


def test_the_file_is_made_when_first_written(file: Path) -> None:
    """Looking for blocks, listing and clearing make neither a file nor a folder."""
    with BlockStore(file, "code") as store:
        assert store.get("key", [1]) == {}
        assert store.summary() == ()
        assert store.clear() == 0
        assert list(file.parent.parent.parent.iterdir()) == []
        store.put("key", 1, b"one")
    assert [path.name for path in file.parent.iterdir()] == ["blocks.sqlite"]


def test_versions_do_not_see_each_other(file: Path) -> None:
    """Blocks of another version of the code are neither found nor changed."""
    filled(file, 5, "old")
    with BlockStore(file, "new") as store:
        assert store.get("key", range(5)) == {}
        store.put("key", 1, b"other numbers")
    with BlockStore(file, "old") as store:
        assert store.get("key", range(9)) == {k: f"old {k}".encode() * 1000 for k in range(5)}
        found = [
            (own.code, own.tasks, own.blocks, own.size, own.is_current) for own in store.summary()
        ]
    assert found == [
        ("old", 1, 5, 5 * (5000 + DIGEST), True),
        ("new", 1, 1, 13 + DIGEST, False),
    ]


@pytest.mark.parametrize(("which", "gone", "left"), [("others", 7, ["new"]), (None, 12, [])])
def test_clearing(which: None, gone: int, left: list[str], file: Path) -> None:
    """Blocks are taken out as asked, and the file becomes smaller by them."""
    for code, blocks in (("old", 4), ("older", 3), ("new", 5)):
        filled(file, blocks, code)
    before = file.stat().st_size
    with BlockStore(file, "new") as store:
        assert store.clear(which) == gone
        assert [own.code for own in store.summary()] == left
        assert file.stat().st_size < before - 20_000
        store.put("key", 7, b"it goes on")
        assert store.get("key", [7]) == {7: b"it goes on"}


def test_several_writers(file: Path) -> None:
    """Threads that make and fill one file at once lose nothing."""

    def fill(writer: int) -> None:
        with BlockStore(file, "code") as store:
            for block in range(40):
                store.put("shared", block, b"same")
                store.put(f"own {writer}", block, b"different")

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(fill, writer) for writer in range(4)]:
            done.result()
    with BlockStore(file, "code") as store:
        (found,) = store.summary()
    assert (found.tasks, found.blocks) == (5, 200)


def test_a_writer_waits_for_another(file: Path) -> None:
    """A file that is locked for a while is written to as soon as it is free."""
    filled(file, 1, "code")
    locking = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    locking.execute("BEGIN EXCLUSIVE")
    freed = threading.Timer(1.5 * module.TURN, lambda: locking.execute("COMMIT"))
    freed.start()
    with BlockStore(file, "code") as store:
        store.put("key", 9, b"nine")
        assert store.get("key", [9]) == {9: b"nine"}
    freed.join()
    locking.close()


# ------------------------------------------------------------------------------- refusals


def no_database(file: Path) -> None:
    """Write a file of something else."""
    file.write_text("seed: 2022\n" * 100, encoding="utf-8")


def another_schema(file: Path) -> None:
    """Write a database of something else."""
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE blocks(key TEXT, data BLOB)")
    connection.close()


def one_more_trigger(file: Path) -> None:
    """Write a store that holds a trigger too."""
    with sqlite3.connect(file) as connection:
        connection.execute(SCHEMA)
        connection.execute("CREATE TRIGGER t AFTER INSERT ON blocks BEGIN DELETE FROM blocks; END")
    connection.close()


def cut_off(file: Path) -> None:
    """Write a store and cut its end off."""
    filled(file, 50)
    file.write_bytes(file.read_bytes()[:9000])


def folder(file: Path) -> None:
    """Make a folder of that name."""
    file.mkdir()


REFUSED: dict[Callable[[Path], None], str] = {
    no_database: "is no SQLite file; move it away, or set store.file=null",
    another_schema: "holds something other than this program's blocks; move it away, or",
    one_more_trigger: "holds something other than this program's blocks; move it away, or",
    cut_off: "is damaged; move it away, or set store.file=null",
    folder: "cannot be opened; name another, or set store.file=null",
}


@pytest.mark.parametrize("make", REFUSED)
def test_what_is_no_store_is_refused(make: Callable[[Path], None], tmp_path: Path) -> None:
    """A file that is no whole store is named in one line, and stays as it is."""
    file = tmp_path / "blocks.sqlite"
    make(file)
    before = file.read_bytes() if file.is_file() else None
    with pytest.raises(StudyError) as caught, BlockStore(file, "code") as store:
        store.get("key", range(50))
    assert str(caught.value).startswith(f"store.file: {str(file)!r} {REFUSED[make]}")
    assert (file.read_bytes() if file.is_file() else None) == before


def test_damage_that_shows_late(tmp_path: Path) -> None:
    """Damage inside a file that opens well is told in the same line, whoever comes upon it."""
    file = filled(tmp_path / "blocks.sqlite", 50)
    with BlockStore(file, "code") as store:
        data = bytearray(file.read_bytes())
        data[4096:] = b"\xff" * (len(data) - 4096)
        file.write_bytes(data)
        for call in (
            lambda: store.get("key", range(50)),
            lambda: store.put("key", 1, b"one"),
            store.summary,
            store.clear,
        ):
            with pytest.raises(StudyError, match="is damaged; move it away"):
                call()
    assert file.read_bytes() == data


def test_a_file_that_stays_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that another process never lets go of is waited for, then named."""
    file = filled(tmp_path / "blocks.sqlite", 1)
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    locking = sqlite3.connect(file, isolation_level=None)
    with BlockStore(file, "code") as store:
        locking.execute("BEGIN IMMEDIATE")
        assert len(store.get("key", [0])) == 1  # who only reads need not wait yet
        with pytest.raises(StudyError, match="stays locked by another process; wait for it, or"):
            store.put("key", 1, b"one")
        locking.execute("COMMIT")
        store.put("key", 1, b"one")
    locking.close()


@pytest.mark.parametrize("file", ["taken/blocks.sqlite", "taken/deeper/blocks.sqlite"])
def test_a_folder_that_cannot_be(file: str, tmp_path: Path) -> None:
    """A file that cannot be made is refused before anything is computed."""
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    with pytest.raises(StudyError, match=r"cannot be made \(not a directory\); name another, or"):
        BlockStore(tmp_path / file, "code")


def test_a_name_that_cannot_be(tmp_path: Path) -> None:
    """A name that is too long is refused too."""
    with pytest.raises(StudyError, match=r"^store.file: .* cannot be (opened|made)"):
        BlockStore(tmp_path / ("x" * 300), "code").put("key", 1, b"one")


# --------------------------------------------------------------------------------- shelf


class Words(str):
    """Adds in order, so that an order that is not kept shows."""

    __slots__ = ()

    def __add__(self, other: str) -> "Words":
        """Join two."""
        return Words(f"{self}{other}")


def read(blocks: int, data: bytes) -> Words:
    """Read words; damage is found."""
    if data.count(b",") != blocks:
        raise ValueError("damaged")
    return Words(data.decode())


def shelf_of(store: BlockStore) -> Shelf[Words]:
    """Shelf of one task."""
    return Shelf(store, fingerprint(TASK), str.encode, read)


class Counted:
    """Computes blocks and counts them."""

    def __init__(self) -> None:
        self.computed: list[int] = []

    def __call__(self, index: int) -> Words:
        """Compute a block; the 13th cannot be."""
        if index == 13:
            raise KeyboardInterrupt
        self.computed.append(index)
        return Words(f"{index},")


def text(blocks: range) -> str:
    """Sum of the blocks."""
    return "".join(f"{index}," for index in blocks)


@pytest.mark.parametrize("make", [InProcessExecutor, lambda: ThreadPoolExecutor(3)])
def test_found_blocks_are_not_computed(
    make: Callable[[], InProcessExecutor | ThreadPoolExecutor], file: Path
) -> None:
    """Only missing blocks are computed, all are added in order, and all are reported."""
    some, every = range(20, 20 + 3 * AT_ONCE, 7), range(20, 20 + 3 * AT_ONCE)
    block, heard = Counted(), []
    with BlockStore(file, "code") as store, make() as executor:
        for index in some:
            run_blocks(block, range(index, index + 1), executor, shelf=shelf_of(store))
        total = run_blocks(block, every, executor, lambda: heard.append(1), shelf_of(store))
        assert total == text(every)
        assert sorted(block.computed) == list(every)
        assert len(heard) == len(every)
        assert run_blocks(block, every, executor, shelf=shelf_of(store)) == total
        assert len(block.computed) == len(every)


def test_an_interrupt_keeps_what_is_finished(file: Path) -> None:
    """Blocks finished before Ctrl-C are stored, whether they were added or not."""
    block = Counted()
    with BlockStore(file, "code") as store, pytest.raises(KeyboardInterrupt):
        run_blocks(block, range(20), InProcessExecutor(), shelf=shelf_of(store))
    with BlockStore(file, "code") as store:
        assert sorted(store.get(shelf_of(store).key, range(20))) == list(range(13))


def test_an_interrupt_while_waiting_keeps_what_is_finished(file: Path) -> None:
    """Ctrl-C while one block is waited for keeps the others that are finished."""

    class Stuck(ThreadPoolExecutor):
        """Has finished every block but the first, which is interrupted."""

        def submit(  # type: ignore[override]
            self, fn: Callable[[list[Call]], Worked], /, batch: list[Call]
        ) -> Future[Worked]:
            future: Future[Worked] = Future() if batch[0].span.start else _Interrupted()
            if batch[0].span.start:
                future.set_result(fn(batch))
            return future

    class _Interrupted(Future[Worked]):
        def result(self, _timeout: float | None = None) -> Worked:
            """Be interrupted."""
            raise KeyboardInterrupt

    with BlockStore(file, "code") as store, Stuck(1) as executor, pytest.raises(KeyboardInterrupt):
        run_blocks(Counted(), range(5), executor, shelf=shelf_of(store))
    with BlockStore(file, "code") as store:
        assert sorted(store.get(shelf_of(store).key, range(20))) == [1, 2, 3, 4]


def test_a_damaged_row_is_computed_again(file: Path) -> None:
    """A row that cannot be read is not trusted: its block is computed and takes its place."""
    block = Counted()
    with BlockStore(file, "code") as store:
        shelf = shelf_of(store)
        run_blocks(block, range(5), InProcessExecutor(), shelf=shelf)
        good = store.get(shelf.key, range(5))
        store.put(shelf.key, 3, b"3")
        assert run_blocks(block, range(5), InProcessExecutor(), shelf=shelf) == text(range(5))
        assert block.computed == [0, 1, 2, 3, 4, 3]
        assert store.get(shelf.key, range(5)) == good


@pytest.mark.parametrize(
    ("wanted", "missing"),
    [
        (range(12), []),
        (range(13), [12]),
        (range(9), range(5, 9)),
        (range(4, 12), [4]),
    ],
)
def test_sums_of_blocks_are_used_again(wanted: range, missing: list[int], file: Path) -> None:
    """A kept sum serves where all its blocks are wanted, and no block is counted twice."""
    block = Counted()
    with BlockStore(file, "code") as store:
        shelf = shelf_of(store)
        for span in (range(5), range(5, 12), range(2, 4), range(3, 9)):
            shelf.keep(span, Words(text(span)))
        store.put(shelf.key, row_number(range(5, 7)), b"damaged")
        assert run_blocks(block, wanted, InProcessExecutor(), shelf=shelf) == text(wanted)
        assert block.computed == list(missing)


def test_blocks_of_sums_are_counted(file: Path) -> None:
    """The list counts blocks, however many lie in a row, and so does what is cleared."""
    with BlockStore(file, "code") as store:
        store.put("key", row_number(range(5)), b"")
        store.put("key", row_number(range(7, 8)), b"")
        store.put("other", row_number(range(3)), b"")
        assert [(kept.tasks, kept.blocks) for kept in store.summary()] == [(2, 9)]
        assert store.clear() == 9


MISPLACED: dict[str, tuple[str, set[int]]] = {
    "another block's": (
        "UPDATE blocks SET data = (SELECT data FROM blocks WHERE block = 5) WHERE block = 2",
        {5},
    ),
    "another task's": ("UPDATE blocks SET key = 'key' WHERE key = 'other'", {2, 5}),
    "another version's": ("UPDATE blocks SET code = 'code' WHERE code = 'old'", {2, 5}),
    "cut off": ("UPDATE blocks SET data = SUBSTR(data, 1, LENGTH(data) - 1)", set()),
    "longer": ("UPDATE blocks SET data = CAST(data || 'x' AS BLOB)", set()),
    "empty": ("UPDATE blocks SET data = ''", set()),
    "a text that is none": ("UPDATE blocks SET data = CAST(X'80FF' AS TEXT)", set()),
    "a number": ("UPDATE blocks SET data = 7", set()),
    "without a checksum": ("UPDATE blocks SET data = SUBSTR(data, 33)", set()),
}


@pytest.mark.parametrize("how", MISPLACED)
def test_rows_that_are_not_theirs_are_not_found(how: str, file: Path) -> None:
    """A row of another place, of the format before, or that is damaged is as good as none."""
    rows = [("old", "key", 4), ("code", "other", 3), ("code", "key", 2), ("code", "key", 5)]
    for code, key, block in rows:
        with BlockStore(file, code) as store:
            store.put(key, block, f"{block},".encode())
    statement, left = MISPLACED[how]
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)
    with BlockStore(file, "code") as store:
        assert store.get("key", range(9)) == {k: f"{k},".encode() for k in left}


def test_a_bad_row_of_another_version_is_counted(file: Path) -> None:
    """Rows of other versions that hold what cannot be are listed with the others, and cleared."""
    filled(file, 2, "old")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE blocks SET code = CAST(X'80FF' AS TEXT) WHERE block = 1")
        connection.execute("UPDATE blocks SET key = CAST(X'C328' AS TEXT), data = ''")
    with BlockStore(filled(file, 1, "code"), "code") as store:
        assert [(own.blocks, own.is_current) for own in store.summary()] == [
            (1, True), (1, False), (1, False),
        ]  # fmt: skip
        assert store.clear("others") == 2


def test_damage_that_shows_late_ends_no_run(tmp_path: Path) -> None:
    """A run that has begun computes what it cannot find, and goes on where nothing can be kept."""
    file = filled(tmp_path / "blocks.sqlite", 50)
    block = Counted()
    with RunStore(file, "code") as store:
        data = bytearray(file.read_bytes())
        data[4096:] = b"\xff" * (len(data) - 4096)
        file.write_bytes(data)
        assert run_blocks(block, range(5), InProcessExecutor(), shelf=shelf_of(store)) == \
            text(range(5))  # fmt: skip
        assert str(store.trouble).startswith(f"store.file: {str(file)!r} is damaged")
    assert block.computed == list(range(5))
    assert file.read_bytes() == data
