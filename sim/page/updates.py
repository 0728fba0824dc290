"""What changes in the browser; page.js puts it in its place."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Updates:
    """Changes to what the browser displays.

    Attributes
    ----------
    html : dict of str to str
        New content by element.
    value : dict of str to (str or float)
        New value by control.
    hidden, disabled, stale : dict of str to bool
        By element; what is stale is of earlier settings, and about to be replaced.
    errors : dict of str to dict
        By scenario: the line of each field that has one.
    kept : dict of str to str
        Settings by scenario, from which the browser restores a reloaded page.
    number : int
        The last change of the reader's that is taken into account; 0 where this answers none.
    """

    html: dict[str, str] = field(default_factory=dict)
    value: dict[str, str | float] = field(default_factory=dict)
    hidden: dict[str, bool] = field(default_factory=dict)
    disabled: dict[str, bool] = field(default_factory=dict)
    stale: dict[str, bool] = field(default_factory=dict)
    errors: dict[str, dict[str, str]] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    number: int = 0
