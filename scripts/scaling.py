"""Write docs/scaling.md: the same study on one core, two processes, Dask; what more would cost."""

import pickle
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from benchmarks.report import machine
from queue_story import fenced, queued
from scaling_sweep import sweeps
from scaling_travel import SIMULATED, Travel, table, travelled, travels

from sim import compose_study, plan
from sim.cohorts import arms_by_role
from sim.compute.blocks import PER_WORKER
from sim.compute.dask_cluster import DaskExecutor
from sim.compute.executors import InProcessExecutor, open_executor
from sim.compute.store import BlockStore
from sim.compute.streams import Purpose
from sim.folders import write_whole
from sim.jobs.tasks import block_task
from sim.power.simulate import read_tally, simulate
from sim.power.tally_bytes import to_bytes
from sim.study import Study, parse_study

PAGE = Path(__file__).parent.parent / "docs" / "scaling.md"
BIN = Path(sys.executable).parent
STUDY = "engine=monte_carlo monte_carlo.replicates=40000 store.file=null report.files=[]"
ADDRESS = "tcp://127.0.0.1:8786"
LOCAL = "--dashboard-address 127.0.0.1:0"
SCHEDULER = f"dask scheduler --host 127.0.0.1 {LOCAL}"
WORKERS = f"dask worker {ADDRESS} --nworkers 2 --nthreads 1 --host 127.0.0.1 {LOCAL}"
PLACES = {
    "one process": "",
    "two processes": "compute=process_pool compute.workers=2",
    "Dask, two workers": f"compute=dask compute.address={ADDRESS}",
}
POINTS, CORES, TRIVIAL = 10_000, 1000, 2000


@dataclass
class Run:
    """What a command took and gave."""

    seconds: float
    printed: str
    results: str


def command(words: str) -> Run:
    """Run the console command in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        done = subprocess.run(  # noqa: S603 - our own program
            [str(BIN / "mentorsim"), "plan", *words.split(), "hydra.run.dir=out"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
        seconds = time.perf_counter() - start
        results = sha256((Path(folder) / "out" / "results.csv").read_bytes()).hexdigest()
        return Run(seconds, done.stderr, results[:16])


@contextmanager
def terminals() -> Iterator[tuple[Path, Path]]:
    """Start scheduler and workers as in two terminals; give the files of what they print."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        files = (folder / "scheduler", folder / "workers")
        for words, file, awaited in zip(
            (SCHEDULER, WORKERS), files, ("Scheduler at:", "Registered to:"), strict=True
        ):
            out = stack.enter_context(file.open("w"))
            program, *rest = words.split()
            process = stack.enter_context(
                subprocess.Popen(  # noqa: S603 - Dask's own programs
                    [str(BIN / program), *rest], stdout=out, stderr=subprocess.STDOUT, cwd=folder
                )
            )
            stack.callback(process.terminate)
            wait_for(file, awaited, 1 if awaited.startswith("Sch") else 2)
        yield files


def wait_for(file: Path, text: str, times: int) -> None:
    """Wait until a file has a text so many times."""
    end = time.monotonic() + 60
    while file.read_text().count(text) < times:
        if time.monotonic() > end:
            raise RuntimeError(f"{text!r} was not printed: {file.read_text()}")
        time.sleep(0.1)


def telling(file: Path, *texts: str) -> str:
    """Give the lines of a log that have one of the texts, without their times."""
    lines = [re.sub(r"^[-\d]+ [:,\d]+ - ", "", line) for line in file.read_text().splitlines()]
    return "\n".join(line for line in lines if any(text in line for text in texts))


def trivial_calls() -> float:
    """Blocks a second that Dask passes on where they do nothing."""
    with open_executor("dask", address=ADDRESS, timeout=30) as executor:
        start = time.perf_counter()
        for call in [executor.submit(abs, 1) for _ in range(TRIVIAL)]:
            call.result()
        return TRIVIAL / (time.perf_counter() - start)


def studies() -> dict[str, Study]:
    """State what capacity is measured for: the default study, and less of it."""
    whole = compose_study(["engine=monte_carlo"])
    plain = compose_study(["engine=monte_carlo", "effect=shift"]).model_dump()
    one_score = {
        "questionnaire": {**plain["questionnaire"], "items": ("one score",), "totals": {}},
        "roles": {**plain["roles"], "mentee": None},
        "primary": "score",
        "success": {"score": "one score"},
        "pilot": None,
    }
    return {
        f"the default study: {len(whole.sizes)} sizes, 7 domains and total, two roles": whole,
        "the same at one size (30 pairs)": compose_study(["engine=monte_carlo", "design.n=[30]"]),
        f"one domain, mentors alone, {len(whole.sizes)} sizes": parse_study(plain | one_score),
    }


def answer_seconds(study: Study) -> float:
    """CPU seconds of a whole answer."""
    plan(study)  # compiles
    start = time.process_time()
    plan(study)
    return time.process_time() - start


def one_block(study: Study) -> tuple[float, int, int, float]:
    """CPU seconds of a block; its bytes in memory, and written of eight; seconds to keep these."""
    task = block_task(study, arms_by_role(study), Purpose.MAIN, study.monte_carlo.block_size)
    tally = simulate(task, range(1), InProcessExecutor())
    start = time.process_time()
    folded = simulate(task, range(1, 9), InProcessExecutor())
    seconds, data = (time.process_time() - start) / 8, to_bytes(folded)
    with tempfile.TemporaryDirectory() as folder, BlockStore(Path(folder) / "blocks", "") as store:
        store.put("key", 0, data)
        start = time.process_time()
        for number in range(20):
            store.put("key", number, data)
            read_tally(task, 8, data)
        kept = (time.process_time() - start) / 20
    return seconds, len(pickle.dumps(tally)), len(data), kept


def ran() -> list[str]:
    """Run the study in every place; say how."""
    command(STUDY)  # compiles
    runs = {}
    for place in list(PLACES)[:2]:
        runs[place] = command(f"{STUDY} {PLACES[place]}")
    with terminals() as (scheduler, workers):
        place = list(PLACES)[2]
        command(f"{STUDY} {PLACES[place]}")  # the workers load the compiled code
        runs[place] = command(f"{STUDY} {PLACES[place]}")
        calls, ways = trivial_calls(), travels(ADDRESS)
        printed = [telling(scheduler, "Scheduler at:"), telling(workers, "Registered to:")]
    if len({run.results for run in runs.values()}) > 1:
        raise RuntimeError(f"results differ: {runs}")
    (results,) = {run.results for run in runs.values()}
    rows = [
        [place, f"`{PLACES[place] or 'compute=in_process'}`", f"{run.seconds:.1f} s"]
        for place, run in runs.items()
    ]
    return [
        "## One study, three places",
        f"`mentorsim plan {STUDY}`, with what the second column adds. Wall time with start-up; "
        "where there is a pool, its start too; on Dask scheduler, driver and workers share the "
        f"machine's cores. All three wrote the same bytes to results.csv (SHA-256 {results}...).",
        table(["where", "added", "time"], rows),
        "Dask takes three terminals. The first two, and what they printed that matters:",
        fenced(f"$ {SCHEDULER}", printed[0]),
        fenced(f"$ {WORKERS}", printed[1]),
        "The third runs `mentorsim plan` with the address. Its progress:",
        fenced(runs[list(PLACES)[2]].printed.strip()),
        "Without `--host` and `--dashboard-address` as above, Dask listens on all addresses, and "
        "whoever reaches a scheduler can run code on its workers: keep it on loopback, on a closed "
        "network, or use tls://. A worker killed on the way costs its batches, which others "
        "compute again. A scheduler that is lost ends the run in one line; finished blocks are in "
        "the store, and the same command goes on from there.",
        *queued(),
        *capacity(),
        *sweeps(),
        *thousand(calls, ways),
    ]


def capacity() -> list[str]:
    """Measure what a core does in an hour."""
    rows = []
    for name, study in studies().items():
        per_hour = 3600 * study.monte_carlo.block_size / one_block(study)[0]
        seconds = answer_seconds(study)
        hours = POINTS * seconds / 3600
        rows.append([name, f"{per_hour / 1e6:.3g} million", f"{seconds:.2f} s", f"{hours:.3g}"])
    return [
        "## What a core does in an hour",
        "All simulated, nothing enumerated; CPU time of one process. A replicate is one simulated "
        "study, analysed at every size and by every rule; its rate is that of blocks alone. An "
        "answer is all of `plan`: replicates under the effect and without it, the assurance where "
        f"an effect states a belief, all that is worked out besides. {POINTS:,} answers are what a "
        "sweep of so many points would cost if its points shared nothing; `mentorsim sweep` lets "
        "them share what they can.",
        table(
            ["study", "replicates a core-hour", "an answer", f"{POINTS:,} answers, core-hours"],
            rows,
        ),
    ]


def thousand(calls: float, ways: dict[str, Travel]) -> list[str]:
    """Say what would be different on a thousand cores, from what was measured."""
    seconds, size, folded, written = one_block(compose_study(["engine=monte_carlo"]))
    study, aim = compose_study([]), DaskExecutor.task_seconds
    blocks = -(-study.replicates // study.monte_carlo.block_size)
    one_by_one = next(iter(ways.values()))
    each = one_by_one.driver_seconds * SIMULATED / 1e6 / one_by_one.calls
    bullets = [
        f"- **Scheduler.** On this machine Dask passed on {calls:.0f} calls a second that do "
        f"nothing, with scheduler, workers and driver on the same cores. {CORES:,} cores at work "
        f"on batches of {aim:g} s need {CORES / aim:.0f} a second: the scheduler is full at about "
        f"{calls * aim:,.0f} cores. Blocks of the default study take {1000 * seconds:.0f} ms; a "
        f"call for each of them would fill it at {calls * seconds:.0f} cores.",
        f"- **Driver.** A batch of a plan sends back {folded / 1e3:.0f} kB, however many blocks it "
        f"has (one block, as it lies in memory: {size / 1e3:.0f} kB); at {CORES / aim:.0f} a "
        f"second that is {CORES / aim * folded / 1e6:.0f} MB a second. To read and store it takes "
        f"{1000 * written:.1f} ms; all that the driver does for a call, Dask's part included, "
        f"{1000 * each:.1f} ms, or {CORES / aim * each:.2f} of a core. A call for each block, sent "
        f"as it lies in memory, was {CORES / seconds * size / 1e9:.1f} GB a second. "
        f"{PER_WORKER} batches a worker are under way: up to "
        f"{PER_WORKER * CORES * folded / 1e6:.0f} MB in the driver, one slow batch awaited.",
        f"- **Blocks.** An answer of {study.replicates:,} replicates is {blocks} blocks, and more "
        f"workers than that have nothing to do. Many cores are for sweeps, whose points share the "
        f"workers and their batches, and for many replicates.",
        f"- **A killed worker** costs the batch it was at, about {aim:g} s, and those that lay "
        f"with it; others compute them again.",
        "- **Memory and files** of workers stay as they are: a worker holds one block and the sum "
        "of its batch and writes nothing. Only the driver writes to the store.",
    ]
    return [
        *travelled(ways),
        f"## What would change on {CORES:,} cores",
        "Not run here; reckoned from what was measured above.",
        "\n".join(bullets),
    ]


def main() -> None:
    """Measure, and write the page."""
    head = [
        "# From a laptop to a cluster",
        "Written by `python scripts/scaling.py` from real runs; no figure is typed by hand. It "
        "needs the extra `[dask]`, port 8786, a Slurm that takes jobs and a few idle minutes. "
        "Times of one machine say little about another.",
        machine(),
    ]
    text = "\n\n".join([*head, *ran()])
    write_whole(PAGE, text + "\n")


if __name__ == "__main__":
    main()
