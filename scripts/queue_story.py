"""Write what docs/scaling.md says of a queue: runs on the Slurm that answers here."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from sim.compute.job_queue import CLUSTERS, job_settings
from sim.folders import write_whole

PAGE = Path(__file__).parent.parent / "docs" / "scaling.md"
STUDY = "engine=monte_carlo monte_carlo.replicates=40000 store.file=null report.files=[]"
JOBS = "compute=slurm compute.jobs=2 compute.cores=1 compute.memory=1 compute.interface=lo"
QUEUE: dict[str, Any] = {"jobs": 25, "cores": 40, "memory": 80, "walltime": 120, "queue": "short"}
HEADING = "## Slurm"


@contextmanager
def started(words: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Start a plan in a folder of its own, with a file of what it prints."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:  # one that jobs reach
        folder = Path(name)
        with (
            (folder / "printed").open("wb") as file,
            subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "sim.app", "plan", *words.split(), "hydra.run.dir=out"],
                cwd=folder,
                stdout=subprocess.DEVNULL,
                stderr=file,
            ) as process,
        ):
            yield process, folder


def printed(folder: Path) -> str:
    """Give what the terminal showed, with the names of this machine's folders left out."""
    text = (folder / "printed").read_text("utf-8").strip()
    text = text.replace(str(folder.resolve()), "FOLDER").replace(str(folder), "FOLDER")
    return re.sub(r"'\S*/slurm_script", "'slurm_script", text)


def ran(words: str) -> tuple[float, str, str]:
    """Run a plan; give seconds, what it printed, and the results' hash."""
    start = time.perf_counter()
    with started(words) as (process, folder):
        process.wait()
        seconds, results = time.perf_counter() - start, folder / "out" / "results.csv"
        digest = sha256(results.read_bytes()).hexdigest()[:16] if results.exists() else ""
        return seconds, printed(folder), digest


def hindered(words: str) -> tuple[str, str]:
    """Run a plan whose jobs wait for others and one of which is cancelled; give what it printed.

    And the hash of its results.
    """
    others = ["sbatch", "--exclusive", "-o", "/dev/null", "--wrap", "sleep 50"]
    subprocess.run(others, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - Slurm's own
    with started(words) as (process, folder):
        while "10%" not in printed(folder):
            if process.poll() is not None:
                raise RuntimeError(f"no time to cancel a job: {printed(folder)}")
            time.sleep(0.1)
        (first,) = re.findall(r"submitted to slurm: (\d+)", printed(folder))
        subprocess.run(["scancel", first], check=True)  # noqa: S603, S607 - Slurm's own
        process.wait()
        results = (folder / "out" / "results.csv").read_bytes()
        return printed(folder), sha256(results).hexdigest()[:16]


def job_script() -> str:
    """Write the script that each Slurm job would run, without this machine's paths."""
    asked = {key: value for key, value in QUEUE.items() if key != "jobs"}
    plain: dict[str, Any] = {"account": None, "directives": (), "interface": "lo", "python": None}
    plain["prologue"] = ("module load python",)
    with CLUSTERS["slurm"](**job_settings("slurm", **{**plain, **asked})) as cluster:
        script = str(cluster.job_script()).replace(sys.executable, "python")
    script = re.sub(r"tcp://[\d.]+:\d+", "tcp://LOGIN-NODE:PORT", script)
    return script.replace(" --interface lo", "").replace("dummy-name", "NAME").strip()


def fenced(*lines: str) -> str:
    """Set lines as what a terminal shows."""
    return "\n".join(["```text", *lines, "```"])


def version() -> str:
    """Give Slurm's version, and refuse where there is none."""
    if shutil.which("sbatch") is None:
        raise RuntimeError("this page is written where sbatch submits to a node of two cores")
    done = subprocess.run(["sbatch", "--version"], capture_output=True, text=True, check=True)  # noqa: S607 - as above
    return done.stdout.strip()


def queued() -> list[str]:
    """Show what Slurm is asked for, and what the terminal says of it."""
    where = f"{version()}, one node of {os.cpu_count()} processors, on loopback"
    load = os.getloadavg()[0]
    alone, _printed, single = ran(STUDY)
    seconds, _told, in_jobs = ran(f"{STUDY} {JOBS}")
    told, replaced = hindered(f"{STUDY} {JOBS}")
    if {single} != {in_jobs, replaced}:
        raise RuntimeError(f"results differ: {single}, {in_jobs}, {replaced}")
    too_many = JOBS.replace("cores=1", "cores=1000")
    large = ran(f"{STUDY} {too_many}")[1]
    lacking = ran(f"{STUDY} {JOBS} compute.python=/opt/none/bin/python")[1]
    words = " ".join(f"compute.{key}={value}" for key, value in QUEUE.items())
    words += " 'compute.prologue=[module load python]'"
    return [
        HEADING,
        "On a cluster, from a node on which jobs are submitted:",
        fenced("$ mentorsim plan compute=slurm \\", f"    {words}"),
        f"submits {QUEUE['jobs']} times:",
        fenced(job_script()),
        f"Run here on a real queue ({where}): `mentorsim plan {STUDY}` took {alone:.0f} s in one "
        f"process and {seconds:.0f} s with `{JOBS}`, submission and start of the jobs included "
        f"(other work loaded the machine with {load:.1f}). Both wrote the same bytes to "
        f"results.csv (SHA-256 {single}...), and so did a run whose "
        "jobs waited for others at first, and one of which was taken away by `scancel` on the way:",
        fenced(told),
        "A job that ends, by its walltime, by an administrator or with its node, costs the blocks "
        "under way; another is submitted in its place as long as the run lasts, so that "
        "`compute.walltime` may be shorter than the run. While jobs wait, a line says how many, "
        "why and for how long. Where they can never start, or die at once, the run ends in one "
        "line with the reason:",
        fenced(f"$ mentorsim plan {too_many}", large),
        fenced(f"$ mentorsim plan {JOBS} compute.python=/opt/none/bin/python", lacking),
        "What jobs print stands in `compute.logs` (`outputs/jobs`), which all nodes must reach, as "
        "they must the jobs' Python: the one that runs the command, or `compute.python`, after the "
        "lines of `compute.prologue`.",
        "**Where the command runs.** The scheduler is in it, so it must last as long as the run. "
        "Start it in a terminal that stays (`tmux new -s mentorsim`, then Ctrl-B D; `tmux attach` "
        "shows it again), or, where login nodes end long processes, in a job of its own: one core, "
        "a walltime that covers queueing and run, `sbatch --wrap 'mentorsim plan compute=slurm "
        "...'`. Ctrl-C, SIGTERM and SIGHUP take all its jobs out of the queue, waiting ones too; "
        "after SIGKILL they end by themselves a minute after they start. Finished blocks are in "
        "the store, and the same command goes on from there.",
        "`compute=pbs`, `lsf` and `sge` take the same settings; they have not been run on a real "
        "queue, and are not asked how jobs stand: a job counts as ended when its workers have "
        "been gone for a minute. The scheduler listens on all addresses of its node unless "
        "`compute.interface` names one network interface, and it runs the code of whoever reaches "
        "it.",
    ]


def main() -> None:
    """Run, and write this section alone."""
    text = PAGE.read_text("utf-8")
    before, _heading, rest = text.partition(HEADING)
    _old, _next, after = rest.partition("\n## ")
    write_whole(PAGE, before + "\n\n".join(queued()) + "\n\n## " + after)


if __name__ == "__main__":
    main()
