"""Checks of the decision rules, and of the domains that they and the effect name."""

import re
from collections.abc import Iterable

from sim.study.draft import Draft
from sim.study.effects import ByDomainEffect
from sim.study.refusals import FieldError, nearest, shown
from sim.study.sections import TOTAL, Rule


def check_conclusions(study: Draft) -> None:
    """Run the checks of what is concluded and shown, which look at the analysis too."""
    _check_rules(study)
    if study.report.pilot_example and (study.pilot is None or study.pilot.example is None):
        raise FieldError("report.pilot_example", True, "needs a pilot file with an example")


def check_domains(study: Draft) -> None:
    """Refuse domains that the effect and the rules know nothing of, with the words that mend it.

    Who states other domains inherits an effect and rules that name others.
    """
    rules = study.decision.rules
    by_domain = isinstance(study.effect, ByDomainEffect) and study.effect.domains
    of_effect = _unknown(study, by_domain or ())
    of_rules = {name: _unknown(study, study.endpoints_of(rule)) for name, rule in rules.items()}
    unknown = [*of_effect, *(other for others in of_rules.values() for other in others)]
    if not unknown:
        return
    unfit = [name for name, rule in rules.items() if of_rules[name] or _too_many(study, rule)]
    mended = " ".join(["effect=shift"] * bool(of_effect) + _left_out(study, unfit))
    if len(unfit) == len(rules) or not all(map(_PLAIN.fullmatch, rules)):
        mended = "an effect and rules of your own in a file of settings"
    raise FieldError(
        "scale.domains",
        study.scale.domains,
        f"lack {shown(unknown[0])}, which the effect or a rule names; with these domains add: "
        + mended,
    )


_PLAIN = re.compile(r"[A-Za-z0-9_]+(?: [A-Za-z0-9_]+)*")
"""Names that the command line takes in braces as they are."""


def _left_out(study: Draft, names: list[str]) -> list[str]:
    """Words of the command line that leave rules out."""
    if not names:
        return []
    words = ["'decision.rules={" + ",".join(f"{name}: null" for name in names) + "}'"]
    if study.decision.primary in names:
        kept = next((name for name in study.decision.rules if name not in names), TOTAL)
        words.append(f"'decision.primary={kept}'")
    return words


def _unknown(study: Draft, names: Iterable[str]) -> list[str]:
    """List those that are no domains, nor misspelt ones."""
    known = study.endpoints
    return [name for name in names if name not in known and "?" not in nearest(name, known)]


def _too_many(study: Draft, rule: Rule) -> bool:
    return rule.k is not None and rule.k > len(study.endpoints_of(rule)) * len(rule.roles)


def _check_rules(study: Draft) -> None:
    decision = study.decision
    if decision.primary not in decision.rules:
        hint = nearest(decision.primary, list(decision.rules))
        raise FieldError("decision.primary", decision.primary, f"is not a rule; {hint}")
    for name, rule in decision.rules.items():
        place = f"decision.rules.{name}"
        for role in rule.roles:
            if role not in study.role_names:
                hint = nearest(role, list(study.role_names))
                raise FieldError(f"{place}.roles", role, f"is no role that takes part; {hint}")
        _check_endpoints(study, f"{place}.endpoints", study.endpoints_of(rule))
        count = len(rule.roles) * len(study.endpoints_of(rule))
        if rule.kind == "one" and count != 1:
            raise FieldError(
                f"{place}.endpoints", rule.endpoints, "must be one endpoint of one role"
            )
        if (rule.kind == "at_least") != (rule.k is not None):
            raise FieldError(f"{place}.k", rule.k, "goes with kind=at_least, and only with it")
        if rule.k is not None and rule.k > count:
            raise FieldError(f"{place}.k", rule.k, f"must be at most {count}, the endpoints named")


def _check_endpoints(study: Draft, place: str, names: tuple[str, ...]) -> None:
    for name in names:
        if name not in study.endpoints:
            hint = nearest(name, study.endpoints)
            raise FieldError(place, name, f"is not an endpoint; {hint}")
    analysis = study.analysis
    if TOTAL in names and analysis.cut is not None and analysis.total_cut is None:
        right = (
            f"is not tested by analysis.test={analysis.test} unless analysis.total_cut states its "
            "cut"
        )
        raise FieldError(place, TOTAL, right)
    if not names or len(set(names)) != len(names):
        raise FieldError(place, names, "must name endpoints, each once")
