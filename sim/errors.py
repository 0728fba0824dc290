"""The one exception that a user can mend."""


class StudyError(Exception):
    """Something in the stated study that its author can mend.

    The message is one line that says what, where, and what would be right.
    The console command prints it and exits with status 2; nothing is written.
    """
