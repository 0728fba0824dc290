"""The file of a study that is planned from answers: every number with where it comes from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.errors import printable
from sim.jobs.from_data import DataSketch
from sim.pilot.observed_shift import ObservedShift
from sim.pilot.paired import Ends
from sim.pilot.polychoric import Polychoric
from sim.study.questionnaire import TOTAL
from sim.study.yaml_text import inline

SPREAD = "one spread evenly"
"""What is added to counts where a point has none."""
LEAST = 0.1
"""Smallest shift, in standard deviations, that is planned with from data alone."""
GUESSED = 0.3
"""Shift that is planned with where the data leave open whether there is any."""
UNKNOWN = 0.5
"""Correlation where the data tell none."""
NEARLY_ONE = 0.95
"""Correlation from which an estimate is held for an accident of few people."""


def data_study_text(sketch: DataSketch, name: str) -> str:
    """Write the study's file.

    Parameters
    ----------
    sketch : DataSketch
        What the answers say.
    name : str
        The file's name, for the command in its first line.
    """
    return "\n".join(_lines(sketch, name)) + "\n"


def _lines(sketch: DataSketch, name: str) -> Iterator[str]:
    files = sketch.named
    roles = [own.role for own in sketch.counts]
    yield f"# Planned from {files}. Change what you like, then: mentorsim plan {name}"
    yield f"title: {inline(f'Planned from {files}'[:200])}"
    nouns = f"participant: {inline(roles[0])}, " * (len(roles) == 1)
    yield f"words: {{{nouns}intervention: the intervention}} # say what is done in between"
    yield from _questionnaire(sketch)
    yield from _roles(sketch)
    yield from _correlation(sketch)
    direction = "fall" if sketch.falls else "rise"
    seen = f"{direction}s in the data; the success is {'a fall' if sketch.falls else 'a rise'}"
    yield f"analysis: {{test: signed_rank, alpha: 0.05, direction: {direction}}} # {seen}"
    if len(sketch.reading.data.domains) > 1:
        yield f"# success: {{every item: all of items}} # each {direction}s; else their total does"
    yield from _missing(sketch)
    if len(roles) > 1:
        yield f"design: {{up_to: 120, ratio: {list(sketch.ratio)}}} # the ratio of the data"
    else:
        yield "design: {up_to: 120}"
    yield "target: {power: 0.8}"
    yield from _pilot(sketch)


def _questionnaire(sketch: DataSketch) -> Iterator[str]:
    reading = sketch.reading
    names = list(map(inline, reading.data.domains))
    yield "questionnaire:"
    if reading.data.labels:
        yield f"  labels: [{', '.join(map(inline, reading.data.labels))}] # lowest first"
    else:
        yield f"  points: {reading.data.points}"
    yield f"  lowest: {reading.data.lowest} # of the lowest point; both as read"
    if len(sketch.counts) > 1:
        yield f"  items: [{', '.join(names)}]"
    else:
        yield "  items: # people at each point before, lowest first; also of those who left"
        yield from _spread(sketch, "    ")
        for name, counted, shares in zip(names, sketch.counts[0].before, sketch.before[0],
                                         strict=True):  # fmt: skip
            people = f"{{counts: {counted.tolist()}}}" if counted.all() else _shares(shares)
            yield f"    {name}: {people} # {_counted(counted)}"
    if len(names) > 1 and TOTAL in reading.data.domains:
        yield "  totals: {}"


def _spread(sketch: DataSketch, indent: str) -> Iterator[str]:
    """Explain what is added to counts, where anything is."""
    if any((own.before == 0).any() for own in sketch.counts):
        yield f"{indent}# {SPREAD}: an answer more, where a point has none, which nobody could"
        yield f"{indent}# reach after either"


def _shares(shares: np.ndarray) -> str:
    return f"[{', '.join(f'{share:.4f}' for share in shares)}]"


def _counted(counted: np.ndarray) -> str:
    """Say how many people a distribution rests on."""
    n = int(counted.sum())
    if counted.all():
        return f"of {n} people"
    return f"{', '.join(map(str, counted.tolist()))} of {n} people, and {SPREAD}"


def _roles(sketch: DataSketch) -> Iterator[str]:
    """Write answers before and effects, by role where there are two."""
    yield "roles:"
    files = sketch.named
    if len(sketch.counts) == 1:
        (own,) = sketch.counts
        reason = f"as {own.people[1].sum()} people answered in {files}"
        yield f"  {inline(own.role)}: {{assumption: {inline(reason)}}}"
        yield from _effect(sketch.shifts[0], sketch, "")
        return
    for own, before, shift in zip(sketch.counts, sketch.before, sketch.shifts, strict=True):
        yield f"  {inline(own.role)}:"
        yield "    pre: # shares at each point before, lowest first, an item a line"
        yield from _spread(sketch, "      ")
        for name, counted, shares in zip(own.domains, own.before, before, strict=True):
            yield f"      - {_shares(shares)} # {printable(name)}: {_counted(counted)}"
        reason = f"as {own.people[1].sum()} people answered in {files}"
        yield f"    assumption: {inline(reason)}"
        yield from _effect(shift, sketch, "    ")


def _effect(seen: ObservedShift, sketch: DataSketch, indent: str) -> Iterator[str]:
    planned, why = _planned(seen)
    yield f"{indent}effect: # in standard deviations of the latent score, alike for every item"
    yield f"{indent}  # seen in {seen.n} people: {_interval(seen.shift)},"
    yield f"{indent}  # in points {_interval(seen.points)}, with 95% intervals."
    yield f"{indent}  # Few plan on pilots that show little: what is seen is too large on average"
    yield f"{indent}  shift: {planned:g} # {why}"
    files = sketch.named
    reason = f"{why}; seen in {seen.n} people of {files}: {_interval(seen.shift)}"
    yield f"{indent}  assumption: {{why: {inline(reason)}, of: {{shift: {planned:g}}}}}"
    if seen.error > 0:
        yield f"{indent}  prior: # assurance: power averaged over what the data leave possible"
        yield f"{indent}    kind: normal_shift"
        yield f"{indent}    mean: {seen.shift[0]:.3f} # the shift as it was seen"
        yield f"{indent}    sd: {min(seen.error, 4):.3f} # its standard error"
        yield f"{indent}    between_sd: 0 # of the items around it: as if all were alike"
        yield f"{indent}    draws: 200 # of the shift"
        yield f"{indent}    replicates: 25 # simulated studies of each"


def _planned(seen: ObservedShift) -> tuple[float, str]:
    """Choose the shift to plan with, and say why."""
    value, low, high = seen.cautious
    nearer = round(low if value > 0 else high, 3)
    if nearer * value > 0 and abs(nearer) >= LEAST:
        return nearer, "end nearer to nothing of the 60% interval of what was seen"
    guess = -GUESSED if value < 0 else GUESSED
    return guess, ("a guess, since the data leave open whether there is an effect; write the "
                   "smallest that would matter")  # fmt: skip


def _interval(ends: Ends) -> str:
    return f"{ends[0]:+.2f} ({ends[1]:+.2f} to {ends[2]:+.2f})"


def _correlation(sketch: DataSketch) -> Iterator[str]:
    number = len(sketch.reading.data.domains)
    pre_post, told = _rho(sketch.pre_post)
    values = [("pre_post", pre_post, f"before and after: {told}")]
    if sketch.items is not None:
        items, told = _rho(sketch.items)
        least = -0.9 / (number - 1)
        lifted = f"; {least:.3f} is as low as {number} items alike can have" * (items < least)
        values.append(("items", max(items, least), f"between items, before: {told}{lifted}"))
    yield "correlation: # of the latent scores, one for all items"
    for name, value, words in values:
        yield f"  {name}: {value:.3f} # {words}"
    why = "; ".join(words for _, _, words in values)
    of = ", ".join(f"{name}: {value:.3f}" for name, value, _ in values)
    yield f"  assumption: {{why: {inline(f'estimated from the data; {why}')}, of: {{{of}}}}}"


def _rho(of: Polychoric) -> tuple[float, str]:
    """Choose a correlation to plan with, and say what it rests on."""
    if np.isnan(of.rho):
        return UNKNOWN, "a guess, since answers that are all alike tell nothing"
    interval = f"95% interval {of.low:.2f} to {of.high:.2f}, {of.n} people"
    if abs(of.rho) >= NEARLY_ONE:
        nearer = of.low if of.rho > 0 else -of.high
        value = float(np.copysign(min(nearer, NEARLY_ONE), of.rho))
        told = (
            f"lower end of the {interval}, at most {NEARLY_ONE:g}, as the estimate is {of.rho:.3f}"
        )
        return value, told
    return of.rho, f"polychoric, {interval}"


def _missing(sketch: DataSketch) -> Iterator[str]:
    (lost, began), (gaps, possible) = sketch.lost, sketch.gaps
    rate, item_rate = lost / began, gaps / possible
    yield "missing:"
    yield f"  rate: {min(rate, 0.9):.4g} # {lost} of {began} who answered before never did after"
    yield f"  item_rate: {min(item_rate, 0.9):.4g} # {gaps} of {possible} single answers"
    if gaps:
        yield "  # total: prorated # from the items that were answered; else a gap makes it missing"


def _pilot(sketch: DataSketch) -> Iterator[str]:
    sizes = ", ".join(f"{inline(own.role)}: {own.participants}" for own in sketch.counts)
    files = list(map(inline, sketch.files))
    yield "pilot:"
    yield f"  sizes: {{{sizes}}} # people in the data"
    named = files[0] if len(files) == 1 else f"[{', '.join(files)}]"
    yield f"  data: {named} # which mentorsim calibrate reads further"
    if sketch.columns:
        yield f"  map: {inline(sketch.columns)} # which column holds what"
    yield "  # citation: full reference, where the data are published"
