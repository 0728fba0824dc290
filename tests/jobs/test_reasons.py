"""A reason belongs to the value that it explains, and the pilot's facts to what follows it up."""

from pathlib import Path

import pytest

from sim import compose_study, plan
from sim.compose import Composer
from sim.errors import StudyError
from sim.jobs.assumptions import assumptions_of
from sim.manifest import manifest_data
from sim.page.form import form
from sim.page.scenario import Scenario
from sim.report.files import summary_data, write_run
from sim.report.justification import justification
from sim.report.printers.markdown import markdown
from sim.report.saved import read_run
from sim.report.telling import summary
from sim.study import Study, parse_study

SMALL = [
    "design.n=[12,24]", "monte_carlo.replicates=100", "monte_carlo.search_replicates=100",
    "monte_carlo.block_size=100", "store.file=null",
]  # fmt: skip
OWN_SCALE = [
    "questionnaire.items=[pain,sleep]", "effect=shift", "primary=all",
    "success={all: all of items, total: null, "
    "any domain: null, both published domains: null, at least 4 domains: null}",
]  # fmt: skip


def reasons(*words: str) -> dict[str, str | None]:
    """Reasons by field of the study that the words compose."""
    return {own.field: own.note for own in assumptions_of(compose_study(words))}


def test_every_shipped_value_has_its_reason() -> None:
    """As shipped, nothing is assumed without a reason."""
    found = reasons()
    assert list(found) == ["effect", "roles.mentor", "roles.mentee", "correlation"]
    assert all(found.values())
    assert all(reasons("clusters=sites").values())
    assert all(reasons("experiment=controlled").values())
    assert all(reasons("experiment=scale_up").values())


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (["correlation.pre_post=0.7"], "correlation"),
        (["correlation.stated_as=pearson"], "correlation"),
        (["roles.mentor.pre=[.3,.3,.2,.1,.1]"], "roles.mentor"),
        (["effect.items={clinical practice: {median: 5}}"], "effect"),
        (["effect=shift"], "effect"),
        (["clusters=sites", "clusters.site.icc=0.1"], "clusters"),
        (["selection=baseline", "selection.at_most=18"], "selection"),
        (["experiment=controlled", "uncontrolled.response_shift=0.2"], "uncontrolled"),
        (["experiment=scale_up", "roles.mentee.effect.shift=0.5"], "roles.mentee.effect"),
    ],
)
def test_a_changed_value_loses_the_reason_of_another(words: list[str], field: str) -> None:
    """A value of the planner's is an assumption without a reason, and no other loses its own."""
    found = reasons(*words)
    assert found.pop(field) is None
    assert all(found.values())


FILE = """
words: {participant: nurse}
questionnaire: {items: {a: [10, 20, 40, 20, 10], b: [10, 20, 40, 20, 10]}}
effect: {items: {a: {shift: .2}, b: {shift: .3}}, assumption: our audit}
correlation: {pre_post: .4, assumption: our audit}
design: {n: 40}
"""


def test_a_reason_goes_with_what_a_word_changes_inside_it(tmp_path: Path) -> None:
    """Of a planner's file too, on the command line and in Python; a new one takes its place."""
    file = tmp_path / "hers.yaml"
    file.write_text(FILE, encoding="utf-8")
    study, again = Study.from_file(file), {"correlation": {"pre_post": 0.6}}
    told = {each.field: each.note for each in assumptions_of(study)}
    assert (told["effect"], told["correlation"]) == ("our audit", "our audit")
    for other, field in (
        (Study.from_file(file, "effect.items.a.shift=.4"), "effect"),
        (Study.from_file(file, "correlation.items=.4"), "correlation"),
        (study.with_(**again), "correlation"),
    ):
        changed = {each.field: each.note for each in assumptions_of(other)}
        assert changed == {**told, field: None}
    kept = study.with_(design={"n": 50})
    assert {each.field: each.note for each in assumptions_of(kept)} == told
    new = Study.from_file(file, "correlation.pre_post=.6", "correlation.assumption=hers")
    assert {each.field: each.note for each in assumptions_of(new)}["correlation"] == "hers"


def test_a_reason_of_the_planners_stands_beside_her_value() -> None:
    """A reason given with a changed value is that value's; a choice of design needs none."""
    words = ["correlation.pre_post=0.7", "correlation.assumption='our audit'"]
    assert reasons(*words)["correlation"] == "our audit"
    assert reasons("clusters=sites", "clusters.site.sites=6")["clusters"] is not None
    chosen = ["effect=shift", "report.reasons.difference_why='the smallest that matters'"]
    assert reasons(*chosen)["effect"] == "the smallest that matters"


def test_a_config_file_of_ones_own(tmp_path: Path) -> None:
    """A file over the shipped one that changes a value does not inherit the value's reason."""
    (tmp_path / "experiment").mkdir()
    text = "# @package _global_\ncorrelation: {items: 0.2}\n"
    (tmp_path / "experiment" / "hers.yaml").write_text(text)
    study = Composer(further=tmp_path)(["experiment=hers"])
    found = {own.field: own.note for own in assumptions_of(study)}
    assert found.pop("correlation") is None
    assert all(found.values())


def test_a_manifest_and_python_keep_the_bond() -> None:
    """From saved settings a reason stays with its value, and goes with another."""
    config = manifest_data(compose_study())["config"]
    assert all(own.note for own in assumptions_of(parse_study(config)))
    config["correlation"]["pre_post"] = 0.3
    found = {own.field: own.note for own in assumptions_of(parse_study(config))}
    assert found["correlation"] is None


def test_the_page_has_no_reason_of_another_value() -> None:
    """The form tells a reason only while the value is the one that it explains."""
    choices = {group: {"none": ""} for group in (
        "experiment", "effect", "control", "missing", "clusters", "selection",
        "graph", "interim")}  # fmt: skip
    first = Scenario.of(Composer())
    assert "the two published medians after" in str(form("a", first, choices))
    changed = {**first.data, "effect": {**first.data["effect"], "otherwise": {
        **first.data["effect"]["otherwise"], "shift": 0.1}}}  # fmt: skip
    other = Scenario(first.compose, first.chosen, first.base, changed)
    assert "the two published medians after" not in str(form("a", other, choices))


def planned(*words: str) -> Study:
    """Compose a small study."""
    return compose_study([*SMALL, *words])


def test_no_reason_is_said_in_every_medium(tmp_path: Path) -> None:
    """Terminal and data say that there is no reason; the justification leaves a blank."""
    answer = plan(planned("effect.prior=null", "correlation.pre_post=0.7"))
    text = " ".join(summary(answer).split())
    correlation = "correlation of answers before and after, and between domains: 0.7 and 0.5"
    assert f"{correlation}, of the latent scores. No reason given" in text
    assert "moderate values for repeated ratings" not in text
    data = {own["field"]: own["note"] for own in summary_data(answer)["assumptions"]}
    assert data["correlation"] is None
    write_run(answer, tmp_path)
    written = markdown(justification(read_run(tmp_path)))
    assert written.count("to be completed: why this is assumed") == 1


def test_another_questionnaire_follows_no_pilot(tmp_path: Path) -> None:
    """Of other domains neither figures, source nor reasons of the shipped pilot are told."""
    study = planned(*OWN_SCALE, "title=Pain and sleep",
                    "effect.prior={kind: normal_shift, mean: 0.5, sd: 0.2, "
                    "between_sd: 0.1, draws: 20, replicates: 2}")  # fmt: skip
    answer = plan(study)
    text = " ".join(summary(answer).split())
    for untrue in ("everse mentoring", "published", "doi:", "Browne", "pilot"):
        assert untrue not in text
    assert not any(own.note for own in answer.assumptions)
    assert answer.inflations == ()
    write_run(answer, tmp_path)
    written = markdown(justification(read_run(tmp_path)))
    assert "Pilot named" not in written
    assert "Raju" not in written
    assert compose_study().title == "Scaling up reverse mentoring"
    assert compose_study(["title=Mine"]).title == "Mine"
    pre = "roles.mentor.pre=[.1,.1,.2,.2,.2,.1,.1]"
    wider = ["questionnaire.points=7", pre, "roles.mentee=null"]
    assert not compose_study([*OWN_SCALE, *wider]).follows_pilot


def test_the_winners_curse_is_of_the_pilots_effect() -> None:
    """An effect that is no longer the pilot's is not said to have been selected."""

    def warned(*words: str) -> str:
        return " ".join(plan(planned(*words)).warnings)

    pilots = warned("effect.prior=null")
    assert "reported as significant" in pilots
    assert "Assurance, above" not in pilots
    other = warned("effect.prior=null", "effect.items={clinical practice: {median: 5}}")
    assert "reported as significant" not in other


def test_answers_of_ones_own_have_no_synthetic_source(tmp_path: Path) -> None:
    """A file of real answers is not called synthetic; the shipped file is."""
    shipped, own = (
        compose_study(["pilot=synthetic", *words]).pilot
        for words in ([], [f"pilot.data={tmp_path / 'mine.csv'}"])
    )
    assert shipped is not None
    assert own is not None
    assert shipped.cited is not None
    assert "nobody's answers" in shipped.cited
    assert own.cited is None
    raju = compose_study([f"pilot.data={tmp_path / 'mine.csv'}"]).pilot
    assert raju is not None
    assert (raju.cited, raju.source) == (None, "")
    facts = compose_study(["pilot.sizes.mentor=9"]).pilot
    assert facts is not None
    assert facts.source == ""


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("+roles.mentor.assumption.of.xyz=3", "roles.mentor.assumption"),
        ("+pilot.source_of.xyz=3", "pilot.source_of"),
    ],
)
def test_a_reason_of_nothing_is_refused(words: str, place: str) -> None:
    """A reason or a source of what is no field would silently never be given, so it is told."""
    with pytest.raises(StudyError, match=rf"^{place}: .*'xyz', which is no field of the section"):
        compose_study([words])
