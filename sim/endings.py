"""How the console command ends: the line that it says, its exit status, what every screen takes."""

from __future__ import annotations

import codecs
import io
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from sim.compute.interruption import received
from sim.errors import NotWritten, StudyError, reason_of

ON_SIGNAL = 128
"""Exit status of a command that a signal ended, less the signal's number."""
BROKEN_PIPE = ON_SIGNAL + 13
"""Exit status where nobody reads on; 13 is SIGPIPE, which not every system has."""
PLAIN = {
    "→": "->", "←": "<-", "±": "+/-", "×": "x", "·": "*", "−": "-", "–": "-", "—": "-", "‑": "-",
    "≥": ">=", "≤": "<=", "≠": "!=", "≈": "~", "…": "...", "“": '"', "”": '"', "‘": "'", "’": "'",
    "„": '"', "•": "-", "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ",
    "½": "1/2", "α": "alpha", "β": "beta", "√": "sqrt", "∞": "infinity",
}  # fmt: skip
"""What stands for a sign where the screen's encoding has none; other characters are escaped."""


def told(error: BaseException) -> int | None:
    """Say in one line, on stderr, what ended a command.

    Parameters
    ----------
    error : BaseException
        What came out of it. After a signal that is whatever was made of the
        interruption on its way: half an import raises ImportError.

    Returns
    -------
    int or None
        Exit status: 128 + the signal's number; 2 for what the user can mend; 1 where
        files could not be written; None for a bug, of which nothing is said.
    """
    number = received()
    if number is not None or isinstance(error, KeyboardInterrupt):
        number = number or signal.SIGINT
        by = "" if number == signal.SIGINT else f" by {signal.Signals(number).name}"
        words = map(str, error.args) if isinstance(error, KeyboardInterrupt) else ()
        say("; ".join([f"interrupted{by}", *words]))
        return ON_SIGNAL + number
    if isinstance(error, BrokenPipeError):  # such as `mentorsim | head -1`: nobody is left to tell
        return BROKEN_PIPE
    if isinstance(error, StudyError | NotWritten):
        for line in str(error).splitlines():
            say(line)
        return 2 if isinstance(error, StudyError) else 1
    return None


def say(line: str) -> None:
    """Print a line on stderr, unless nobody can read it any more."""
    with suppress(OSError):
        print(f"mentorsim: {line}", file=sys.stderr, flush=True)


def show(text: str, end: str = "\n") -> None:
    """Print an answer on stdout, at once.

    Raises
    ------
    NotWritten
        Where stdout does not take it, such as a file on a full disk.
    BrokenPipeError
        Where nobody reads it.
    """
    try:
        print(text, end=end, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _unprinted(error) from None


def make_printable() -> None:
    """Let stdout and stderr take every character, whatever their encoding, closed ones too."""
    codecs.register_error("mentorsim", _in_plain)
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the end
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as above
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="mentorsim")


def _in_plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    escaped = (PLAIN.get(c) or c.encode("ascii", "backslashreplace").decode() for c in signs)
    return "".join(escaped), error.end


def finished(status: int) -> int:
    """Send off what is printed; give the exit status, which says where that failed.

    Parameters
    ----------
    status : int
        That of the command.

    Returns
    -------
    int
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        _forget(sys.stdout)
        if isinstance(error, BrokenPipeError):
            status = status or BROKEN_PIPE
        else:
            status = status or told(_unprinted(error)) or 1
    try:
        sys.stderr.flush()
    except OSError:
        _forget(sys.stderr)
    return status


def _unprinted(error: OSError) -> NotWritten:
    return NotWritten(f"the answer cannot be printed ({reason_of(error)})")


def _forget(stream: TextIO) -> None:
    """Let what a stream still holds go nowhere; Python would try again as it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
