"""Study files with something wrong put in at random: each fault has a line, with its place."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from sim.app import main

pytestmark = pytest.mark.usefixtures("composed_anew")
BASE = {
    "title": "title: Communication skills course",
    "words": "words: {participant: nurse, intervention: the course}",
    "questionnaire": "questionnaire:",
    "points": "  points: 7",
    "items": "  items:",
    "listening": "    listening: [2, 5, 13, 25, 30, 18, 7]",
    "news": "    breaking bad news: [8, 15, 20, 22, 18, 12, 5]",
    "totals": "  totals: {communication: [listening, breaking bad news]}",
    "effect": "effect: {odds_ratio: 2}",
    "clusters": "clusters: {ward: {sizes: [3, 4, 4, 5, 5, 6, 6, 7], icc: .05}}",
    "success": "success:",
    "rule": "  both: all of [listening, breaking bad news]",
    "analysis": "analysis: {test: clustered_signed_rank}",
    "design": "design: {n: 40}",
    "target": "target: {power: .8}",
}
"""The lines of a study's file that is fine, by name."""


@dataclass(frozen=True)
class Mutation:
    """One thing that is wrong.

    Attributes
    ----------
    line : str
        Name of the line that is replaced.
    text : str
        What stands there instead.
    place : str
        What the fault's line must name.
    is_text : bool
        Whether the file can be read no further, so that nothing else is told.
    """

    line: str
    text: str
    place: str
    is_text: bool = False


FIELDS = [
    Mutation("title", "titel: Communication skills course", "titel"),
    Mutation("title", "title: [a, b]", "title"),
    Mutation("words", "words: {participant: nurse, intervention: 7}", "words.intervention"),
    Mutation("words", "words: {attendants: nurse}", "words.attendants"),
    Mutation("points", "  points: 12", "questionnaire.points"),
    Mutation("points", "  points: seven", "questionnaire.points"),
    Mutation("points", "  points: 7\n  lowest: 2", "questionnaire.lowest"),
    Mutation("listening", "    listening: {median: 4}", "questionnaire.items.listening"),
    Mutation("listening", "    listening: {mean: 4, sd: 1}", "questionnaire.items.listening"),
    Mutation("listening", "    listening: [2, 5, -13, 25, 30, 18, 7]",
             "questionnaire.items.listening"),
    Mutation("listening", "    listening: {counts: [1, 2, 3.5, 4, 5, 6, 7]}",
             "questionnaire.items.listening"),
    Mutation("listening", "    listening: like breaking bad news",
             "questionnaire.items.listening"),
    Mutation("totals", "  totals: {communication: 3}", "questionnaire.totals.communication"),
    Mutation("effect", "effect: {odds_ratio: 2, shift: .5}", "effect"),
    Mutation("effect", "effect: {odds_ratio: -1}", "effect.odds_ratio"),
    Mutation("effect", "effect: {odd_ratio: 2}", "effect.odd_ratio"),
    Mutation("effect", "effect: {responders: {at_least: 5, rise: 130%}}",
             "effect.responders.rise"),
    Mutation("clusters", "clusters: {ward: {sites: 8}}", "clusters.ward.icc"),
    Mutation("clusters", "clusters: {ward: {sites: 8, icc: 1.2}}", "clusters.ward.icc"),
    Mutation("clusters", "clusters: {ward: {icc: .1}, unit: {icc: .1}}", "clusters"),
    Mutation("analysis", "analysis: {test: signed_rang}", "analysis.test"),
    Mutation("analysis", "analysis: {alpha: 500%}", "analysis.alpha"),
    Mutation("analysis", "analysis: {alpha: five}", "analysis.alpha"),
    Mutation("analysis", "analysis: [signed_rank]", "analysis"),
    Mutation("design", "design: {n: 0}", "design.n"),
    Mutation("design", "design: {n: 40.5}", "design.n"),
    Mutation("design", "design: {n: 40, solve: everything}", "design.solve"),
    Mutation("design", "desing: {n: 40}", "desing"),
    Mutation("target", "target: {power: 8}", "target.power"),
    Mutation("target", "target: {power: 1000%}", "target.power"),
]  # fmt: skip
"""Each field by itself: all of these are told together."""
RULES = [
    Mutation("rule", "  both: all of [listening, breaking news]", "success.both"),
    Mutation("rule", "  both: every one", "success.both"),
    Mutation("rule", "  both: at least 3 of [listening, breaking bad news]", "success.both"),
    Mutation("rule", "  both: 3", "success.both"),
    Mutation("rule", "  both: all of items for doctor", "success.both"),
]
"""Rules, which go by the names of items: told with all but a questionnaire that has none."""
ITEMS = [
    Mutation("listening", "    listening: [2, 5, 13, 25, 30, 18]",
             "questionnaire.items.listening"),
    Mutation("listening", "    listening: [2, 5, 13, 25, 30, 18, 70]",
             "questionnaire.items.listening"),
    Mutation("news", '    breaking bad news: "like: listning"',
             "questionnaire.items.breaking bad news"),
    Mutation("news", "    breaking bad news: {median: 9, sd: 1}",
             "questionnaire.items.breaking bad news"),
    Mutation("totals", "  totals: {communication: [listening, speaking]}",
             "questionnaire.totals.communication"),
]  # fmt: skip
"""Items that do not go together."""
WHOLES = [
    Mutation("effect", "effect: {items: {speaking: {shift: 1}}}", "effect.items"),
    Mutation("effect", "effect: {odds_ratio: [2, 2, 2]}", "effect.odds_ratio"),
    Mutation("effect", "effect: {median: 9}", "effect.median"),
    Mutation("analysis", "analysis: {test: mcnemar}", "analysis.cut"),
    Mutation("target", "target: {power: .8}\nprimary: all", "primary"),
]  # fmt: skip
"""Fields that do not go with fine items."""
TEXTS = [
    Mutation("design", "design: {n: 40}\ndesign: {n: 50}", "design", is_text=True),
    Mutation("points", "\tpoints: 7", "YAML", is_text=True),
    Mutation("effect", "effect: {odds_ratio: 2", "YAML", is_text=True),
    Mutation("effect", "effect: !!python/object:os.system {}", "python", is_text=True),
    Mutation("target", "target: {power: '${oc.env:HOME}'}", "target.power", is_text=True),
    Mutation("target", "target: *nothing", "YAML", is_text=True),
    Mutation("title", "1: Communication skills course", "1", is_text=True),
    Mutation("title", "a: &a [1,1,1,1,1,1,1,1,1]\n" + "\n".join(
        f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]"
        for old, new in zip("abcdefghi", "bcdefghij", strict=True)), "aliases", is_text=True),
]  # fmt: skip
"""What makes a text no study's file."""


def drawn(seed: int) -> list[Mutation]:
    """Draw one to three mutations of different lines."""
    rng = random.Random(seed)  # noqa: S311 - nothing secret
    others = [each for each in FIELDS if not each.place.startswith(("questionnaire", "words"))]
    pools = [FIELDS, [*RULES, *others], ITEMS, WHOLES, TEXTS]
    pool = rng.choices(pools, [6, 4, 2, 2, 2])[0]
    count = 1 if pool is TEXTS else rng.randint(1, 3)
    chosen: dict[str, Mutation] = {}
    for mutation in rng.sample(pool, len(pool)):
        if len(chosen) < count:
            chosen.setdefault(mutation.line, mutation)
    return list(chosen.values())


def line_of(text: str, mutation: Mutation) -> range:
    """Give the lines of the text in which a mutation stands."""
    first = text[: text.index(mutation.text)].count("\n") + 1
    return range(first, first + mutation.text.count("\n") + 1)


ALONE = [[mutation] for mutation in (*FIELDS, *RULES, *ITEMS, *WHOLES, *TEXTS)]
SOME, MORE = ([drawn(seed) for seed in seeds] for seeds in (range(50), range(50, 400)))


@pytest.mark.parametrize(
    "mutations", [*ALONE, *SOME, *(pytest.param(own, marks=pytest.mark.long) for own in MORE)]
)
def test_every_fault_has_a_line(
    mutations: list[Mutation],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Status 2, each fault in a line with its place and its line of the file, nothing written."""
    monkeypatch.chdir(tmp_path)
    lines = BASE | {mutation.line: mutation.text for mutation in mutations}
    text = "\n".join(lines.values()) + "\n"
    Path("study.yaml").write_text(text, encoding="utf-8")
    assert main(["check", "study.yaml"]) == 2, mutations
    out, err = capsys.readouterr()
    told = err.splitlines()
    assert out == ""
    assert all(line.startswith("mentorsim: ") and len(line) < 400 for line in told), told
    assert [path.name for path in tmp_path.iterdir()] == ["study.yaml"]
    for mutation in mutations:
        (mine, *_) = [line for line in told if mutation.place in line] or [""]
        assert mine, (mutation, told)
        number = re.search(r"study\.yaml, line (\d+)", mine)
        assert number, mine
        assert mutation.is_text or int(number[1]) in line_of(text, mutation), (mutation, mine)


def test_the_file_that_is_mutated_is_fine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As it is, the file is refused by nothing, and checking it writes nothing."""
    monkeypatch.chdir(tmp_path)
    Path("study.yaml").write_text("\n".join(BASE.values()), encoding="utf-8")
    assert main(["check", "study.yaml"]) == 0
    out, err = capsys.readouterr()
    assert (err, max(map(len, out.splitlines())) <= 80) == ("", True)
    assert "success 'both': all of [listening, breaking bad news]" in out
    assert [path.name for path in tmp_path.iterdir()] == ["study.yaml"]
