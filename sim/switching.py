"""An effect that words of the command line replace by one that is stated in another way."""

from __future__ import annotations

from hydra.core.override_parser.types import Override
from omegaconf import DictConfig, OmegaConf

from sim.study.effects import KINDS


def switched(config: DictConfig, words: list[Override]) -> list[str]:
    """Words that take an effect out which others replace by one that is stated in another way."""
    stated: dict[str, set[str]] = {}
    for word in words:
        place, last = _stated(word.key_or_group)
        if word.is_delete() or word.is_sweep_override() or word.package is not None:
            continue
        value = word.value()
        if isinstance(value, dict) and word.key_or_group.rpartition(".")[2] == "effect":
            stated.setdefault(word.key_or_group, set()).update(map(str, value))
        elif "effect" in place.split("."):
            stated.setdefault(place, set()).add(last)
    out = []
    for place, names in stated.items():
        section = OmegaConf.select(config, place) if "effect" in place.split(".") else None
        if not isinstance(section, DictConfig) or not names & {*KINDS}:
            continue
        if any(name in section for name in KINDS if name not in names):
            out += [f"~{place}.{name}" for name in map(str, section) if name not in names]
    return out


def _stated(key: str) -> tuple[str, str]:
    """Give the effect that a word is about, and the first of its fields that the word sets."""
    parts = key.split(".")
    if "effect" not in parts[:-1]:
        return key.rpartition(".")[0], parts[-1]
    end = len(parts) - 1 - parts[-2::-1].index("effect")
    return ".".join(parts[:end]), parts[end]
