"""The sections of a study, by what a planner states, and what stands where nothing is stated."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from sim.study.base import Line, Section, unstated
from sim.study.calibration import Calibration
from sim.study.clusters import Clusters
from sim.study.compute import Compute, InProcess
from sim.study.control import NoSelection, ParallelControl, Selection, Uncontrolled
from sim.study.effects import Effect, NoEffect
from sim.study.feasibility import Feasibility
from sim.study.interim import Interim
from sim.study.local_page import LocalPage
from sim.study.missing import Missing
from sim.study.pilot import Pilot
from sim.study.questionnaire import Name, Questionnaire
from sim.study.reporting import Report
from sim.study.sections import Analysis, Correlations, Design, MonteCarlo, Role, Roles, Target
from sim.study.store import Store
from sim.study.success import Rule, default_success, read_rule
from sim.study.sweep import NoSweep, Sweep
from sim.study.words import Words

UNTITLED = "A study of answers before and after"
"""Title of a study that states none."""


class StudyFields(Section):
    """The sections of a study, and what is taken for granted where one is left out.

    What is not stated is as below: a neutral study, of which nothing is any study's in
    particular.
    """

    title: Line = Field(default=UNTITLED, min_length=1, max_length=200)
    """Title of the study (text)."""
    seed: int = Field(default=2022, ge=0, lt=2**63)
    """Seed of all random numbers (0 or more)."""
    questionnaire: Questionnaire
    """The scale, the items and how they are answered before, and what sums them."""
    roles: Roles
    """Who takes part, by role, where there are two, or one with a name; null = the participants
    of `words`."""
    effect: Effect = NoEffect()
    """Effect on every role that states none of its own."""
    correlation: Correlations = Correlations()
    """Correlations between items, and between before and after."""
    clusters: Clusters = Field(default={})
    """Sites, and people who share one of the second role."""
    words: Words = Field(default=Words(), validate_default=True)
    """What people, sizes, sites and the intervention are called."""
    missing: Missing = Missing()
    """Answers that are not given."""
    selection: Selection = NoSelection()
    """Who takes part, by their answers."""
    uncontrolled: Uncontrolled = Uncontrolled()
    """What changes without any effect."""
    control: Annotated[ParallelControl | None, BeforeValidator(lambda given: given or None)] = None
    """Control arm; null or empty = none: all are treated, and before is compared with after."""
    design: Design = Design()
    """How many people, and what is asked of the design."""
    interim: Annotated[Interim | None, BeforeValidator(lambda given: given or None)] = None
    """Looks at the answers before the study's end; null or empty = none."""
    engine: Literal["auto", "exact", "monte_carlo"] = "auto"
    """How power is computed: auto = exactly where that can be done, else by simulation."""
    success: Annotated[dict[Name, Rule], Field(min_length=1)] = Field(
        default=None, validate_default=True
    )
    """When the study is a success, one or several rules by name: "all of [first, second]", "any
    of items", "at least 2 of [...]", or one item or total; null = the first total, or any item."""
    primary: Name = Field(default=None, validate_default=True)
    """Name of the rule that sizes the study; null = the first."""
    analysis: Analysis = Field(default=Analysis(), validate_default=True)
    """Test, level and multiplicity."""
    target: Target = Target()
    """Power to reach."""
    monte_carlo: MonteCarlo = MonteCarlo()
    """Amount of simulation."""
    report: Report = Report()
    """What is shown."""
    compute: Compute = InProcess(kind="in_process")
    """Where it runs."""
    store: Store = Store()
    """Where finished blocks are kept."""
    pilot: Pilot | None = None
    """Published facts of the pilot."""
    calibration: Calibration = Calibration()
    """How the pilot is read (by `mentorsim calibrate`)."""
    feasibility: Feasibility | None = None
    """The pilot as a study of its own (in `mentorsim feasibility`)."""
    sweep: Sweep = NoSweep(kind="none")
    """Which settings vary (in `mentorsim sweep`)."""
    page: LocalPage = LocalPage()
    """The local page (`mentorsim serve`)."""

    @model_validator(mode="before")
    @classmethod
    def _participants(cls, data: Any) -> Any:
        """Let the participants be the only role where none is stated."""
        if not isinstance(data, Mapping) or data.get("roles") is not None:
            return data
        words = data.get("words")
        noun = words.participant if isinstance(words, Words) else None
        if isinstance(words, Mapping):
            noun = words.get("participant")
        return {**data, "roles": {noun if isinstance(noun, str) else "participant": {}}}

    @model_validator(mode="after")
    def _participants_follow(self) -> Self:
        """Let the only role, where nothing is stated of it, follow from the words."""
        if self.roles == {self.words.participant: Role()}:
            self.__pydantic_fields_set__.discard("roles")
        return self

    @field_validator("words", mode="after")
    @classmethod
    def _resolved(cls, words: Words, info: ValidationInfo) -> Words:
        """Take the words for units and sites that are not stated from roles and clusters."""
        roles, clusters = info.data.get("roles") or {"": None}, info.data.get("clusters") or {}
        unit = words.unit or (next(iter(roles)) if len(roles) == 1 else "pair")
        site = next(iter(clusters), words.site or "site")
        return unstated(words, unit=unit, site=site)

    @field_validator("effect", mode="before")
    @classmethod
    def _no_effect(cls, effect: Any) -> Any:
        return {} if effect is None else effect

    @field_validator("success", mode="before")
    @classmethod
    def _rules(cls, success: Any, info: ValidationInfo) -> Any:
        """Read rules that are stated in one line, and state one where there is none."""
        questionnaire, roles = info.data.get("questionnaire"), info.data.get("roles")
        if questionnaire is None or roles is None:
            return {"unknown": Rule(kind="one", endpoints=("",), roles=("",))}  # told already
        items, sums = questionnaire.names, questionnaire.sums
        given = default_success(items, sums) if success is None else success
        if isinstance(given, str):
            given = {given: given}
        if not isinstance(given, Mapping):
            return given
        return {
            name: _rule(name, rule, items, tuple(sums), tuple(roles))
            for name, rule in given.items()
            if rule is not None
        }

    @field_validator("primary", mode="before")
    @classmethod
    def _first(cls, primary: Any, info: ValidationInfo) -> Any:
        rules = info.data.get("success") or {"unknown": None}  # told already
        return next(iter(rules)) if primary is None else primary

    @field_validator("analysis", mode="after")
    @classmethod
    def _by_rule(cls, analysis: Analysis, info: ValidationInfo) -> Analysis:
        """Adjust as the primary rule needs it, where nothing is stated."""
        rule = info.data.get("success", {}).get(info.data.get("primary"))
        if analysis.adjustment is not None or rule is None:
            return analysis
        needed = "holm" if rule.kind in ("any", "at_least") else "none"
        return unstated(analysis, adjustment=needed)


def _rule(
    name: object, given: Any, items: Sequence[str], totals: Sequence[str], roles: Sequence[str]
) -> Any:
    """Read one rule, with its place in front of what is wrong with it."""
    if isinstance(given, Rule):
        return given
    try:
        return read_rule(given, items, totals, roles)
    except ValueError as error:
        raise ValueError(f"success.{name}: {error}") from None
