"""At the first answer after installing, another process compiles what that answer needs last.

The simulation needs its compiled functions at once, and takes its time; those of powers without
simulation come after it. Two processors are through with both in two thirds of the time.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import DEVNULL, Popen

from sim.compute.code_version import code_version
from sim.compute.compiled import cache_folder
from sim.power.exact import exact_rejection
from sim.power.sampled import sampled_rejection
from sim.study import Analysis

KERNELS = (
    "sim.power.pattern_kernels",
    "sim.power.exact_kernels",
    "sim.inference.signed_score_kernels",
)
"""Whose compiled functions they are."""
FEW = [0.1, 0.1, 0.2, 0.3, 0.3]
"""Changes of nobody: what is computed of them does not matter."""


@contextmanager
def compiling_ahead() -> Iterator[None]:
    """Have another process compile ahead, once; it ends with the answer at the latest."""
    process = _started() if _to_do() else None
    try:
        yield
    finally:
        if process is not None:
            process.terminate()
            process.wait()


def _started() -> Popen[bytes]:
    words = [sys.executable, "-P", "-m", __name__]
    return Popen(words, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)  # noqa: S603 - no words of others


def _to_do() -> bool:
    """Tell whether this process is the first with this code, and does not have to share."""
    folder = cache_folder()
    if folder is None or (os.cpu_count() or 1) < 2:
        return False
    try:
        (folder / f"ahead-{code_version(*KERNELS)}").touch(exist_ok=False)
    except OSError:
        return False
    return True


def compile_here() -> None:
    """Compile, or load, what powers without simulation need by default."""
    analysis = Analysis()
    sampled_rejection(FEW, [6, 7], analysis, 2)
    exact_rejection(FEW, [6, 7], analysis)


if __name__ == "__main__":
    compile_here()
