"""What the console command answers in one line, and how text of the user's is written on it."""

from dataclasses import dataclass

LONGEST = 380
"""Most characters of an error's line, so that it fits a few lines of a terminal."""


@dataclass(frozen=True)
class Fault:
    """One thing in a study that its author can mend.

    Attributes
    ----------
    words : str
        What, where, and what would be right, on one line.
    place : str
        The field, such as ``questionnaire.items.listening``; empty where it is no field's.
    source : str
        The file and line in which it stands, such as ``nurses.yaml, line 12``; empty where it
        stands in no file of the author's.
    """

    words: str
    place: str = ""
    source: str = ""

    def __str__(self) -> str:
        """Write the line, without characters that a terminal would obey, cut where too long."""
        line = f"{self.source}: {self.words}" if self.source else self.words
        return shortened(printable(line), LONGEST)


class StudyError(Exception):
    """What is wrong with a study, each a line that says what, where, and what would be right.

    The console command prints the lines and exits with status 2; nothing is written.

    Attributes
    ----------
    faults : tuple of Fault
        At least one.
    """

    def __init__(self, *faults: str | Fault) -> None:
        self.faults = tuple(Fault(fault) if isinstance(fault, str) else fault for fault in faults)
        super().__init__(*map(str, self.faults))  # plain text, so that it travels

    def __str__(self) -> str:
        """Write all faults, one a line."""
        return "\n".join(map(str, self.faults))


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
