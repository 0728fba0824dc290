"""What follows from the sections of a study: sizes, roles, arms, endpoints, what is believed."""

from collections.abc import Iterator
from math import ceil
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.study.base import Assumed, Marginal
from sim.study.clusters import SiteClusters
from sim.study.effects import Effect, EffectPrior
from sim.study.endpoints import Endpoints
from sim.study.fields import StudyFields
from sim.study.interim import Interim
from sim.study.questionnaire import EVERY, TOTAL, Questionnaire, shares_of
from sim.study.refusals import FieldError, nearest
from sim.study.sections import Analysis
from sim.study.success import ITEMS, Rule


class Draft(StudyFields):
    """A study whose values are right one by one, though perhaps not together."""

    @property
    def domains(self) -> tuple[str, ...]:
        """Names of the items."""
        return self.questionnaire.names

    @property
    def points(self) -> int:
        """Number of points of the scale."""
        return self.questionnaire.points

    def scored(self, point: int) -> int:
        """Score inside, from 1, of a point of the scale as the form scores it."""
        return point - self.questionnaire.lowest + 1

    @property
    def scored_analysis(self) -> Analysis:
        """The analysis, its cut as a score inside, which begins at 1."""
        cut = self.analysis.cut
        if cut is None or self.questionnaire.lowest == 1:
            return self.analysis
        return self.analysis.model_copy(update={"cut": self.scored(cut)})

    @property
    def offsets(self) -> NDArray[np.float64]:
        """What is added to scores inside, which begin at 1, for those of the form; (E,)."""
        offset = self.questionnaire.lowest - 1
        return self.endpoint_sets.summed(np.full(len(self.domains), float(offset)))

    def marginals(self, role: int) -> tuple[Marginal, ...]:
        """Probabilities of the points before, of every item of a role."""
        name = self.role_names[role]
        given = self.roles[name].pre
        if given is None or isinstance(given, dict):
            known = map(self.answered_by(name).answers, self.domains)
            return tuple(answers for answers in known if answers is not None)
        lists = [each for each in given if isinstance(each, tuple)]
        if not lists:
            alike = tuple(share for share in given if not isinstance(share, tuple))
            lists = [alike] * len(self.domains)
        return tuple(shares_of(each, self.points) for each in lists)

    def answered_by(self, role: str) -> Questionnaire:
        """The questionnaire with the items as a role answers them before."""
        given = self.roles[role].pre
        if not isinstance(given, dict):
            return self.questionnaire
        items = {name: given.get(name, given.get(EVERY, item))
                 for name, item in self.questionnaire.items.items()}  # fmt: skip
        return self.questionnaire.model_copy(update={"items": items})

    @property
    def sites(self) -> SiteClusters | None:
        """Sites in which people resemble each other; None where there are none."""
        return next(iter(self.clusters.values()), None)

    @property
    def feasibility_sites(self) -> int:
        """Number of sites of the pilot: stated, or those of the clusters, or one."""
        stated = self.feasibility.sites if self.feasibility else None
        sites = self.sites
        if stated is not None or sites is None:
            return stated or 1
        return sites.sites if sites.sizes is None else len(sites.sizes)

    @property
    def detectable_at(self) -> int | None:
        """Size at which the smallest detectable effect is sought; None where it is not."""
        return self.sizes[-1] if self.design.solve == "effect" else None

    @property
    def follows_pilot(self) -> bool:
        """Whether the questionnaire is the pilot's, so that its figures can be compared."""
        pilot, size = self.pilot, (self.points, len(self.domains))
        if pilot is None or (pilot.points or size[0], pilot.domains or size[1]) != size:
            return False
        return {outcome.outcome for outcome in pilot.outcomes} <= {*self.pilot_outcomes}

    @property
    def seeks_precision(self) -> bool:
        """Whether the size is sought with which the interval is as narrow as wanted."""
        return self.design.solve == "precision" and self.design.n is None

    def reason_of(self, section: Assumed) -> str | None:
        """Reason for what a section states, where there is one for it as it stands here."""
        note = section.assumption
        if note is None or not section.as_explained or (note.pilot and not self.follows_pilot):
            return None
        return note.why

    @property
    def sizes(self) -> tuple[int, ...]:
        """Sizes studied, in units, ascending."""
        if self.design.n is not None:
            return self.design.n
        return tuple(range(self.design.smallest, self.design.up_to + 1))

    @property
    def looks(self) -> Interim | None:
        """Interim looks; None where the study is looked at once, at its end."""
        return None if self.interim is None or self.interim.number == 1 else self.interim

    @property
    def sizes_looked_at(self) -> tuple[int, ...]:
        """Sizes at which tests are made, in units, ascending: those studied and at their looks."""
        if self.looks is None:
            return self.sizes
        return tuple(sorted({at for size in self.sizes for at in self.looks.at(size)}))

    @property
    def power_engine(self) -> Literal["auto", "exact", "monte_carlo"]:
        """How power is computed: studies with looks are simulated."""
        return self.engine if self.looks is None else "monte_carlo"

    @property
    def role_names(self) -> tuple[str, ...]:
        """Names of the roles that take part; elsewhere a role is its place among them."""
        return tuple(self.roles)

    @property
    def replicates(self) -> int:
        """Number of simulated studies: stated, or fixed in advance by the stated error."""
        mcse = self.monte_carlo.mcse
        # 1e-9 keeps .25/.005^2 at 10,000 where floating point says 10,000.000000000002
        return self.monte_carlo.replicates if mcse is None else ceil(0.25 / mcse**2 - 1e-9)

    def blocks_of(self, replicates: int) -> int:
        """Whole blocks that hold at least so many replicates."""
        return -(-replicates // self.monte_carlo.block_size)

    @property
    def blocks(self) -> int:
        """Number of blocks of simulated studies."""
        return self.blocks_of(self.replicates)

    @property
    def endpoints(self) -> tuple[str, ...]:
        """Names of the endpoints: every item, and the totals."""
        return (*self.domains, *self.totals)

    @property
    def endpoint_sets(self) -> Endpoints:
        """The items that each endpoint sums, in the same order, and the cuts of the sums."""
        return Endpoints(
            len(self.domains),
            tuple(tuple(self._places(name)) for name in self.totals),
            tuple(map(self._scored_cut, self.totals)),
        )

    def _places(self, total: str) -> Iterator[int]:
        """Places of the items that a total sums."""
        for item in self.totals[total]:
            if item not in self.domains:
                place, right = f"questionnaire.totals.{total}", nearest(item, self.domains)
                raise FieldError(place, item, f"is no item; {right}")
            yield self.domains.index(item)

    def _scored_cut(self, name: str) -> int | None:
        """Cut of a sum of scores inside, which begin at 1 each."""
        cut = self.total_cut(name)
        below = (self.questionnaire.lowest - 1) * len(self.totals[name])
        return None if cut is None else cut - below

    @property
    def totals(self) -> dict[str, tuple[str, ...]]:
        """Names of the items of every sum that is an endpoint, by its name."""
        return self.questionnaire.sums

    @property
    def sum_of_all(self) -> str | None:
        """Name of the endpoint that sums all items, where there is one."""
        every = set(self.domains)
        return next((name for name, members in self.totals.items() if set(members) == every), None)

    @property
    def pilot_outcomes(self) -> tuple[str, ...]:
        """Names of what a pilot with this questionnaire may report: an item, or all summed."""
        return (*self.domains, TOTAL)

    def endpoint_of_outcome(self, outcome: str) -> str | None:
        """Name of the endpoint that a pilot's outcome is, where the study has it."""
        return self.sum_of_all if outcome == TOTAL else outcome

    def is_sum(self, endpoint: str) -> bool:
        """Whether an endpoint is a sum of items, rather than one."""
        return endpoint in self.totals

    def total_cut(self, name: str) -> int | None:
        """Lowest sum that counts as a success, where the analysis states one for it."""
        cut = self.analysis.total_cut
        return cut.get(name) if isinstance(cut, dict) else cut

    def is_tested(self, endpoint: str) -> bool:
        """Whether an endpoint is tested at all: not every test takes sums, or all of them."""
        return endpoint in self.tested_totals or not self.is_sum(endpoint)

    @property
    def tested_totals(self) -> tuple[str, ...]:
        """Names of the sums that are tested."""
        tested = self.endpoint_sets.tested_sums(self.analysis)
        return tuple(name for name, is_tested in zip(self.totals, tested, strict=True) if is_tested)

    @property
    def has_controls(self) -> bool:
        """Whether two arms are compared."""
        return self.control is not None

    @property
    def allocation_unit(self) -> Literal["person", "site"] | None:
        """What is allocated to an arm; None without a control arm."""
        return None if self.control is None else self.control.unit

    @property
    def has_prior(self) -> bool:
        """Whether the effect on any role is believed rather than known."""
        return any(self.prior(role) for role in range(len(self.roles)))

    def effect_of(self, role: int) -> tuple[str, Effect]:
        """Where the effect on a role stands, and what it is: the role's, or else the study's."""
        name = self.role_names[role]
        effect = self.roles[name].effect
        return ("effect", self.effect) if effect is None else (f"roles.{name}.effect", effect)

    def prior(self, role: int) -> EffectPrior | None:
        """What is believed of a role's effect; None where nothing is stated."""
        return self.effect_of(role)[1].prior

    def participants(self, role: int, pairs: int) -> int:
        """Count the people of a role in a study of that many pairs, all arms together."""
        return sum(self.arm_participants(role, pairs))

    def arm_participants(self, role: int, pairs: int) -> tuple[int, ...]:
        """Count the people of a role in each arm, as :meth:`arm_pairs` has them."""
        first, second = self.design.ratio
        return tuple(-(-n * second // first) if role else n for n in self.arm_pairs(pairs))

    def arm_pairs(self, pairs: int) -> tuple[int, ...]:
        """Share pairs between the arms as they accrue: treated, and controls where there are."""
        if self.control is None:
            return (pairs,)
        to_treated, to_control = self.control.ratio
        treated = -(-pairs * to_treated // (to_treated + to_control))
        return treated, pairs - treated

    @property
    def primary_endpoints(self) -> tuple[str, ...]:
        """Names of the endpoints that the rule that sizes the study looks at; none without one."""
        rule = self.success.get(self.primary)
        return self.endpoints_of(rule) if rule else ()

    def roles_of(self, rule: Rule) -> tuple[int, ...]:
        """Places of the roles that a rule looks at."""
        return tuple(map(self.role_names.index, rule.roles))

    def endpoints_of(self, rule: Rule) -> tuple[str, ...]:
        """Names of the endpoints that a rule looks at, in each of its roles."""
        return self.domains if rule.endpoints == ITEMS else tuple(rule.endpoints)
