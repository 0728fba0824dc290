"""The one exception that a user can mend, and how text of the user's is written on a line."""

LONGEST = 380
"""Most characters of an error's line, so that it fits a few lines of a terminal."""


class StudyError(Exception):
    """Something in the stated study that its author can mend.

    The message is one line that says what, where, and what would be right,
    without characters that a terminal would obey, and cut in the middle where
    it is too long to be read. The console command prints it and exits with
    status 2; nothing is written.
    """

    def __init__(self, message: str) -> None:
        super().__init__(shortened(printable(message), LONGEST))


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
