"""The calibrated posterior as a file: one row a draw and domain."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from sim.arrays import FloatArray
from sim.cohorts.drawn import PopulationDraws
from sim.errors import StudyError
from sim.study.spreadsheet import harmless

LARGEST_FILE = 100_000_000
"""Most bytes that are read."""
COLUMNS = ("prior", "draw", "role", "item", "shift", "pre_post")
"""Columns before those of the points, pre_1 ... pre_K."""
ROUNDED = 0.001
"""How far probabilities may be from adding up to 1: they are written to five digits."""


def posterior_csv(
    draws: Mapping[tuple[str, str], PopulationDraws], domains: tuple[str, ...]
) -> str:
    """Write draws by (prior, role).

    Parameters
    ----------
    draws : mapping of (str, str) to PopulationDraws
        Draws by prior and role.
    domains : tuple of str
        Names of the domains.

    Returns
    -------
    str
        CSV text; five significant digits, names made harmless for spreadsheets.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    head, *rows = posterior_rows(draws, domains)
    writer.writerow(head)
    for prior, s, role, domain, *numbers in rows:
        named = [harmless(str(prior)), s, role, harmless(str(domain))]
        writer.writerow([*named, *(f"{x:.5g}" for x in numbers)])
    return out.getvalue()


def posterior_rows(
    draws: Mapping[tuple[str, str], PopulationDraws], domains: tuple[str, ...]
) -> Iterator[Sequence[object]]:
    """Lay draws by (prior, role) out: the columns' names, then a row a draw and domain."""
    points = next(iter(draws.values())).pre.shape[-1]
    yield [*COLUMNS, *(f"pre_{k + 1}" for k in range(points))]
    for (prior, role), of_role in draws.items():
        for s in range(len(of_role)):
            for d, domain in enumerate(domains):
                numbers = of_role.shift[s, d], of_role.pre_post[s, d], *of_role.pre[s, d]
                yield [prior, s, role, domain, *map(float, numbers)]


def read_posterior(
    path: Path,
    role: str,
    domains: tuple[str, ...],
    points: int,
    between: FloatArray,
    place: str = "effect.prior.file",
) -> dict[str, PopulationDraws]:
    """Read one role's draws, by prior.

    Parameters
    ----------
    path : Path
        File as :func:`posterior_csv` writes it.
    role : str
        Whose draws.
    domains : tuple of str
        Domains of the study, all of which the file must have.
    points : int
        Points of the study's scale.
    between : ndarray, shape (D, D)
        Latent correlations between domains.
    place : str
        The config field to name where the file cannot be opened.

    Returns
    -------
    dict of str to PopulationDraws
        In the order of the file; empty where it has none of that role.

    Raises
    ------
    StudyError
        Where the file cannot be read or does not fit the study.
    """
    table = _rows(path, role, points, place)
    return {prior: _draws(path, rows, domains, between) for prior, rows in table.items()}


def _rows(
    path: Path, role: str, points: int, place: str
) -> dict[str, dict[tuple[int, str], list[float]]]:
    """Read the numbers of one role's rows, by prior, then by draw and domain."""
    table: dict[str, dict[tuple[int, str], list[float]]] = {}
    expected = [*COLUMNS, *(f"pre_{k + 1}" for k in range(points))]
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):  # a device might never end
            raise StudyError(f"{place}: {str(path)!r} is not a file")
        if path.is_file() and path.stat().st_size > LARGEST_FILE:
            raise StudyError(f"{place}: {str(path)!r} is larger than {LARGEST_FILE} bytes")
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            if next(reader, None) != expected:
                raise StudyError(
                    f"{path.name}: is no posterior for {points} points; its columns must be "
                    + ", ".join(expected)
                )
            for row in reader:
                prior, draw, whose, domain, values = _cells(row, points)
                if whose != role:
                    continue
                of_prior = table.setdefault(prior, {})
                if (draw, domain) in of_prior:
                    raise StudyError(
                        f"{path.name}, line {reader.line_num}: draw {draw} has a row of "
                        f"{domain!r} already"
                    )
                of_prior[draw, domain] = values
    except OSError as error:
        raise StudyError(f"{place}: {str(path)!r} {error.strerror}") from None
    except (ValueError, IndexError, UnicodeDecodeError, csv.Error):
        raise StudyError(f"{path.name}, line {reader.line_num}: cannot be read") from None
    return table


def _cells(row: list[str], points: int) -> tuple[str, int, str, str, list[float]]:
    """Read one row: prior, draw, role, domain, numbers."""
    prior, draw, role, domain, *numbers = row
    if len(numbers) != points + 2 or int(draw) < 0:
        raise ValueError(row)
    return prior, int(draw), role, domain, [float(number) for number in numbers]


def _draws(
    path: Path,
    rows: dict[tuple[int, str], list[float]],
    domains: tuple[str, ...],
    between: FloatArray,
) -> PopulationDraws:
    # as in the study, or as they are written for spreadsheets
    names = {harmless(domain): domain for domain in reversed(domains)}
    rows = {(draw, names.get(domain, domain)): values for (draw, domain), values in rows.items()}
    known = {domain for _, domain in rows}
    missing = next((d for d in domains if d not in known), None)
    if missing is not None:
        raise StudyError(f"{path.name}: has no item {missing!r}; it belongs to another study")
    number = 1 + max(draw for draw, _ in rows)
    gap = number * len(domains) > len(rows)  # told at once, however high the number
    places = () if gap else ((s, d) for s in range(number) for d in domains)
    if gap or any(place not in rows for place in places):
        raise StudyError(f"{path.name}: a draw is incomplete; each needs a row an item")
    values = np.array([[rows[s, d] for d in domains] for s in range(number)])  # (S, D, 2 + K)
    sums = values[..., 2:].sum(axis=-1)
    fine = np.isfinite(values).all() and (values[..., 1] <= 1).all()
    if not fine or (values[..., 1:] < 0).any() or (np.abs(sums - 1) > ROUNDED).any():
        raise StudyError(
            f"{path.name}: pre_post must be from 0 to 1, and the probabilities of the points add "
            "up to 1"
        )
    return PopulationDraws(values[..., 0], values[..., 1], values[..., 2:], between)


def find_shipped(name: str) -> Path:
    """Find a pilot's file by its path, or else by its name among those that come with the package.

    Parameters
    ----------
    name : str
        Path or name.

    Returns
    -------
    Path
        The path as given where neither is there.
    """
    package = Path(__file__).resolve().parent.parent
    shipped = (package / "conf" / "pilot" / name, package.parent / "conf" / "pilot" / name)
    return next(filter(_is_file, (Path(name), *shipped)), Path(name))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # such as a name that is too long, or holds a NUL
        return False
