"""The local page."""

from pydantic import Field

from sim.study.base import Section


class LocalPage(Section):
    """The local page (`mentorsim serve`), and the most that one run from it may ask for."""

    port: int = Field(default=8765, ge=0, le=65_535)
    """Port on 127.0.0.1 at which the page is served (0 to 65535); 0 = any free one."""
    most_replicates: int = Field(default=100_000, ge=100, le=100_000_000)
    """Most simulated studies of one run, the search's included (100 to 100000000)."""
    most_size: int = Field(default=1000, ge=2, le=100_000)
    """Largest size of one run, that of the search included, in units (2 to 100000)."""
    most_minutes: float = Field(default=10.0, gt=0, le=1440)
    """Minutes after which a run is stopped (above 0, at most 1440)."""
    most_runs: int = Field(default=2, ge=1, le=64)
    """Most runs at a time, of all tabs together (1 to 64)."""
    live_replicates: int = Field(default=4000, ge=0, le=100_000)
    """Simulated studies of what is being typed (0 to 100000); 0 = none, only exact answers."""
