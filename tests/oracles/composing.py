"""Composing once what is composed again and again: the shipped configuration does not change."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from hydra._internal.hydra import Hydra
from hydra.core.utils import JobRuntime
from omegaconf import read_write

from sim.compose import Composer
from sim.sources import CONF, FILE

SHIPPED = {str(CONF), "pkg://hydra.conf", "structured://"}
"""Where the shipped configuration lies."""
ELSEWHERE = ("/", "\\", "~", "file", "path", "hydra")
"""What words hold that lead to other files, or depend on the folder."""


class Kept:
    """What has been composed in this process; while ``on`` is false nothing is looked up."""

    def __init__(self) -> None:
        self.on = True
        self._configs: dict[str, Any] = {}
        self._plain: dict[tuple[str, ...], dict[str, Any]] = {}
        self._compose_config, self._compose_plain = Hydra.compose_config, Composer.plain

    def install(self) -> None:
        """Let Hydra and the composer look up what they composed before."""
        kept = self

        def compose_config(core: Hydra, *stated: Any, **more: Any) -> Any:
            return kept._config(core, stated, more)

        def plain(composer: Composer, words: Sequence[str] = ()) -> dict[str, Any]:
            return kept._data(composer, words)

        Hydra.compose_config = compose_config  # type: ignore[method-assign]
        Composer.plain = plain  # type: ignore[method-assign]

    def _config(self, core: Hydra, stated: tuple[Any, ...], more: dict[str, Any]) -> Any:
        """Compose the files of the shipped configuration once for every choice among them."""
        paths = {place.path for place in core.config_loader.get_search_path().get_path()}
        if not self.on or paths != SHIPPED or FILE in repr((stated, more)):
            return self._compose_config(core, *stated, **more)
        key = repr((stated, sorted(more.items()), JobRuntime.instance().conf))
        if key not in self._configs:
            self._configs[key] = self._compose_config(core, *stated, **more)
        config = self._configs[key]  # the program works on a copy
        with read_write(config.hydra):  # a run makes its settings of Hydra read-only
            config.hydra.runtime.cwd = str(Path.cwd())
        return config

    def _data(self, composer: Composer, words: Sequence[str]) -> dict[str, Any]:
        """Compose once for the same words, unless they lead to other files."""
        if not self.on or composer != Composer() or any(way in str(words) for way in ELSEWHERE):
            return self._compose_plain(composer, words)
        key = tuple(words)
        if key not in self._plain:
            self._plain[key] = self._compose_plain(composer, words)
        return deepcopy(self._plain[key])


KEPT = Kept()
"""The compositions that all tests of a process share."""
