"""The command line of the benchmarks."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import CalledProcessError

from benchmarks.answers import answers
from benchmarks.domains import b3, curve, growth
from benchmarks.one_domain import b1, b1_exact, b2
from benchmarks.page import page
from benchmarks.processes import memory, startup, workers
from benchmarks.r_peers import r_peers
from benchmarks.report import Section, document, heading, verdict, write
from benchmarks.timing import QUICK, Effort, WrongAnswerError
from benchmarks.two_arms import two_arms

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Benchmark:
    """One benchmark: what it is called, what it means, what runs it."""

    title: str
    meaning: str
    run: Callable[[Section, Effort], None]


BENCHMARKS = {
    "b1": Benchmark(
        "B1: Monte Carlo power of one domain",
        "P(change = -2 ... 2) = (.03, .12, .35, .35, .15), n = 30, two-sided signed-rank test "
        "by the normal approximation, 10,000 replicates, drawing included on both sides; true "
        "power .68767. Ours draws scores before and after and tests their total as a second "
        "endpoint; SciPy draws the change itself. The loop runs 200 replicates, scaled.",
        b1,
    ),
    "b1_exact": Benchmark(
        "B1, enumerated: exact power at every size from 1 to 60",
        "Exact conditional p-value, zeros dropped, no Monte Carlo error (true power at 30: "
        ".65813), against SciPy's 10,000 simulated replicates of the single size 30.",
        b1_exact,
    ),
    "b2": Benchmark(
        "B2: sample size for a power of .80",
        "The smallest n from which the exact power stays at .80, for the population of B1. Each "
        "row names the test, the true n that ours must find, and what the peer found (over its "
        "repetitions). SciPy bisects from 120 with 10,000 replicates a size; it has no "
        "vectorised exact p for tied changes, so that exact tests are compared with its search "
        "for the normal approximation. statsmodels assumes normal changes.",
        b2,
    ),
    "b3": Benchmark(
        "B3: seven correlated domains",
        "Latent correlation .5 between domains, .6 between before and after, shift .5, n = 30, "
        "signed-rank test (normal approximation) per domain, Holm, 2,000 replicates, drawing "
        "included on both sides. Power by Holm of one domain .520, of any .855, of all .252. Ours "
        "also simulates and tests the total, as an eighth endpoint.",
        b3,
    ),
    "curve": Benchmark(
        "The whole curve for the price of a point",
        "The seven domains of B3 and their total, Holm, 500 replicates: every n from 6 to 120 in "
        "one accrual, against the single point n = 120; and against SciPy with one accrual and "
        "one call for each n (50 replicates, scaled). `auto` p-values are exact up to 25 "
        "informative pairs.",
        curve,
    ),
    "two_arms": Benchmark(
        "Two arms",
        "Two-sample t test, means half a standard deviation apart, 2,000 replicates at each of the "
        "sizes 20 to 240 by 2 (power at 240: .971). MCPower draws normal outcomes and fits a "
        "regression; ours draws answers on eleven points before and after, and tests their "
        "total as a second endpoint.",
        two_arms,
    ),
    "answers": Benchmark(
        "Whole answers",
        "Nothing stored, nothing drawn, composing left out. The default study with its three "
        "priors, its parts, and a sweep of its shift and of the correlation of before and after "
        "at 10 x 10 values, against 10,000 replicates of B1 by SciPy.",
        answers,
    ),
    "growth": Benchmark(
        "Growth",
        "Time for more participants (B3, 500 replicates), more replicates (B1), more domains "
        "(B3, 500 replicates), each against the amount before it, and the slope over all.",
        growth,
    ),
    "memory": Benchmark(
        "Memory",
        "Peak resident memory of a fresh process that runs B1.",
        memory,
    ),
    "workers": Benchmark(
        "Two workers against one",
        "The curve of B3 with `auto` p-values in the process pool, at least 20 s of work (2 s "
        "in a quick run), on the wall; the pool's start-up is included. The second row does the "
        "same blocks in processes that exchange nothing: what the machine itself allows. Then the "
        "default study, all simulated: whole commands, imports and files included.",
        workers,
    ),
    "startup": Benchmark(
        "Start-up",
        "Wall time of the console command in a fresh process, against a fresh interpreter that "
        "imports scipy.stats. Compiled code is on disk from a run before.",
        startup,
    ),
    "page": Benchmark(
        "From a key to the answer on the page",
        "Wall time in a browser, from a change of the effect to the drawn answer, against the same "
        "answer from Python (composing its settings included, which the page need not do): the "
        "exact power of one domain at every size, and that of the total, from sampled changes, at "
        "every size from 6 to 120.",
        page,
    ),
    "r_peers": Benchmark(
        "R packages on B1",
        "The same work as B1, R's own CPU seconds without its start-up; loops scaled.",
        r_peers,
    ),
}


def main(argv: Sequence[str]) -> int:
    """Run benchmarks, print them, and write docs/benchmarks.md where asked.

    Returns
    -------
    int
        0: a benchmark is no test.
    """
    parser = ArgumentParser(prog="bench.py", description="Ratios against peers, in one run.")
    parser.add_argument("--quick", action="store_true", help="few repetitions, long work cut short")
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, metavar="NAME",
                        help=f"some of: {', '.join(BENCHMARKS)}")  # fmt: skip
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    stated = parser.parse_args(argv)
    effort = QUICK if stated.quick else Effort()
    sections = [run(name, effort) for name in stated.only or BENCHMARKS]
    print(f"\n{verdict(sections)}")
    if stated.write:
        write(document(sections, effort), DOCUMENT)
    return 0


def run(name: str, effort: Effort) -> Section:
    """Run one benchmark; what it refuses or cannot run is said in its place."""
    benchmark = BENCHMARKS[name]
    section = Section(name, benchmark.title, benchmark.meaning)
    print(heading(section), flush=True)
    try:
        benchmark.run(section, effort)
    except WrongAnswerError as wrong:
        section.note(f"REFUSED, a wrong answer is not timed: {wrong}")
    except CalledProcessError as failed:
        section.note(f"FAILED: a program ended with status {failed.returncode}")
    except Exception as error:  # noqa: BLE001 - what was measured before must not be lost
        section.note(f"FAILED: {type(error).__name__}: {str(error).splitlines()[0]}")
    return section
