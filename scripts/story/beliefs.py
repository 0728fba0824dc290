"""What the pilot leaves possible: the effect under three priors, the test, the total."""

from collections.abc import Sequence

from sim import compose_study
from sim.cohorts import role_arms, true_effects
from sim.pilot.calibrated import CalibrationAnswer, RoleCalibration
from sim.pilot.candidates import CANDIDATES
from sim.pilot.posterior import DomainPosterior
from sim.study import Study
from story.markdown import commands, section, table, text

OTHERS = "each of the others"


def mentors(answer: CalibrationAnswer) -> RoleCalibration:
    """What was found of the mentors."""
    return next(role for role in answer.roles if role.role == "mentor")


def beliefs(answer: CalibrationAnswer) -> str:
    """Posterior of the shifts, of the tests, and the total as a check."""
    role, stated = mentors(answer), answer.study.calibration
    tests = [own.tests for own in role.posteriors]
    return section(
        "How large may the effect be?",
        text(
            "The effect is measured as a shift of the answers in standard deviations (SD). "
            f"{_shift_words()} What six people show is weighed with what was held possible "
            "before them, and there are three views of that. The neutral one leaves the effect "
            f"open (normal, mean {stated.neutral.mean:g}, SD {stated.neutral.sd:g}); the sceptical "
            f"one holds large effects for unlikely (SD {stated.sceptical.sd:g}); the hierarchical "
            "one expects the domains to be alike, so that what two domains show says something of "
            "the others."
        ),
        shift_table(answer),
        text(
            "Median and 95% interval. In words: a rise in both published domains is likely, its "
            "size is hardly known, and of the other domains very little is known. They are taken "
            "as not significant, because nothing is printed of them; that is an assumption."
        ),
        "Which test gave the p? All were held for equally likely before:",
        table(
            ["test", *(f"{own.prior} prior" for own in role.posteriors)],
            [
                [CANDIDATES[name].words, *(f"{own[t]:.2f}" for own in tests)]
                for t, name in enumerate(stated.tests)
            ],
        ),
        text(
            "The published total was kept out of all this, so that it can serve as a check. It is "
            "what pilots of six would show if the beliefs above were right:"
        ),
        _total(role),
        commands("mentorsim calibrate"),
    )


def _shift_words() -> str:
    """What a shift of half a standard deviation means on the default answers."""
    some, none = (
        true_effects(role_arms(study, 0)[0], endpoints=study.endpoint_sets)
        for study in map(compose_study, (["effect=shift", "effect.shift=0.5"], ["effect=none"]))
    )
    return (
        f"With the answers before that the default study assumes, a shift of 0.5 raises the mean "
        f"answer by {some.mean_change[0]:.2f} points: {some.better[0]:.0%} of people then answer "
        f"higher than before and {some.worse[0]:.0%} lower, where without any effect "
        f"{none.better[0]:.0%} and {none.worse[0]:.0%} would, since answers vary."
    )


def shift_table(answer: CalibrationAnswer) -> str:
    """Shifts of the mentors' domains under each prior."""
    role = mentors(answer)
    return table(
        ["domain", *(f"{own.prior} prior" for own in role.posteriors)],
        [
            [name, *(_interval(own.domains[d]) for own in role.posteriors)]
            for d, name in shown_domains(answer.study, role)
        ],
    )


def shown_domains(study: Study, role: RoleCalibration) -> list[tuple[int, str]]:
    """Published domains by name; one line for all others, of which the same is known."""
    published = {own.outcome.name for own in role.findings}
    named = [(d, name) for d, name in enumerate(study.domains) if name in published]
    other = next(d for d, name in enumerate(study.domains) if name not in published)
    return [*named, (other, OTHERS)]


def _interval(domain: DomainPosterior) -> str:
    low, middle, high = domain.shift_quantiles
    return f"{_signless(middle)} [{_signless(low)}, {_signless(high)}]"


def _signless(value: float) -> str:
    """Two digits, never a minus before zero."""
    return f"{round(value, 2) + 0.0:.2f}"


def _total(role: RoleCalibration) -> str:
    rows = [
        [
            f"{prior} prior",
            f"{own.change[1]:+.1f} [{own.change[0]:+.1f}, {own.change[2]:+.1f}]",
            f"{own.published_change:+g}",
            f"up to {max(own.significant.values()):.2f}",
        ]
        for prior, own in role.total.items()
    ]
    head = ["", "predicted change of the total", "published", "probability of a significant total"]
    return table(head, rows)


def otherwise(answers: Sequence[tuple[str, CalibrationAnswer]], sizing: str) -> str:
    """What other readings of the silence would change."""
    return section(
        "What if the silence is read otherwise?",
        text(
            "Two readings can be questioned. Perhaps the domains without figures were not left out "
            "for being not significant, but for room: then nothing is known of them, and the two "
            "that are reported have to be weighed knowing that they were significant "
            "(left open: `unreported=marginalised`). And perhaps the whole pilot is only known "
            "because something in it was significant (noticed: `any_significant=true`)."
        ),
        "Median shift under each prior, in SD:",
        table(
            ["reading", "domain", "neutral", "sceptical", "hierarchical"],
            [
                [reading, name, *(_interval(own.domains[d]) for own in mentors(answer).posteriors)]
                for reading, answer in answers
                for d, name in shown_domains(answer.study, mentors(answer))
            ],
        ),
        sizing,
        commands(
            "mentorsim calibrate calibration.unreported=marginalised hydra.run.dir=outputs/open",
            "mentorsim plan experiment=assurance effect.prior.file=outputs/open/posterior.csv",
            "mentorsim calibrate calibration.any_significant=true hydra.run.dir=outputs/noticed",
            "mentorsim plan experiment=assurance effect.prior.file=outputs/noticed/posterior.csv",
        ),
    )
