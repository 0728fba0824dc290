"""What the console command answers in one line, and how text of the user's is written on it."""

LONGEST = 380
"""Most characters of an error's line, so that it fits a few lines of a terminal."""


class StudyError(Exception):
    """Something in a study that its author can mend.

    The message is one line that says what, where, and what would be right,
    without characters that a terminal would obey, and cut in the middle where
    it is too long to be read. The console command prints it and exits with
    status 2; nothing is written.
    """

    def __init__(self, message: str) -> None:
        super().__init__(shortened(printable(message), LONGEST))


class NotWritten(Exception):  # noqa: N818 - says what happened; the answer itself is no error
    """Files that the machine did not take, such as on a full disk.

    The message is one line that says which and why, as a :class:`StudyError`'s is. The console
    command prints the answer all the same, then the line, and exits with status 1.
    """

    def __init__(self, message: str) -> None:
        super().__init__(shortened(printable(message), LONGEST))


def reason_of(error: OSError) -> str:
    """Say why the system refused."""
    return (error.strerror or str(error)).lower()


def printable(text: str) -> str:
    """Text on one line, with characters that cannot be seen escaped."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def shortened(text: str, most: int) -> str:
    """Text of at most so many characters, without its middle where it is longer."""
    if len(text) <= most:
        return text
    tail = most // 3
    return f"{text[: most - tail - 3]}...{text[-tail:]}"
