"""The manifest of a run: what repeats it, and what it was computed with."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass, fields
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sim import __version__
from sim.study import Study

LIBRARIES = ("numpy", "scipy", "numba", "pydantic", "hydra-core")
"""Libraries whose version can matter to the numbers or the config."""


@dataclass(frozen=True)
class Provenance:
    """What a run was computed with.

    Attributes
    ----------
    seed : int
        Seed of all random numbers.
    versions : mapping of str to str
        Versions of this package, of Python and of the libraries, by name.
    config_sha256, code_sha256 : str
        Hashes of the settings and of this package's code.
    """

    seed: int
    versions: Mapping[str, str]
    config_sha256: str
    code_sha256: str


def manifest_data(study: Study) -> dict[str, Any]:
    """All that is needed to repeat the run; the same on every machine with these versions."""
    config = study.model_dump(mode="json")
    return {
        "config": config,
        "config_sha256": sha256(json.dumps(config, sort_keys=True).encode()).hexdigest(),
        "code_sha256": package_hash(),
        "seed": study.seed,
        "versions": {
            "mentorsim": __version__,
            "python": platform.python_version(),
            **{name: version(name) for name in LIBRARIES},
        },
    }


def provenance(manifest: Mapping[str, Any]) -> Provenance:
    """Take from a manifest what its run was computed with."""
    return Provenance(*(manifest[field.name] for field in fields(Provenance)))


def package_hash() -> str:
    """Hash of the source files of this package as they are, in the order of their names."""
    package = Path(__file__).parent
    files = {path.relative_to(package).as_posix(): path for path in package.rglob("*.py")}
    parts = (name.encode() + b"\0" + files[name].read_bytes() for name in sorted(files))
    return sha256(b"".join(parts)).hexdigest()
