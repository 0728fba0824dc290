"""B1 as R users do it, where R and the packages are found."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from benchmarks.report import Section
from benchmarks.timing import CPU, Effort, Known, Side, Timed, row
from benchmarks.work import B1_EXACT_POWER, B1_REPLICATES, b1_known, b1_task, blocks

PROGRAM = Path(__file__).with_name("peers.R")
PEERS = {
    "stats": ("base R wilcox.test, a loop", 1_000, 0.68767),
    "matrixTests": ("matrixTests, vectorised", B1_REPLICATES, 0.68767),
    "MKpower": ("MKpower (continuity corrected)", B1_REPLICATES, 0.68191),
    "exactRankTests": ("exactRankTests (exact p)", 1_000, B1_EXACT_POWER),
}
"""Package, how it is called, replicates of a call, true power of its test."""


def r_peers(section: Section, effort: Effort) -> None:
    """Each package that is there against our simulation."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        section.note("Skipped: Rscript was not found.")
        return
    for package, (name, replicates, power) in PEERS.items():
        if not _installed(rscript, package):
            section.note(f"{name}: skipped, the package was not found.")
            continue
        ours, theirs = _by_turns(rscript, package, replicates, power, effort.few())
        section.add(row(name, ours, theirs))


def _installed(rscript: str, package: str) -> bool:
    ask = f"cat(requireNamespace('{package}', quietly = TRUE))"
    return _output([rscript, "-e", ask]).strip() == "TRUE"


def _by_turns(
    rscript: str, package: str, replicates: int, power: float, effort: Effort
) -> tuple[Timed, Timed]:
    """Interleave; R tells its own CPU seconds, its start-up and a first call not included."""
    work = blocks(b1_task(), B1_REPLICATES)
    ours = Timed(Side("ours", work, b1_known(B1_REPLICATES)))
    theirs = Timed(Side(package, tuple, Known((power,), 5e-6, replicates)))
    ours.answers.append(work())
    for seed in range(effort.rounds):
        ours.turn(0.05, CPU)
        words = [rscript, str(PROGRAM), package, str(replicates), str(seed)]
        seconds, said = map(float, _output(words).split())
        theirs.seconds.append(seconds * B1_REPLICATES / replicates)
        theirs.answers.append((said,))
    ours.check()
    theirs.check()
    return ours, theirs


def _output(command: list[str]) -> str:
    run = subprocess.run(  # noqa: S603 - Rscript and our own program
        command, capture_output=True, text=True, check=True
    )
    return run.stdout
