"""What a reader has done and the page has not dealt with yet: bounded, the newest of each field."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_TEXT = 6000
"""Most characters of one field."""
MOST_CHANGES = 100
"""Most fields that change at a time."""
MOST_WAITING = 20
"""Most buttons and changes, by turns, that wait; nobody presses faster than that."""


@dataclass
class Changes:
    """What was typed, by scenario and field, in the order of the newest of each.

    Attributes
    ----------
    number : int
        Of the newest change, as the browser counts them.
    texts : dict of (str, str) to str
        Text by scenario and field.
    """

    number: int = 0
    texts: dict[tuple[str, str], str] = field(default_factory=dict)

    def merge(self, newer: Changes) -> None:
        """Take newer changes; they count."""
        self.number = max(self.number, newer.number)
        for place, text in newer.texts.items():
            self.texts.pop(place, None)
            self.texts[place] = text
        for place in list(self.texts)[:-MOST_CHANGES]:
            del self.texts[place]


@dataclass(frozen=True)
class Press:
    """A button, or a part that was opened.

    Attributes
    ----------
    scope : str
        Of which scenario.
    what : str
        Which.
    text : str
        What was typed next to it.
    """

    scope: str
    what: str
    text: str


@dataclass
class Waiting:
    """What is to be done, in order.

    However fast messages come, what waits stays small: changes that follow one
    another are one, and a button that was pressed again is pressed once.
    """

    there: asyncio.Event = field(default_factory=asyncio.Event)
    _deeds: deque[Changes | Press] = field(default_factory=deque)

    def change(self, message: Any) -> None:
        """Take what was typed since, as the browser sends it."""
        known = message if isinstance(message, Mapping) else {}
        number, sent = known.get("number"), known.get("changes")
        newer = Changes(number if isinstance(number, int) else 0)
        for change in sent[-MOST_CHANGES:] if isinstance(sent, list | tuple) else []:
            scope, name, text = _words(change, "scope", "name", "text")
            newer.texts[scope, name] = text[:MOST_TEXT]
        last = self._deeds[-1] if self._deeds else None
        if isinstance(last, Changes):
            last.merge(newer)
        else:
            self._add(newer)

    def press(self, message: Any) -> None:
        """Take what was pressed, unless too much waits already."""
        newer = Press(*_words(message, "scope", "what", "text"))
        last = self._deeds[-1] if self._deeds else None
        if isinstance(last, Press) and (last.scope, last.what) == (newer.scope, newer.what):
            self._deeds[-1] = newer
        elif len(self._deeds) < MOST_WAITING:
            self._add(newer)

    def take(self) -> Changes | Press | None:
        """Take what is to be done next; None where there is nothing."""
        if not self._deeds:
            return None
        deed = self._deeds.popleft()
        if not self._deeds:
            self.there.clear()
        return deed

    def _add(self, deed: Changes | Press) -> None:
        self._deeds.append(deed)
        self.there.set()


def _words(message: object, *names: str) -> Iterator[str]:
    """Read texts from a message; what is not there is empty."""
    known = message if isinstance(message, Mapping) else {}
    return (str(known.get(name, "")) for name in names)
