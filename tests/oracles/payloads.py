"""Settings that would run code, each leaving a mark, and folders of settings that hold them."""

import pickle
from pathlib import Path

import numpy as np
import yaml


class _Touch:
    """Unpickled, it makes a file: the mark that code has run."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.mark,)


def callbacks(folder: Path, mark: Path) -> dict[str, dict[str, object]]:
    """Write payloads to a folder; give the settings that would run them."""
    array = np.empty(1, dtype=object)
    array[0] = _Touch(mark)
    np.save(folder / "payload.npy", array, allow_pickle=True)
    (folder / "payload.pkl").write_bytes(pickle.dumps(_Touch(mark)))
    site = folder / "site"
    site.mkdir()
    (site / "payload.pth").write_text(f"import pathlib; pathlib.Path({str(mark)!r}).touch()\n")
    return {
        "array": {"_target_": "numpy.load", "file": str(folder / "payload.npy"),
                  "allow_pickle": True},
        "pickle": {"_target_": "pandas.read_pickle",
                   "filepath_or_buffer": str(folder / "payload.pkl")},
        "site": {"_target_": "site.addsitedir", "sitedir": str(site)},
    }  # fmt: skip


def write(path: Path, data: object, head: str = "# @package _global_\n") -> None:
    """Write settings to a file, with the folders that it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(head + yaml.safe_dump(data), encoding="utf-8")


def write_package(folder: Path, name: str, mark: Path) -> None:
    """Write a package that leaves the mark when it is imported."""
    (folder / name).mkdir(parents=True)
    code = f"import pathlib\npathlib.Path({str(mark)!r}).touch()\n"
    (folder / name / "__init__.py").write_text(code)
    (folder / name / "evil.py").write_text(code)
