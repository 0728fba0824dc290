"""Answers as a tab takes them, by scenario, and what it shows of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from htmltools import TagList

from sim.errors import Fault, StudyError
from sim.page.data_in import DataFiles, with_scale
from sim.page.data_part import faults_part, seen_part
from sim.page.updates import Updates


@dataclass
class DataField:
    """Files of answers of one tab, by scenario."""

    _files: dict[str, DataFiles] = field(default_factory=dict)

    def take(self, updates: Updates, scope: str, message: str) -> None:
        """Read files that were chosen, and show what they hold or all that is wrong."""
        files = self._files.setdefault(scope, DataFiles())
        self._show(updates, scope, partial(files.take, message))

    def read_again(self, updates: Updates, scope: str, message: str) -> None:
        """Read them by another map, with the scale where that was typed."""
        files = self._files.setdefault(scope, DataFiles())
        self._show(updates, scope, lambda: files.read_again(with_scale(*_texts(message))))

    def forget(self, updates: Updates, scope: str) -> None:
        """Remove them."""
        files = self._files.setdefault(scope, DataFiles())
        self._show(updates, scope, files.forget)

    def planned(self, scope: str) -> tuple[str, str] | None:
        """Name the files, and give the text of the study that is planned from them, if any is."""
        files = self._files.get(scope, DataFiles())
        return None if files.start is None else (files.start.sketch.named, files.start.text)

    def remove(self, scope: str) -> None:
        """Forget a scenario's files without a word."""
        if scope in self._files:
            self._files.pop(scope).forget()

    def close(self) -> None:
        """Remove every file."""
        for scope in [*self._files]:
            self.remove(scope)

    def _show(self, updates: Updates, scope: str, deed: Callable[[], None]) -> None:
        files, faults = self._files[scope], tuple[Fault, ...]()
        try:
            deed()
        except StudyError as error:
            faults = error.faults
        place = f"{scope}-data"
        updates.html |= {
            f"{place}-status": _status(files, len(faults)),
            f"{place}-error": str(faults_part(faults)),
            f"{place}-seen": str(TagList(seen_part(scope, files))),
        }
        updates.value |= {f"{place}-map": files.map, f"{place}-points": "", f"{place}-lowest": ""}
        updates.hidden[f"{place}-read"] = not files.paths


def _status(files: DataFiles, faults: int) -> str:
    if files.start is not None:
        return f"{TagList(files.start.sketch.named)} can be planned from."
    if not files.paths and not faults:
        return ""
    return f"Not read: {faults} {'complaint' if faults == 1 else 'complaints'}."


def _texts(message: str) -> tuple[str, str, str]:
    """Take the map, the points and the lowest code that were typed."""
    try:
        text, points, lowest = map(str, json.loads(message))
    except (ValueError, TypeError):
        return message, "", ""
    return text, points, lowest
