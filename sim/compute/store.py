"""Finished blocks, kept in one file, so that no block is computed twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any, Literal, Self

from sim.compute.stored import Stored
from sim.errors import StudyError

SCHEMA = (
    "CREATE TABLE blocks(key TEXT NOT NULL, block INTEGER NOT NULL, code TEXT NOT NULL, "
    "data BLOB NOT NULL, PRIMARY KEY(key, code, block)) WITHOUT ROWID"
)
"""All that such a file holds; a file with anything else is not ours."""
FORMAT = "mentorsim block 2"
"""Part of every checksum: rows of another format, or without a checksum, are computed again."""
FIRST_BITS = 40
"""A row's number: in so many bits its first block, above them how many further ones it holds."""
COUNT = f"(MAX(block, 0) >> {FIRST_BITS}) + 1"
"""How many blocks a row holds, in SQL."""
DIGEST = sha256().digest_size
PATIENCE = 60.0
"""Seconds to wait for a file that another process has locked."""
TURN = 0.5
"""Seconds of that without a look at whether somebody has pressed Ctrl-C."""

AWAY = "move it away, or set store.file=null"
REASONS = {
    sqlite3.SQLITE_NOTADB: ("is no SQLite file", AWAY),
    sqlite3.SQLITE_CORRUPT: ("is damaged", AWAY),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", "name another, or set store.file=null"),
    sqlite3.SQLITE_READONLY: ("cannot be written to", "name another, or set store.file=null"),
    sqlite3.SQLITE_FULL: ("cannot grow, for the disk is full", "make room, or store.file=null"),
    sqlite3.SQLITE_BUSY: ("stays locked by another process", "wait for it, or store.file=null"),
}
"""What is wrong with a file, and what would be right, by SQLite's code."""


class BlockStore:
    """Blocks by task and number, of this version of the code; other versions' stay as they are.

    A row holds one block, or the sum of several that follow each other, by whose
    number it is numbered (:func:`row_number`).

    Several processes may use one file at once. A killed process loses at most
    the row that it was storing; a power cut can damage the file, which is
    then refused. What it holds can always be computed again.

    A row begins with a checksum over its place and its contents, so that damage
    and rows in each other's place are noticed. It keeps nobody out who means
    harm: who can write to the file can work out checksums too.

    Parameters
    ----------
    path : Path
        The file. It is made, with its folder, when a block is first stored.
    code : str
        Version of the code that runs.

    Raises
    ------
    StudyError
        One line, from every method, where the file cannot be used.
    """

    def __init__(self, path: Path, code: str) -> None:
        self.path, self.code = path, code
        self._connection: sqlite3.Connection | None = None
        self._ready = False
        if not self._opened():
            self._check_folder()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_stopped: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; the next call opens it again."""
        if self._connection is not None:
            self._connection.close()
        self._connection, self._ready = None, False

    def rows(self, key: str) -> list[range]:
        """List which blocks of a task each row holds; rows may have blocks in common."""
        if not self._opened():
            return []
        numbers = self._ask("SELECT block FROM blocks WHERE key = ? AND code = ?", (key, self.code))
        return [_blocks(number) for (number,) in numbers if isinstance(number, int)]

    def get(self, key: str, blocks: Sequence[int]) -> dict[int, bytes]:
        """Look rows of one task up.

        Parameters
        ----------
        key : str
            Fingerprint of the task.
        blocks : sequence of int
            Their numbers; some hundreds at the most.

        Returns
        -------
        dict of int to bytes
            Those that are there as they were stored.
        """
        if not self._opened():
            return {}
        places = ",".join("?" * len(blocks))
        query = f"SELECT block, data FROM blocks WHERE key = ? AND code = ? AND block IN ({places})"  # noqa: S608 - question marks alone
        rows = self._ask(query, (key, self.code, *blocks))
        return {
            block: row[DIGEST:]
            for block, row in rows
            if isinstance(row, bytes) and row == self._row(key, block, row[DIGEST:])
        }

    def put(self, key: str, block: int, data: bytes) -> None:
        """Store a row at once, in the place of a damaged one if there is one.

        Parameters
        ----------
        key : str
            Fingerprint of the task.
        block : int
            Its number.
        data : bytes
            Its contents.
        """
        if not self._opened():
            self._create()
        # replace: whoever was faster has stored the same, unless what was there is damaged
        self._ask(
            "INSERT OR REPLACE INTO blocks(key, block, code, data) VALUES (?, ?, ?, ?)",
            (key, block, self.code, self._row(key, block, data)),
        )

    def _row(self, key: str, block: int, data: bytes) -> bytes:
        """Write a row's contents with their checksum before them."""
        place = "\n".join((FORMAT, self.code, key, str(block), ""))
        return sha256(place.encode() + data).digest() + data

    def summary(self) -> tuple[Stored, ...]:
        """Count what is stored, by version of the code; that which runs comes first."""
        if not self._opened():
            return ()
        rows = self._ask(
            f"SELECT code, COUNT(DISTINCT key), SUM({COUNT}), SUM(LENGTH(data)) FROM blocks "  # noqa: S608 - a constant
            "GROUP BY code"
        )
        entries = [
            # a damaged row may hold anything in any place
            Stored(str(code), tasks, blocks, size or 0, is_current=code == self.code)
            for code, tasks, blocks, size in rows
        ]
        return tuple(sorted(entries, key=lambda stored: (not stored.is_current, stored.code)))

    def clear(self, which: Literal["others"] | None = None) -> int:
        """Take blocks out of the file and give their room back.

        Parameters
        ----------
        which : {'others'} or None
            Those of other versions of the code; None = all.

        Returns
        -------
        int
            Number of blocks taken out.
        """
        if not self._opened():
            return 0
        kept = self.code if which == "others" else ""
        gone = self._ask(f"DELETE FROM blocks WHERE code <> ? RETURNING {COUNT}", (kept,))  # noqa: S608 - a constant
        self._ask("VACUUM")
        return sum(count for (count,) in gone)

    def _opened(self) -> bool:
        """Open the file if it is there; tell whether it holds a table of blocks."""
        if self._ready:
            return True
        if self._connection is None:
            if not self._exists():
                return False
            self._connect("rw")
        tables = self._ask("SELECT sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
        if tables not in ([], [(SCHEMA,)]):
            raise self._refused("holds something other than this program's blocks", AWAY)
        self._ready = bool(tables)
        return self._ready

    def _exists(self) -> bool:
        try:
            return self.path.exists()
        except OSError as error:
            raise self._refused(f"cannot be opened ({error.strerror})", "name another") from None

    def _create(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unmakeable((error.strerror or str(error)).lower()) from None
        self.close()
        self._connect("rwc")
        self._ask(SCHEMA.replace("TABLE", "TABLE IF NOT EXISTS", 1))

    def _check_folder(self) -> None:
        """Refuse a file whose folder cannot be made, before anything is computed."""
        there = next(folder for folder in self.path.absolute().parents if folder.exists())
        if not there.is_dir():
            raise self._unmakeable("not a directory")

    def _connect(self, mode: str) -> None:
        try:
            # no WAL: it is unsafe on network drives, where clusters have their homes
            self._connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode={mode}",
                uri=True,
                timeout=TURN,
                isolation_level=None,
            )
        except sqlite3.Error as error:
            raise self._trouble(error) from None
        self._connection.text_factory = partial(str, encoding="utf-8", errors="replace")
        # the system writes what a killed process has stored; to wait for the disk, which only
        # a power cut would make worth while, takes longer than many a block (3 to 12 ms on a
        # local disk; to commit many blocks at once would lose them with a killed process)
        self._ask("PRAGMA synchronous = OFF")

    def _ask(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """Run a statement in one transaction; give its rows."""
        if self._connection is None:
            raise RuntimeError("the store is closed")
        end = monotonic() + PATIENCE
        while True:
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                if _code(error) != sqlite3.SQLITE_BUSY or monotonic() >= end:
                    raise self._trouble(error) from None

    def _trouble(self, error: sqlite3.Error) -> StudyError:
        reason, right = REASONS.get(_code(error), (f"cannot be used ({error})", AWAY))
        return self._refused(reason, right)

    def _unmakeable(self, reason: str) -> StudyError:
        return self._refused(f"cannot be made ({reason})", "name another, or set store.file=null")

    def _refused(self, reason: str, right: str) -> StudyError:
        self.close()
        return StudyError(f"store.file: {str(self.path)!r} {reason}; {right}")


def row_number(blocks: range) -> int:
    """Number the row of the sum of some blocks; that of one block has the block's number."""
    return (len(blocks) - 1 << FIRST_BITS) + blocks.start


def _blocks(number: int) -> range:
    further, first = divmod(number, 1 << FIRST_BITS)
    return range(first, first + further + 1)


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary code of an error; 0 where Python itself raised it."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return sqlite3.SQLITE_BUSY if code == sqlite3.SQLITE_LOCKED else code
