"""Hydra's own settings: which of them may differ from those that are shipped."""

from __future__ import annotations

from typing import Any

from omegaconf import DictConfig, OmegaConf

from sim.errors import StudyError
from sim.study.refusals import shown

_FREE = (
    "run.dir",
    "sweep.dir",
    "sweep.subdir",
    "mode",
    "sweeper.params",
    "searchpath",
    "help",
    "overrides",
    "runtime",
    *(f"job.{fact}" for fact in ("name", "num", "id", "override_dirname", "config_name")),
)
"""What may differ in Hydra's settings: folders, what is swept, help, and facts of the job."""


def check_hydra(config: DictConfig, words: list[str], shipped: dict[str, Any]) -> None:
    """Refuse settings of Hydra's other than those shipped: they can name code that it runs."""
    noted: Any = OmegaConf.to_container(config.hydra.overrides, resolve=False)
    if sorted([*noted["hydra"], *noted["task"]]) != sorted(words):
        raise StudyError("hydra.overrides: is what Hydra notes of the command line; leave it out")
    for place, value in hydra_settings(config).items():
        if value != shipped.get(place):
            right = "cannot be set; of Hydra's settings only the folders of runs and sweeps can"
            raise StudyError(f"hydra.{place}: {shown(value)} {right}")


def hydra_settings(config: DictConfig) -> dict[str, Any]:
    """List Hydra's settings by place, without those that may differ."""
    settings: dict[str, Any] = {}

    def walk(node: Any, place: str) -> None:
        if place in _FREE:
            return
        if not isinstance(node, dict) or not node:
            settings[place] = node
            return
        for key, value in node.items():
            walk(value, f"{place}.{key}".removeprefix("."))

    walk(OmegaConf.to_container(config.hydra, resolve=False), "")
    return settings
