"""The sections of a study, and what follows from them: sizes, roles, arms, what is believed."""

from math import ceil
from typing import Literal

from pydantic import Field

from sim.study.base import Assumed, Section
from sim.study.calibration import Calibration
from sim.study.clusters import Clusters
from sim.study.compute import Compute
from sim.study.control import Control, ParallelControl, Selection, Uncontrolled
from sim.study.effects import Effect, EffectPrior
from sim.study.endpoints import Endpoints
from sim.study.local_page import LocalPage
from sim.study.missing import Missing
from sim.study.pilot import Pilot
from sim.study.reporting import Report
from sim.study.sections import (
    TOTAL,
    Analysis,
    Correlations,
    Decision,
    Design,
    MonteCarlo,
    Roles,
    Rule,
    Scale,
    Target,
)
from sim.study.store import Store
from sim.study.sweep import Sweep
from sim.study.words import StudyWords

UNTITLED = "A study of answers before and after"
"""Title of a study that states none and follows no pilot up."""


class Draft(Section):
    """A study whose values are right one by one, though perhaps not together."""

    seed: int = Field(ge=0, lt=2**63)
    """Seed of all random numbers (0 or more)."""
    scale: Scale
    """The questionnaire."""
    roles: Roles
    """Who takes part and how they answer before mentoring, by role; one or two roles."""
    effect: Effect
    """Effect of mentoring on every role that states none of its own."""
    correlation: Correlations
    """Correlations between domains, and between before and after."""
    clusters: Clusters
    """Hospitals, and people who share one of the second role."""
    missing: Missing
    """Answers that are not given."""
    selection: Selection
    """Who takes part, by their answers."""
    uncontrolled: Uncontrolled
    """What changes without mentoring."""
    control: Control
    """Control arm."""
    design: Design
    """How many people, and at which sizes."""
    engine: Literal["auto", "exact", "monte_carlo"]
    """How power is computed: auto = exactly where that can be done, else by simulation."""
    analysis: Analysis
    """Test, level and multiplicity."""
    decision: Decision
    """Decision rules."""
    target: Target
    """Power to reach."""
    monte_carlo: MonteCarlo
    """Amount of simulation."""
    report: Report
    """What is shown."""
    compute: Compute
    """Where it runs."""
    store: Store
    """Where finished blocks are kept."""
    pilot: Pilot | None = None
    """Published facts of the pilot."""
    calibration: Calibration
    """How the pilot is read (by `mentorsim calibrate`)."""
    sweep: Sweep
    """Which settings vary (in `mentorsim sweep`)."""
    page: LocalPage
    """The local page (`mentorsim serve`)."""

    @property
    def follows_pilot(self) -> bool:
        """Whether the questionnaire is the pilot's, so that its figures can be compared."""
        pilot, scale = self.pilot, self.scale
        if pilot is None:
            return False
        same_size = (pilot.points or scale.points, pilot.domains or len(scale.domains)) == (
            scale.points, len(scale.domains),
        )  # fmt: skip
        named = {outcome.outcome for outcome in pilot.outcomes}
        return same_size and named <= {*scale.domains, TOTAL}

    @property
    def words(self) -> StudyWords:
        """What its people, units and intervention are called."""
        return StudyWords()

    @property
    def title(self) -> str:
        """Title of the scenario."""
        pilot = self.pilot
        same = pilot is not None and pilot.is_of_its_source and self.follows_pilot
        followed = pilot.title if pilot is not None and same else None
        return self.report.title or followed or UNTITLED

    def reason_of(self, section: Assumed) -> str | None:
        """Reason for what a section states, where there is one for it as it stands here."""
        note = section.assumption
        if note is None or not section.as_explained or (note.pilot and not self.follows_pilot):
            return None
        return note.why

    @property
    def sizes(self) -> tuple[int, ...]:
        """Sizes studied, in pairs, ascending."""
        if self.design.sizes is not None:
            return self.design.sizes
        return tuple(range(self.design.min_pairs, self.design.max_pairs + 1))

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
        """Names of the endpoints: every domain, and the total."""
        return (*self.scale.domains, TOTAL)

    @property
    def endpoint_sets(self) -> Endpoints:
        """The domains that each endpoint sums, in the same order."""
        return Endpoints.with_total(len(self.scale.domains))

    @property
    def has_controls(self) -> bool:
        """Whether two arms are compared."""
        return isinstance(self.control, ParallelControl)

    @property
    def allocation_unit(self) -> Literal["person", "site"] | None:
        """What is allocated to an arm; None without a control arm."""
        return self.control.unit if isinstance(self.control, ParallelControl) else None

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
        if not isinstance(self.control, ParallelControl):
            return (pairs,)
        to_treated, to_control = self.control.ratio
        treated = -(-pairs * to_treated // (to_treated + to_control))
        return treated, pairs - treated

    @property
    def primary_endpoints(self) -> tuple[str, ...]:
        """Names of the endpoints that the rule that sizes the study looks at; none without one."""
        rule = self.decision.rules.get(self.decision.primary)
        return self.endpoints_of(rule) if rule else ()

    def roles_of(self, rule: Rule) -> tuple[int, ...]:
        """Places of the roles that a rule looks at."""
        return tuple(map(self.role_names.index, rule.roles))

    def endpoints_of(self, rule: Rule) -> tuple[str, ...]:
        """Names of the endpoints that a rule looks at, in each of its roles."""
        if rule.endpoints == "domains":
            return self.scale.domains
        return (rule.endpoints,) if isinstance(rule.endpoints, str) else rule.endpoints
