"""At the first answer after installing, another process compiles what that answer needs last.

It begins with the command, while a study is read, and goes through in the order in which the
answer needs it: what is counted of simulated studies, then powers without simulation. What is
needed sooner the answer compiles itself; both are through at about the same time.
"""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, Popen

from sim.compute.code_folder import cache_folder
from sim.compute.code_version import code_version

KERNELS = (
    "sim.inference.step_kernels",
    "sim.power.count_kernels",
    "sim.power.exact_kernels",
    "sim.inference.signed_score_kernels",
    "sim.power.pattern_kernels",
)
"""Whose compiled functions they are."""
FEW = [0.1, 0.1, 0.2, 0.3, 0.3]
"""Changes of nobody: what is computed of them does not matter."""


@contextmanager
def compiling_ahead() -> Iterator[None]:
    """Have another process compile ahead, until it is through once; it ends with the command."""
    mark = _to_do()
    process = _started() if mark else None
    try:
        yield
    finally:
        if mark and process is not None:
            if process.poll() is None:
                mark.unlink(missing_ok=True)  # a study refused, say: the next one is the first
            process.terminate()
            process.wait()


def _started() -> Popen[bytes]:
    words = [sys.executable, "-P", "-m", __name__]
    return Popen(words, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)  # noqa: S603 - no words of others


def _to_do() -> Path | None:
    """Leave a mark where this process is the first with this code, and does not have to share."""
    folder = cache_folder()
    if folder is None or (os.cpu_count() or 1) < 2:
        return None
    mark = folder / f"ahead-{code_version(*KERNELS)}"
    try:
        mark.touch(exist_ok=False)
    except OSError:
        return None
    return mark


def compile_here() -> None:
    """Compile, or load, what is decided and counted, and powers without simulation, by default."""
    import numpy as np

    from sim.inference.decide import ThresholdCounts, decide
    from sim.inference.sample import Sample
    from sim.inference.thresholds import Procedure
    from sim.power.counting import Ends, count_decisions, count_mean_changes
    from sim.power.exact import exact_rejection
    from sim.power.sampled import sampled_rejection
    from sim.study import Analysis
    from sim.study.endpoints import Endpoints

    analysis, nobody, one = Analysis(), np.empty(0, np.int64), np.ones(1)
    alpha = (analysis.alpha,)
    procedure = Procedure(alpha, (1,), "down", 1, alpha)
    counts = ThresholdCounts(np.zeros((2, 1, 1), np.int8), procedure, domains=1)
    decisions = decide(counts, analysis.alpha, analysis.side)
    changes, scores = np.zeros((2, 2, 1), np.int16), np.ones((2, 2, 1, 2), np.int8)
    sample = Sample(changes, scores, nobody, Endpoints(1), one)
    sizes, ends = np.array([2]), Ends.without_looks(1, 2)
    count_mean_changes(sample, sizes, nobody, one, 1.0, decisions.rejected, ends)
    count_decisions(decisions)
    exact_rejection(FEW, [6, 7], analysis)
    sampled_rejection(FEW, [6, 7], analysis, 2)


if __name__ == "__main__":
    gc.disable()  # a compiler makes much that it keeps
    compile_here()
