"""Where it runs: this process, processes of this machine, Dask, a cluster's job queue."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from sim.study.base import Line, Section
from sim.study.refusals import shown

Word = Annotated[Line, Field(min_length=1, max_length=200)]
"""A name that a queueing system knows; one line, for it becomes a line of a job's script."""


class InProcess(Section):
    """Run in this process."""

    kind: Literal["in_process"]
    """Where blocks are computed: in this process."""


class ProcessPool(Section):
    """Run in several processes of this machine."""

    kind: Literal["process_pool"]
    """Where blocks are computed: in processes of this machine."""
    workers: Annotated[int, Field(ge=1, le=1024)] | None = None
    """Number of processes (1 to 1024); null = all cores available; changes no number."""


class Dask(Section):
    """Run on the workers of a Dask scheduler that is there already."""

    kind: Literal["dask"]
    """Where blocks are computed: on the workers of a Dask scheduler."""
    address: Line
    """The scheduler's address as it prints it: tcp://host:port, or tls://host:port."""
    timeout: float = Field(ge=0.1, le=10_000_000)
    """Longest wait for the scheduler, and for a worker where there is none, in seconds."""

    @field_validator("address")
    @classmethod
    def _check_address(cls, address: str) -> str:
        protocol, _, place = address.partition("://")
        host, _, port = place.rpartition(":")
        if protocol in {"tcp", "tls"} and host and port.isdecimal() and 0 < int(port) < 2**16:
            return address
        raise ValueError(
            f"compute.address: {shown(address)} must be tcp://host:port or tls://host:port"
        )


class _JobQueue(Section):
    """Run in jobs of a cluster's queue, submitted at the start, replaced and ended with the run."""

    jobs: int = Field(ge=1, le=10_000)
    """Number of jobs to submit (1 to 10000)."""
    cores: int = Field(ge=1, le=1024)
    """Cores of each job, each with a worker process of its own (1 to 1024)."""
    memory: int = Field(ge=1, le=100_000)
    """Memory of each job, shared by its workers, in GiB (1 to 100000)."""
    walltime: int = Field(ge=1, le=100_000)
    """Longest time that each job runs, in minutes (1 to 100000)."""
    queue: Word | None = None
    """Queue or partition to which jobs are submitted (text); null = the cluster's own default."""
    account: Word | None = None
    """Account or project that pays for the jobs (text); null = the user's default."""
    directives: tuple[Word, ...] = ()
    """Further directives of the job script, as the queueing system writes them (list of texts)."""
    interface: Word | None = None
    """Network interface by which jobs reach this machine, such as ib0; null = the scheduler listens
    on all of them, and whoever reaches it can run code."""
    python: Word | None = None
    """Python of the jobs, which has mentorsim[dask] (text); null = the one that runs this."""
    prologue: tuple[Word, ...] = ()
    """Lines of the job script that come before it, such as module load (list of texts)."""
    logs: Word = "outputs/jobs"
    """Folder for what the jobs print, which all nodes must reach (text)."""
    timeout: float = Field(ge=0.1, le=10_000_000)
    """Longest time without any worker (queueing, or no job that lives), in seconds."""


class Slurm(_JobQueue):
    """Run in jobs of Slurm."""

    kind: Literal["slurm"]
    """Where blocks are computed: in jobs that sbatch submits."""


class Pbs(_JobQueue):
    """Run in jobs of PBS."""

    kind: Literal["pbs"]
    """Where blocks are computed: in jobs that PBS's qsub submits."""


class Lsf(_JobQueue):
    """Run in jobs of LSF."""

    kind: Literal["lsf"]
    """Where blocks are computed: in jobs that bsub submits."""


class Sge(_JobQueue):
    """Run in jobs of Grid Engine."""

    kind: Literal["sge"]
    """Where blocks are computed: in jobs that Grid Engine's qsub submits."""
    environment: Word
    """Parallel environment that gives a job all its cores on one machine, such as smp (text)."""


Compute = Annotated[
    InProcess | ProcessPool | Dask | Slurm | Pbs | Lsf | Sge, Field(discriminator="kind")
]
