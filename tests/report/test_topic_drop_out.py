"""Both sizes where dropping out depends on the answers, in every output."""

from functools import cache
from pathlib import Path

import pytest
from oracles.studies import small_study

from sim import plan
from sim.page.answers import answer_part
from sim.power.sample_size import SampleSize
from sim.report.charts.averaged import PLANNED, assurance_curves
from sim.report.charts.figures import figures
from sim.report.charts.interactive import interactive_curve
from sim.report.document.numbers import estimate, number
from sim.report.document.sizes import pairs_words
from sim.report.document.words import words_of
from sim.report.files import result_cells, summary_data, write_run
from sim.report.justification import justification
from sim.report.printers.html.page import page
from sim.report.printers.markdown import markdown
from sim.report.results.answer import PlanAnswer
from sim.report.saved import SavedRun, read_run
from sim.report.telling import summary
from sim.report.topics.assurance import assurance_by_size
from sim.report.topics.drop_out import both_sizes, drop_out_warnings, versions
from sim.report.topics.power import level_sentence, near_table, other_rules_tables, power_tables
from sim.report.topics.size import answer_sentence, one_line
from sim.report.topics.sources import sources
from sim.report.topics.statement import MOST_WORDS, count_words, statement

SOME = {"replicates": 2000, "search_replicates": 2000, "block_size": 500}
TOTAL = {"primary": "total", "success": {"total": "total"}}  # fmt: skip


@cache
def answer_of(kind: str = "mnar", slope: float = -2.0, sizes: tuple[int, ...] = ()) -> PlanAnswer:
    """Answer of a study which people leave by their answers, or by chance."""
    missing = {"kind": kind, "rate": 0.3, **({"slope": slope} if kind != "mcar" else {})}
    return plan(
        small_study(
            missing=missing, effect={"shift": 0.5}, **TOTAL,
            design={"n": sizes or tuple(range(6, 41, 2))}, monte_carlo=SOME,
        )
    )  # fmt: skip


def pair(answer: PlanAnswer) -> tuple[SampleSize, SampleSize]:
    """Both sizes, by chance and by the answers."""
    assert answer.missing_by_chance is not None
    return answer.missing_by_chance.pair("total")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> SavedRun:
    """A run, saved and read back."""
    folder = tmp_path_factory.mktemp("dropout")
    write_run(answer_of(), folder)
    return read_run(folder)


def test_the_terminal_gives_both_sizes() -> None:
    """The larger is the answer and says which it is; the other one follows with its power."""
    answer = answer_of()
    size, (chance, by_answers) = answer.sample_size, pair(answer)
    assert size == chance
    assert size.size is not None
    assert by_answers.size is not None
    assert by_answers.size < size.size
    text = " ".join(summary(answer).split())
    assert f"it is {size.power:.3f}" in text
    assert "the larger of two sizes, that for the effect on everybody, with as many answers" in text
    assert f"depends on the answers {pairs_words(by_answers)} pairs" in text
    assert f"(there it is {by_answers.power:.3f}, Monte Carlo error" in text
    assert text.count("Power of each rule") == 2
    assert one_line(answer).startswith(f"total: {pairs_words(size)} pairs, power 0.8")


def test_the_saved_answer_gives_both_sizes(saved: SavedRun) -> None:
    """Page, figure and form have the larger as the answer, and the other one."""
    answer = saved.answer
    chance, by_answers = pair(answer)
    text = page(saved)
    assert f"{pairs_words(chance)}" in text.split('class="headline"')[1][:200]
    assert f"{pairs_words(by_answers)} pairs" in text
    assert "with as many answers missing by chance, ± Monte Carlo" in text
    curve = next(figure for figure in figures(saved) if figure.name == "power_curve")
    assert curve.title.startswith(f"{pairs_words(chance).capitalize()} pairs")
    names = {row["name"] for row in curve.spec["data"]["values"]}
    assert names == {"drop-out by chance", "drop-out by the answers"}
    found = markdown(justification(saved))
    assert f"The study needs {pairs_words(chance)} pairs" in found
    for words in (*both_sizes(answer, answer.sample_size), "is mere bias",
                  "Power, drop-out by chance"):  # fmt: skip
        assert words in found


def test_the_answer_is_marked_on_the_curve_that_decides(saved: SavedRun) -> None:
    """On the page to choose from it is that with people lost by chance, here."""
    curves = [own for own in interactive_curve(saved.answer)["curves"] if own["group"] == "Rules"]
    assert [own["label"] for own in curves] == [
        "total, drop-out by chance", "total, drop-out by the answers",
    ]  # fmt: skip
    assert [bool(own["answer"]) for own in curves] == [True, False]
    assert curves[0]["points"] != curves[1]["points"]


def test_each_power_table_is_of_its_drop_out() -> None:
    """The first is with people lost by chance, the second by their answers; so is the form's."""
    answer = answer_of()
    by_chance, by_answers = versions(answer)
    tables, near = power_tables(answer), near_table(answer)
    for version, table in zip((by_chance, by_answers), tables, strict=True):
        assert version.where in words_of((table.caption,))
        assert table.marked is not None
        row = table.rows[table.marked]
        assert row[1] == estimate(version.main.rule_win, answer.place, 0)
    assert near.marked is not None
    assert near.rows[near.marked][-4:] == tuple(
        estimate(of.rule_win, answer.place, 0)
        for own in (by_chance, by_answers)
        for of in (own.main, own.null)
    )


def test_every_rule_has_both_sizes_in_one_table() -> None:
    """A row each, by chance and by the answers; there is none where people leave by chance."""
    answer = answer_of()
    (table,) = other_rules_tables(answer)
    assert [row[1] for row in table.rows] == ["by chance", "by the answers"]
    assert [row[2] for row in table.rows] == [pairs_words(own) for own in pair(answer)]
    assert other_rules_tables(answer_of("mcar")) == ()


def test_the_level_is_that_of_the_tests_and_the_warning_that_of_the_study() -> None:
    """One with people lost by chance, the other under the drop-out by the answers, far above."""
    answer, (by_chance, by_answers) = answer_of(), versions(answer_of())
    sentence = level_sentence(answer)
    assert "does nothing, with as many answers missing by chance, the" in sentence
    assert estimate(by_chance.null.rule_win, answer.place, 0) in sentence
    (warning,) = drop_out_warnings(answer)
    level = float(by_answers.null.rule_win.value[answer.place, 0])
    assert level > 0.1
    assert f"met all the same with probability {level:.3f} (" in warning
    bias = by_answers.main.rule_win.value - by_chance.main.rule_win.value
    assert f"of which {number(float(bias[answer.place, 0]))} (" in warning


def test_where_drop_out_hides_the_effect_its_size_is_the_larger() -> None:
    """Those who gain most leave: the size under the drop-out counts, and power is lost to bias."""
    answer = answer_of(slope=1.0, sizes=tuple(range(20, 121, 10)))
    chance, by_answers = pair(answer)
    assert answer.sample_size == by_answers
    assert chance.size is not None
    assert by_answers.size is None or by_answers.size > chance.size
    (words,) = both_sizes(answer, answer.sample_size)
    assert "under the drop-out that depends on the answers; for the effect on everybody" in words
    assert f"missing by chance {pairs_words(chance)} pairs" in words
    assert "is lost to bias" in " ".join(drop_out_warnings(answer))
    first, second = interactive_curve(answer)["curves"][:2]  # that which decides comes first
    assert first["label"] == "total, drop-out by the answers"
    assert (bool(first["answer"]), second["answer"]) == (by_answers.size is not None, [])


def test_power_next_to_assurance_is_that_on_which_the_size_rests() -> None:
    """In the table, its words and its curve: the priors are averaged over the same study."""
    prior = {"kind": "normal_shift", "mean": 0.5, "sd": 0.1, "between_sd": 0.0,
             "draws": 20, "replicates": 50}  # fmt: skip
    answer = plan(
        small_study(
            missing={"kind": "mnar", "rate": 0.3, "slope": -2.0}, **TOTAL,
            effect={"shift": 0.5, "prior": prior},
            design={"n": (20, 30, 40)}, monte_carlo=SOME,
        )
    )  # fmt: skip
    by_chance, by_answers = versions(answer)
    assert answer.planned is by_chance.main
    (table,) = assurance_by_size(answer)
    expected = [estimate(by_chance.main.rule_win, k, 0) for k in range(3)]
    assert [row[1] for row in table.rows] == expected
    assert expected[0] != estimate(by_answers.main.rule_win, 0, 0)
    text = " ".join(summary(answer).split())
    assert "Power and assurance are those with as many answers missing by chance, on" in text
    curve = assurance_curves(answer)
    assert curve is not None
    drawn = [row["value"] for row in curve.spec["data"]["values"] if row["name"] == PLANNED]
    assert drawn == by_chance.main.rule_win.value[:, 0].tolist()


def test_of_one_size_the_smaller_power_counts() -> None:
    """A given size has two powers, and the answer says of which it is."""
    answer = answer_of(sizes=(20,))
    chance, by_answers = pair(answer)
    assert chance.power < by_answers.power
    assert f"'total' is {chance.power:.3f} (" in answer_sentence(answer)
    assert f"on the answers the power is {by_answers.power:.3f} (" in answer_sentence(answer)
    assert f"the power is {by_answers.power:.2f}, by bias." in words_of(statement(answer).parts)


def test_the_statement_tells_by_which_loss_the_number_is() -> None:
    """In few words, and nothing else is said of the share lost."""
    answer = answer_of()
    _, by_answers = pair(answer)
    parts = statement(answer).parts
    said = f"as lost by chance; lost by the change itself, {by_answers.size} suffice, by bias."
    assert said in words_of(parts)
    assert "allows for" not in words_of(parts)
    assert count_words(parts) <= MOST_WORDS
    assert "allows for 30% of people lost by chance" in words_of(statement(answer_of("mcar")).parts)


def test_each_number_of_the_form_stands_where_it_says(saved: SavedRun) -> None:
    """The rows named for both powers and levels are there, with these numbers."""
    answer = saved.answer
    head = ("role", "size", "n", "kind", "name", "measure", "value", "mcse")
    rows = [dict(zip(head, cells, strict=False)) for cells in result_cells(answer)]
    named = [own for own in sources(answer) if "drop-out" in own.name]
    assert len(named) == 6
    for own in named:
        place = dict(zip(own.place[::2], own.place[1::2], strict=True))
        (row,) = [row for row in rows if all(row[key] == of for key, of in place.items())]
        assert own.value.startswith(number(row["value"]))


def test_plain_data_have_both_sizes_only_where_there_are_two() -> None:
    """And the larger is the answer."""
    both = summary_data(answer_of())["missing_by_chance"]
    chance, by_answers = pair(answer_of())
    assert summary_data(answer_of())["sample_sizes"] == both["sizes"]
    assert [both[key][0]["size"] for key in ("sizes", "sizes_by_answers")] == [
        chance.size, by_answers.size,
    ]  # fmt: skip
    assert summary_data(answer_of("mcar"))["missing_by_chance"] is None


def test_the_local_page_draws_both_powers() -> None:
    """With a key, which a study of one power does not need."""
    assert str(answer_part(answer_of(), "")).count('class="key ') == 2
    assert 'class="key ' not in str(answer_part(answer_of("mcar"), ""))


def test_nothing_is_said_of_two_sizes_where_people_leave_by_chance(tmp_path: Path) -> None:
    """One power table, one curve, and no word of bias."""
    answer = answer_of("mcar")
    write_run(answer, tmp_path)
    run = read_run(tmp_path)
    assert len(power_tables(answer)) == len(versions(answer)) == 1
    assert list(both_sizes(answer, answer.sample_size)) == list(drop_out_warnings(answer)) == []
    for text in (markdown(justification(run)), page(run), summary(answer)):
        assert "by the answers" not in text
        assert "bias" not in text.split("Warnings")[0]
