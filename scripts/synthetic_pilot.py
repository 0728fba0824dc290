"""Write conf/pilot/synthetic_pilot.csv: a made-up pilot, to show the form of such a file.

Nobody answered these questions. 12 mentors and 10 mentees are drawn from
distributions that are stated below and come from no study.
"""

import csv
import io
from pathlib import Path

import numpy as np

from sim import compose_study
from sim.cohorts.draw import draw_cohort
from sim.cohorts.marginals import DomainMarginals, shifted
from sim.cohorts.population import Population, build_population
from sim.folders import write_whole

TARGET = Path(__file__).parent.parent / "conf" / "pilot" / "synthetic_pilot.csv"
SEED = 20220
PEOPLE = {"mentor": 12, "mentee": 10}
SHIFT = {"mentor": 0.8, "mentee": 0.3}
"""Latent shift of every domain, in SD."""
LETTER = {"mentor": "m", "mentee": "e"}
"""With which ids begin: both roles begin with m."""
PRE = np.array([0.10, 0.25, 0.35, 0.20, 0.10])
PRE_POST, BETWEEN = 0.6, 0.4
"""Latent correlations: of before and after, and of any two domains."""
MISSING = 3
"""Number of answers after that are taken out, per role."""


def population(shift: float, domains: int) -> Population:
    """People whose domains are all alike."""
    between = np.full((domains, domains), BETWEEN) + (1 - BETWEEN) * np.eye(domains)
    times = np.array([[1, PRE_POST], [PRE_POST, 1]])
    alike = [DomainMarginals(PRE, shifted(PRE, shift))] * domains
    return build_population(alike, np.kron(times, between))


def rows(domains: tuple[str, ...]) -> list[list[str]]:
    """Lines of the file, the header first."""
    rng = np.random.default_rng(SEED)
    lines = [["participant", "role", "domain", "pre", "post"]]
    for role, people in PEOPLE.items():
        who = population(SHIFT[role], len(domains))
        scores = draw_cohort(who, people, 1, rng).scores[0]  # (N, D, 2)
        gone = set(rng.choice(people * len(domains), MISSING, replace=False).tolist())
        for index in range(people * len(domains)):
            person, domain = divmod(index, len(domains))
            pre, post = (str(score) for score in scores[person, domain])
            name = f"synthetic-{LETTER[role]}{person + 1:02}"
            lines.append([name, role, domains[domain], pre, "" if index in gone else post])
    return lines


def text() -> str:
    """Content of the file."""
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows(rows(compose_study([]).domains))
    return target.getvalue()


def main() -> None:
    """Write the file."""
    write_whole(TARGET, text())


if __name__ == "__main__":
    main()
