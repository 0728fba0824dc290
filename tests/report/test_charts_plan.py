"""Figures of a plan: the numbers that were saved, legible names, nothing but text from the user."""

import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis.strategies import DataObject, data, floats, lists
from oracles.saved import rows_of, summary_of
from oracles.studies import small_study

from sim import compose_study, plan
from sim.report.charts.averaged import power_spread
from sim.report.charts.curves import endpoint_curves, many
from sim.report.charts.end_labels import spread
from sim.report.charts.figure import Figure, Omitted
from sim.report.charts.figures import (
    figures,
    plan_figures,
    power_pictures,
    sentences,
    write_figures,
)
from sim.report.charts.labels import AXIS_LINE, TITLE_LINE, broken, distinct, two_lines, width
from sim.report.charts.page import for_page
from sim.report.charts.render import as_png, as_svg, packed
from sim.report.charts.series import rule_series
from sim.report.charts.theme import blended, config, themed
from sim.report.files import write_run
from sim.report.saved import SavedRun, read_run

WORDS = ["design.n=[6,12,24,90]", "monte_carlo.replicates=500", "effect.prior.draws=20"]
NAMES = [
    "power_curve", "rule_curves", "endpoint_curves_mentor", "answers_mentor", "assurance",
    "power_spread",
]  # fmt: skip
HOSTILE = (
    "<script>alert(1)</script>", "a.b[0]", "datum['x'] && \"y\"", "{{}} ${now} \\n \\", "x" * 80,
    "x" * 79 + "y", "../../up", "two lines \\x1b[31mred \u200eback", "&amp; </text>",
)  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> SavedRun:
    """A plan with priors, saved."""
    folder = tmp_path_factory.mktemp("plan")
    write_run(plan(compose_study(WORDS)), folder)
    return read_run(folder)


@pytest.fixture(scope="module")
def drawn(run: SavedRun) -> dict[str, Figure]:
    """Its figures by name."""
    return {figure.name: figure for figure in figures(run)}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> SavedRun:
    """A plan whose names mean harm, saved."""
    folder = tmp_path_factory.mktemp("hostile")
    study = small_study(
        questionnaire={"points": 5, "items": HOSTILE},
        primary=HOSTILE[0],
        success=dict.fromkeys(HOSTILE, "total"),
        design={"n": (6, 12)},
        monte_carlo={"replicates": 100},
    )
    write_run(plan(study), folder)
    return read_run(folder)


def every(part: Any) -> Iterator[dict[str, Any]]:
    """List every mapping within a specification."""
    if isinstance(part, dict):
        yield part
        for own in part.values():
            yield from every(own)
    elif isinstance(part, list):
        for own in part:
            yield from every(own)


def test_every_figure_in_order(drawn: dict[str, Figure]) -> None:
    """What a plan with priors has to show, always in the same order."""
    assert list(drawn) == NAMES
    for figure in drawn.values():
        assert figure.spec["description"] == figure.alt
        assert figure.title in figure.alt
        assert figure.caption.startswith(figure.title)
        assert figure.caption == " ".join(figure.caption.split())


@pytest.mark.parametrize(
    "text",
    [
        "Power 0.80: 16 pairs for 'any domain', 83 for 'total', 59 for 'both published domains'",
        "W" * 100,
        "short",
        "",
    ],
)
def test_titles_are_broken_not_cut(text: str) -> None:
    """Every line fits even a wide bold typeface, and nothing of the text is left out."""
    lines = broken(text, TITLE_LINE)
    assert all(width(line) <= TITLE_LINE for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    if " " in text:
        assert " ".join(lines) == text


def test_curves_hold_the_saved_numbers(run: SavedRun, drawn: dict[str, Figure]) -> None:
    """Every rule at every size, with its band of 1.96 Monte Carlo standard errors."""
    saved = [row for row in rows_of(run.answer) if (row.kind, row.measure) == ("rule", "win")]
    shown = drawn["rule_curves"].spec["data"]["values"]
    assert len(saved) == len(shown) == 16
    for row in saved:
        own = next(s for s in shown if (s["name"], s["size"]) == (row.name, row.size))
        assert (own["value"], own["mcse"]) == (row.value, row.mcse)
        assert own["low"] == max(0, row.value - 1.96 * row.mcse)
        assert own["high"] == min(1, row.value + 1.96 * row.mcse)
    primary = [own["value"] for own in drawn["power_curve"].spec["data"]["values"]]
    assert primary == [row.value for row in saved if row.name == run.answer.sample_size.rule]


def test_endpoints_assurance_and_spread_hold_the_saved_numbers(
    run: SavedRun, drawn: dict[str, Figure]
) -> None:
    """Nothing is left out, and no value is another's."""
    rows, rule, at = rows_of(run.answer), run.answer.sample_size.rule, run.answer.size
    shown = drawn["endpoint_curves_mentor"].spec["data"]["values"]
    effects = run.answer.effects["mentor"]
    names = [*run.answer.study.domains, "total"]
    affected = {name for name, null in zip(names, effects.true_null, strict=True) if not null}
    saved = [
        row for row in rows if (row.role, row.kind, row.measure) == ("mentor", "endpoint", "win")
    ]
    found = {(own["name"], own["size"]): own["value"] for own in shown}
    assert found == {(row.name, row.size): row.value for row in saved if row.name in affected}
    averaged = {
        (own["name"].removesuffix(" prior"), own["size"]): own["value"]
        for own in drawn["assurance"].spec["data"]["values"]
    }
    spread = {row["name"]: row for row in drawn["power_spread"].spec["data"]["values"]}
    assert len(spread) == 3
    for row in rows:
        if row.name == rule and row.measure.startswith("assurance_"):
            assert averaged[row.measure.removeprefix("assurance_"), row.size] == row.value
        if row.name == rule and row.measure.startswith("power_q") and row.size == at:
            _, share, prior = row.measure.split("_")
            assert spread[prior][share] == row.value


def test_what_would_show_nothing_is_a_sentence(run: SavedRun) -> None:
    """Curves at the level and answers that stay are no figures; an endpoint at it is counted."""
    words = {own.name: own.words for own in plan_figures(run.answer) if isinstance(own, Omitted)}
    assert [*words] == ["endpoint_curves_mentee", "answers_mentee"]
    powers = [row.value for row in rows_of(run.answer)
              if (row.role, row.kind, row.measure) == ("mentee", "endpoint", "win")]  # fmt: skip
    reach = f"probability {min(powers):.2f} to {max(powers):.2f} (level 0.05)"
    assert words["endpoint_curves_mentee"].endswith(f"by chance alone, with {reach}.")
    assert "spread after as they are before: 10% are at the top" in words["answers_mentee"]
    (mentor,) = (own for own in figures(run) if own.name == "endpoint_curves_mentor")
    assert "Left out: 5 of 8 on which no effect is assumed" in mentor.below
    assert [own.text for own in sentences(run.answer, "answers")] == [words["answers_mentee"]]


def test_curves_clear_of_the_level_are_drawn(run: SavedRun) -> None:
    """Where a true null is won more often than the level allows, its curve is shown."""
    main = run.answer.characteristics
    mentee = main.roles[1]
    win = replace(mentee.measures.win, value=mentee.measures.win.value + 0.2)
    biased = replace(mentee, measures=replace(mentee.measures, win=win))
    figure = endpoint_curves(run.answer, biased)
    assert isinstance(figure, Figure)
    assert "No effect is assumed on 8 of those drawn." in figure.below


def test_one_size_is_no_curve() -> None:
    """Of one size power is said in words, and nothing is drawn against the sample size."""
    answer = plan(small_study(design={"n": (12,)}, effect={"shift": 0.8}))
    drawn = {own.name: own for own in plan_figures(answer)}
    assert list(drawn) == ["power_curve", "answers_mentor"]
    assert isinstance(drawn["power_curve"], Omitted)
    power = answer.sample_size.power
    assert drawn["power_curve"].words.startswith(f"With 12 pairs the power is {power:.2f} for")
    assert power_pictures(answer) == ()


def test_one_prior_is_a_sentence(run: SavedRun) -> None:
    """The spread of the power under one prior alone is said in words, with its numbers."""
    prior = run.answer.assurances[0]
    alone = replace(run.answer, assurances=(prior,))
    found = power_spread(alone)
    assert isinstance(found, Omitted)
    place = alone.characteristics.rule_index(alone.sample_size.rule)
    low, high = prior.power_quantiles[[1, 3], alone.place, place]
    assert f"the middle half of the powers believed is {low:.2f} to {high:.2f}" in found.words


def test_the_figure_for_a_form_fits_its_page(run: SavedRun) -> None:
    """At 300 pixels an inch it is 16.5 cm wide and no higher than 8 cm."""
    (picture,) = power_pictures(run.answer)
    wide, high = (int.from_bytes(picture.png[at : at + 4]) / 300 * 2.54 for at in (16, 20))
    assert (wide, high) == (pytest.approx(16.5, abs=0.1), pytest.approx(7.6, abs=0.4))


def test_every_curve_is_named_at_its_end(run: SavedRun, drawn: dict[str, Figure]) -> None:
    """Up to six names stand right of their curves, apart, in the frame; more make a legend."""
    few = drawn["rule_curves"].spec
    rows = few["layer"][-1]["data"]["values"]
    ends = {row["name"]: row["value"] for row in few["data"]["values"] if row["size"] == 90}
    assert {row["name"]: row["value"] for row in rows} == ends
    assert not any(part.get("legend") for part in every(few))
    curves = [replace(rule_series(run.answer, "total"), name=f"rule {i}") for i in range(7)]
    legends = [
        any(
            part.get("legend")
            for part in every(many(run.answer, "c", "c", curves[:n], ("", [])).spec)
        )
        for n in (6, 7)
    ]
    assert legends == [False, True]


@given(data())
def test_names_are_spread_apart_within_the_frame(drawn_data: DataObject) -> None:
    """Whatever the ends of the curves, no two names overlap and none leaves the frame."""
    tall = drawn_data.draw(lists(floats(10, 40), min_size=1, max_size=5))
    wanted = drawn_data.draw(lists(floats(0, 210), min_size=len(tall), max_size=len(tall)))
    middles = spread(wanted, tall, 210)
    spans = sorted((m - t / 2, m + t / 2) for m, t in zip(middles, tall, strict=True))
    assert spans[0][0] >= -1e-9
    assert spans[-1][1] <= 210 + 1e-9
    assert all(low[1] <= high[0] + 1e-9 for low, high in pairwise(spans))


@pytest.mark.parametrize("simulated", [0, 1, 3])
def test_bands_are_wider_where_any_prior_is_simulated(run: SavedRun, simulated: int) -> None:
    """What widens the bands is said unless the rule is exact under every prior."""
    answer, rules = run.answer, run.answer.characteristics.rules
    changed = tuple(
        replace(own, exact_rules=(place >= simulated,) * len(rules))
        for place, own in enumerate(answer.assurances)
    )
    figure = power_spread(replace(answer, assurances=changed))
    assert isinstance(figure, Figure)
    assert ("25 simulated studies, which widens the bars" in figure.below) == bool(simulated)


def test_bars_hold_the_shares_before_and_after(run: SavedRun, drawn: dict[str, Figure]) -> None:
    """Shares add up to one; before they are the stated ones, and the top one is the ceiling."""
    effects = summary_of(run)["effects"]["mentor"]
    stated = run.manifest["config"]["roles"]["mentor"]["pre"]
    rows = drawn["answers_mentor"].spec["data"]["values"]
    for d, name in enumerate(run.answer.study.domains):
        before, after = (
            [row["share"] for row in rows if (row["domain"], row["time"]) == (name, time)]
            for time in ("before", "after")
        )
        assert before == pytest.approx(stated)
        assert sum(after) == pytest.approx(1)
        assert before[-1] == pytest.approx(effects["ceiling"][d])
        points = zip(range(1, 6), before, after, strict=True)
        change = sum(point * (late - early) for point, early, late in points)
        assert change == pytest.approx(effects["mean_change"][d], abs=1e-9)
    tops = [row["full"] for row in rows if row["top"]]
    assert tops[:2] == ["before 10%", "after 22%"]


def test_the_answer_is_marked(run: SavedRun, drawn: dict[str, Figure]) -> None:
    """Target, size and interval stand where the saved answer says, and in the title."""
    size = summary_of(run)["sample_sizes"][0]
    marks = list(every(drawn["power_curve"].spec["layer"]))
    assert {"datum": size["target"]} in [part.get("y") for part in marks]
    assert {"datum": size["size"]} in [part.get("x") for part in marks]
    answer = f"{size['at_least']} to {size['size']} pairs are needed for power 0.80"
    assert drawn["power_curve"].title.startswith(answer)


def test_no_answer_is_said(run: SavedRun) -> None:
    """Where no size suffices the title says so, and no size is marked."""
    sizes = tuple(replace(own, size=None, high=None) for own in run.answer.sample_sizes)
    power, rules, *_ = plan_figures(replace(run.answer, sample_sizes=sizes))
    assert isinstance(power, Figure)
    assert isinstance(rules, Figure)
    assert power.title.startswith("No size up to 90 pairs reaches power 0.80")
    assert rules.title == "No rule reaches power 0.80 by 90 pairs"
    upright = [part for part in every(power.spec["layer"]) if part.get("style") == "answer"]
    assert not upright


def test_files_are_whole_and_the_same_twice(run: SavedRun, tmp_path: Path) -> None:
    """SVG and PNG of every figure, byte for byte the same, in files of fixed names."""
    first = write_figures(run, tmp_path)
    content = [path.read_bytes() for path in first]
    assert [path.name for path in first] == [
        f"{n}.{kind}" for n in NAMES for kind in ("svg", "png")
    ]
    assert sorted(path.name for path in (tmp_path / "figures").iterdir()) == sorted(
        path.name for path in first
    )
    again = [as_svg(figure.spec) for figure in figures(run)]
    assert [svg.encode() for svg in again] == content[::2]
    assert as_png(again[0]) == content[1]
    for path, written in zip(first, content, strict=True):
        assert written.startswith(b"<svg" if path.suffix == ".svg" else b"\x89PNG")


def test_a_packed_picture_is_the_same_picture(drawn: dict[str, Figure]) -> None:
    """The pixels and the resolution stay; the file shrinks, once; the whole is 300 an inch."""
    png = as_png(as_svg(drawn["power_curve"].spec))
    assert packed(png) == png
    assert int.from_bytes(png[16:20]) == 1950
    assert int.from_bytes(png[png.index(b"pHYs") + 4 :][:4]) == pytest.approx(300 / 0.0254, abs=1)
    chunk = png[png.index(b"IDAT") - 4 :]
    rows = zlib.decompress(chunk[8 : 8 + int.from_bytes(chunk[:4])])
    assert len(rows) == int.from_bytes(png[20:24]) * (4 * 1950 + 1)


def test_the_gallery_shows_files_that_are_there() -> None:
    """Every picture of docs/gallery.md exists and is small; none lies about unused."""
    docs = Path(__file__).resolve().parents[2] / "docs"
    shown = re.findall(r"]\((figures/[a-z_]+\.png)\)", (docs / "gallery.md").read_text("utf-8"))
    assert sorted(shown) == sorted(f"figures/{path.name}" for path in (docs / "figures").iterdir())
    assert len(shown) >= 12
    assert all((docs / name).stat().st_size < 80_000 for name in shown)


def test_light_and_dark_are_one_figure(drawn: dict[str, Figure]) -> None:
    """Themes differ in colours alone; print is on white, a page shines through."""
    spec = drawn["rule_curves"].spec
    light, dark = (as_svg(spec, theme) for theme in ("light", "dark"))
    assert light != dark
    texts = [[part.text for part in ET.fromstring(svg).iter()] for svg in (light, dark)]  # noqa: S314
    assert texts[0] == texts[1]
    assert "#0072B2" in light
    assert "#0072B2" not in dark
    assert (config("print")["background"], config("dark")["background"]) == ("white", "transparent")
    assert "config" not in spec


def test_the_page_shows_numbers_under_the_pointer(drawn: dict[str, Figure]) -> None:
    """The page's figure is the printed one with unseen points, and can be drawn in both themes."""
    for theme in ("light", "dark"):
        spec = for_page(drawn["rule_curves"], theme)
        hover = spec["layer"][-1]
        assert hover["mark"]["opacity"] == 0
        assert [own["field"] for own in hover["encoding"]["tooltip"]][:3] == [
            "size",
            "name",
            "value",
        ]
        assert len(spec["layer"]) == len(drawn["rule_curves"].spec["layer"]) + 1
    assert 'opacity="0"' in as_svg({k: v for k, v in spec.items() if k != "config"})


def test_hostile_names_are_text(hostile: SavedRun) -> None:
    """No name is markup, an expression, a field or a file; each stays apart and short."""
    found = figures(hostile)
    assert len(found) == 4
    for figure in found:
        svg = as_svg(figure.spec)
        root = ET.fromstring(svg)  # noqa: S314
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert tags <= {"svg", "g", "path", "rect", "text", "tspan", "line", "defs", "clipPath",
                        "title", "circle"}  # fmt: skip
        assert not any(name.startswith("on") for element in root.iter() for name in element.attrib)
        assert "x" * 100 not in json.dumps(figure.spec)
        assert as_png(svg, 1).startswith(b"\x89PNG")
        for part in every(figure.spec):
            assert part.get("field", "name").replace("_", "").isalnum()
            assert (
                part.get("labelExpr", "split") == "split(datum.label, '\\n')"
                or "labelExpr" not in part
            )
    rules = next(figure for figure in found if figure.name == "rule_curves")
    names = [row["name"] for row in rules.spec["data"]["values"]]
    assert len(set(names)) == len(HOSTILE)
    assert any("script" in name for name in names)


def test_too_many_curves_are_not_dropped_in_silence() -> None:
    """Where more are left out than can be told apart, the figure says how many and where."""
    one = "total"
    rules = {f"rule {i}": one for i in range(20)}
    answer = plan(small_study(primary="rule 0", success=rules))
    (figure,) = (own for own in plan_figures(answer) if own.name == "rule_curves")
    assert isinstance(figure, Figure)
    assert "The first 14 of 20 rules are drawn; all are in results.csv." in figure.caption
    assert len({row["name"] for row in figure.spec["data"]["values"]}) == 14


def test_labels_are_short_and_apart() -> None:
    """Names that would be cut alike are numbered; long ones break at a mark, never in a number."""
    assert distinct(["a" * 30, "a" * 31], 10) == ["1: aaaa…", "2: aaaa…"]
    assert distinct(["", "\x00"]) == ["1: \N{EN DASH}", "2: \N{EN DASH}"]
    assert two_lines(["correlation.pre_post=0.3"], 23) == ["correlation.pre_post=\n0.3"]
    assert two_lines(["uncontrolled.response_shift=-0.1"], 23) == [
        "uncontrolled.response_\nshift=-0.1"
    ]
    assert all(len(line) <= AXIS_LINE for line in two_lines(["x" * 10_000])[0].split("\n"))


def test_colours_are_as_many_as_asked_for() -> None:
    """Scales of 2 to 11 points have colours of their own, from the first anchor to the last."""
    anchors = ("#000000", "#FF0000", "#FFFFFF")
    assert blended(anchors, 3) == list(anchors)
    for number in range(2, 12):
        found = blended(anchors, number)
        assert len(set(found)) == number
        assert (found[0], found[-1]) == (anchors[0], anchors[-1])


def _contrast(colour: str, background: float) -> float:
    """Contrast ratio of WCAG 2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    own = sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    high, low = max(own, background), min(own, background)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("theme", "background"), [("light", 1.0), ("dark", 0.01)])
def test_lines_and_letters_stand_out(theme: str, background: float) -> None:
    """Lines by 3:1 and letters by 7:1, on white and on near-black."""
    own = themed({}, "dark" if theme == "dark" else "light")["config"]
    assert all(_contrast(hue, background) >= 3 for hue in own["range"]["category"])
    assert _contrast(own["axis"]["labelColor"], background) >= 7
