"""What the console command answers in one line."""


class StudyError(Exception):
    """Something in the stated study that its author can mend.

    The message is one line that says what, where, and what would be right.
    The console command prints it and exits with status 2; nothing is written.
    """


class NotWritten(Exception):  # noqa: N818 - says what happened; the answer itself is no error
    """Files that the machine did not take, such as on a full disk.

    The message is one line that says which and why. The console command
    prints the answer all the same, then the line, and exits with status 1.
    """


def reason_of(error: OSError) -> str:
    """Say why the system refused."""
    return (error.strerror or str(error)).lower()
