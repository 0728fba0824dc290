"""No compiled loop reads or writes beyond its arrays."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
OF_KERNELS = (
    "inference", "cohorts/test_draw.py", "cohorts/test_clusters.py", "pilot/test_forensics.py",
    "power/test_tally.py", "power/test_exact.py", "power/test_exact_enumeration.py",
    "power/test_engines_agree.py", "power/test_control_arm.py",
)  # fmt: skip
"""Tests that run every file of kernels."""
BEYOND = """
import numpy as np
from sim.compute.compiled import njit

@njit
def beyond(values):
    return values[len(values) + 1]

beyond(np.zeros(3))
"""


def checked(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python with every index checked; what it compiles stays in that folder."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=TESTS.parent,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
             "NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(folder / "cache")},
        capture_output=True,
        check=False,
        text=True,
    )  # fmt: skip


@pytest.mark.long
def test_no_kernel_leaves_its_arrays(tmp_path: Path) -> None:
    """The kernels' tests pass with every index checked, by code that nothing else finds."""
    (tmp_path / "beyond.py").write_text(BEYOND, encoding="utf-8")
    assert "IndexError" in checked(tmp_path, str(tmp_path / "beyond.py")).stderr
    paths = [str(TESTS / path) for path in OF_KERNELS]
    run = checked(tmp_path, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *paths)
    assert run.returncode == 0, run.stdout[-4000:]
    kept = {path.name.rpartition("-")[0] for path in (tmp_path / "cache").rglob("*-*")}
    kernels = (TESTS.parent / "sim").rglob("*_kernels.py")
    assert len(kept) >= len(list(kernels))


def test_checked_code_is_never_taken_for_the_other(tmp_path: Path) -> None:
    """Code that checks its indices has a name of its own, so in one folder each finds its own."""
    script = tmp_path / "beyond.py"
    script.write_text(BEYOND.replace("len(values) + 1", "0"), encoding="utf-8")
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache"),
                   "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}  # fmt: skip
    for _ in range(2):
        subprocess.run([sys.executable, str(script)], check=True, env=environment)
    assert checked(tmp_path, str(script)).returncode == 0
    assert len(list((tmp_path / "cache").rglob("beyond-*"))) == 2
