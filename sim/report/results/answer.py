"""The answer to a plan: everything that is reported, and nothing that is computed later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator

from sim.cohorts import TrueEffects
from sim.pilot.describe import PilotDescription
from sim.power.assurance import Assurance
from sim.power.change_parts import ChangeParts, OneGroup
from sim.power.detectable import DetectableEffect
from sim.power.detectable_rule import DetectableForRule
from sim.power.estimands import Estimands
from sim.power.inflation import Inflation
from sim.power.interim import InterimGain, InterimPlan
from sim.power.least_favourable import LeastFavourable
from sim.power.missing_by_chance import MissingByChance
from sim.power.operating import OperatingCharacteristics
from sim.power.participation import Participation
from sim.power.precision import Precision
from sim.power.sample_size import SampleSize, SizeBefore
from sim.shown import Shown
from sim.study import Study, parse_study
from sim.study.words import Words

SavedStudy = Annotated[
    Study, PlainValidator(parse_study), PlainSerializer(lambda study: study.model_dump(mode="json"))
]
"""A study that is read back as it was composed, with its lists as tuples."""


@dataclass(frozen=True)
class Attainable:
    """What the smallest possible p-values allow.

    Attributes
    ----------
    smallest : dict of str to tuple of float
        Smallest possible unadjusted p-value per role, at every size.
    winnable_from : dict of str to (int or None)
        Smallest number of pairs from which each rule can be won at all; None
        where none up to the largest size studied can.
    """

    smallest: dict[str, tuple[float, ...]]
    winnable_from: dict[str, int | None]


@dataclass(frozen=True)
class Assumption:
    """A value that is assumed.

    Attributes
    ----------
    field : str
        Where the config states it.
    value : str
        What is set there, in short.
    note : str or None
        Why it is assumed; None where no reason is given for this value.
    """

    field: str
    value: str
    note: str | None


@dataclass(frozen=True)
class PilotScore:
    """P-value of the pilot's constructed example under one test.

    Attributes
    ----------
    test : str
        The test in words.
    pvalue : float
        Its two-sided p-value.
    matches : bool
        Whether it rounds to the published one.
    """

    test: str
    pvalue: float
    matches: bool


@dataclass(frozen=True, eq=False, kw_only=True)
class DesignFacts:
    """What is known of a design before anything is computed of its power.

    Attributes
    ----------
    study : Study
        What was answered: the study as given, but for sizes to which the search grew.
    effects : dict of str to TrueEffects
        Effect dictionary per role.
    estimands : dict of str to Estimands
        What the tests estimate in the people who answer, per role.
    attainable : Attainable
        What cannot be won at which size.
    change_parts : dict of str to ChangeParts
        Where the change comes from, per role; empty where all of it is
        the treatment's and there is no control arm.
    assurances : tuple of Assurance
        Power averaged over what is believed of the effect, one per prior;
        empty where there are none.
    interim : InterimPlan or None
        Its looks, at the answer's size or else at the largest studied; None where it is looked
        at once.
    """

    study: SavedStudy
    effects: dict[str, TrueEffects]
    estimands: dict[str, Estimands]
    attainable: Attainable
    change_parts: dict[str, ChangeParts]
    assurances: tuple[Assurance, ...] = ()
    interim: InterimPlan | None = None

    @property
    def words(self) -> Words:
        """The study's nouns."""
        return self.study.words


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class PlanAnswer(Shown, DesignFacts):
    """What a design can achieve, and how large it must be.

    Attributes
    ----------
    original : Study
        As the planner gave it.
    characteristics : OperatingCharacteristics
        Under the assumed effect.
    null_characteristics : OperatingCharacteristics
        With the effect removed and all else equal: attained levels.
    sample_sizes : tuple of SampleSize
        One per rule, in the study's order; where dropping out depends on the
        answers, the larger of two.
    precision : Precision
        The interval of the primary rule's endpoint.
    detectable : tuple of DetectableEffect
        Smallest shift of each domain tested alone; empty unless wanted, and enumerated.
    assumptions : tuple of Assumption
        What the answer rests on.
    pilot_scores : tuple of PilotScore
        The pilot's example under each test; empty unless wanted.
    pilot_answers : tuple of PilotDescription
        What the pilot's people answered, by role; empty without their answers.
    pilot_notes : tuple of str
        How these were read, in sentences.
    participation : dict of str to Participation
        Who can be analysed and who is at which site, per role.
    one_group : OneGroup or None
        The same study without its control arm, where that is wanted.
    before_adjustments : tuple of SizeBefore
        The same study without missing answers, clusters or multiplicity
        adjustment, one by one and, of several, all at once; empty where there
        are none that bear on the primary rule.
    inflations : tuple of Inflation
        Rules of thumb for the pilot's size; empty without assurance or pilot.
    missing_by_chance : MissingByChance or None
        Both sizes, where dropping out depends on the answers.
    least_favourable : LeastFavourable or None
        Of a primary rule that needs several endpoints.
    detectable_rule : DetectableForRule or None
        Smallest effect with which the primary rule is met, where it is wanted.
    interim_gain : InterimGain or None
        What looks cost and gain, where there are any.
    warnings : tuple of str
        What a good statistician would say.
    """

    original: SavedStudy
    characteristics: OperatingCharacteristics
    null_characteristics: OperatingCharacteristics
    sample_sizes: tuple[SampleSize, ...]
    precision: Precision
    detectable: tuple[DetectableEffect, ...]
    assumptions: tuple[Assumption, ...]
    pilot_scores: tuple[PilotScore, ...]
    pilot_answers: tuple[PilotDescription, ...]
    pilot_notes: tuple[str, ...]
    participation: dict[str, Participation]
    one_group: OneGroup | None
    before_adjustments: tuple[SizeBefore, ...] = ()
    inflations: tuple[Inflation, ...] = ()
    missing_by_chance: MissingByChance | None = None
    least_favourable: LeastFavourable | None = None
    detectable_rule: DetectableForRule | None = None
    interim_gain: InterimGain | None = None
    warnings: tuple[str, ...] = ()

    @property
    def planned(self) -> OperatingCharacteristics:
        """That on which the primary rule's sample size rests."""
        chance = self.missing_by_chance
        if chance is not None and chance.is_larger(self.study.primary):
            return chance.characteristics
        return self.characteristics

    @property
    def level_characteristics(self) -> OperatingCharacteristics:
        """Without any effect, and nobody missing by the answers: the level of the tests."""
        chance = self.missing_by_chance
        return self.null_characteristics if chance is None else chance.null_characteristics

    @property
    def sample_size(self) -> SampleSize:
        """The primary rule's sample size."""
        return next(s for s in self.sample_sizes if s.rule == self.study.primary)

    @property
    def rule_place(self) -> int:
        """Place of the primary rule among the rules."""
        return self.characteristics.rule_index(self.study.primary)

    @property
    def place(self) -> int:
        """Place of the answer's size, or of the largest one, among the sizes studied."""
        return self.characteristics.sizes.index(self.sample_size.size or self.sample_size.limit)

    @property
    def size(self) -> int:
        """The answer's size, or the largest studied."""
        return self.characteristics.sizes[self.place]

    @property
    def counted(self) -> str:
        """That size in words."""
        return self.words.count(self.size)
