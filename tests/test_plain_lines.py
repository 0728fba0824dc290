"""Odd text, endless values and slips of the hand: one short line that says what would be right."""

import re
import shlex
import time
from itertools import pairwise
from pathlib import Path

import pytest
from oracles.studies import default_study

from sim.app import main
from sim.compose import Composer, compose_study
from sim.errors import LONGEST, StudyError, printable, shortened
from sim.study import Study, parse_study
from sim.study.refusals import listed, nearest, shown
from sim.study.yaml_text import MOST_LEVELS, read_yaml
from sim.verbs import VERBS, Verb

DATA = Path(__file__).parent / "data"


def refused(words: list[str]) -> str:
    """Compose in vain; give the line."""
    with pytest.raises(StudyError) as caught:
        compose_study(words)
    for line in str(caught.value).splitlines():
        assert len(line) <= LONGEST
        assert line.isprintable()
    return str(caught.value)


# ------------------------------------------------------------------- control characters


@pytest.mark.parametrize(
    "char", ["\x1b", "\x00", "\x7f", "\x9b", "\r", "\u202e", "\u2066", "\u2028"]
)
@pytest.mark.parametrize(
    ("section", "field"),
    [
        ({"title": "a{}b"}, "title"),
        ({"questionnaire": {"items": ["a{}b"]}}, "questionnaire.items"),
        ({"success": {"a{}b": "any of items"}}, "success"),
        ({"words": {"intervention": "a{}b"}}, "words.intervention"),
        ({"report": {"reasons": {"interim": "a{}b"}}}, "report.reasons.interim"),
        ({"correlation": {"assumption": "a{}b"}}, "correlation.assumption"),
        ({"store": {"file": "a{}b"}}, "store.file"),
        ({"pilot": {"data": "a{}b"}}, "pilot.data"),
    ],
)  # fmt: skip
def test_no_text_holds_what_a_terminal_obeys(
    char: str, section: dict[str, object], field: str
) -> None:
    """Escape sequences, ends of text and turned writing are refused in every text and name."""
    data = default_study().model_dump(mode="json")
    for name, given in section.items():
        filled = _filled(given, char)
        data[name] = {**data[name], **filled} if isinstance(filled, dict) else filled
    with pytest.raises(StudyError) as caught:
        parse_study(data)
    assert str(caught.value).startswith(field)
    assert f"U+{ord(char):04X}" in str(caught.value)
    assert str(caught.value).isprintable()


def _filled(value: object, char: str) -> object:
    if isinstance(value, dict):
        return {key.replace("{}", char): _filled(own, char) for key, own in value.items()}
    if isinstance(value, list):
        return [_filled(own, char) for own in value]
    return value.replace("{}", char) if isinstance(value, str) else value


def test_reasons_may_have_lines() -> None:
    """Paragraphs are text; a title, a name or a line of a job's script is one line."""
    data = Composer().plain()
    data["report"]["reasons"]["interim"] = "one\n\ttwo\n"
    assert parse_study(data).report.reasons.interim == "one\n\ttwo\n"
    data["title"] = "one\ntwo"
    with pytest.raises(StudyError, match=r"^title: .* it is one line"):
        parse_study(data)
    with pytest.raises(StudyError, match=r"compute.directives.* it is one line"):
        Composer()(["compute=slurm", "compute.directives=['--a\nrm x']"])


def test_every_line_is_short_and_plain() -> None:
    """Whatever an error quotes, its line is cut in the middle and escaped."""
    line = str(StudyError("\x1b]0;title\x07" + 5000 * "x" + "\u202eend"))
    assert len(line) == LONGEST
    assert line.startswith("\\x1b]0;title\\x07xx")
    assert line.endswith("\\u202eend")
    assert printable("Führung & 你好") == "Führung & 你好"
    assert shortened("abcdefghijklmnopqrst", 12) == "abcde...qrst"
    assert shown(10**5000) == "a number of thousands of digits"


def test_a_run_folder_is_plain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder whose name holds an escape sequence is refused, in a sweep too."""
    sweep = ["-m", "seed=1,2", f"hydra.sweep.dir={tmp_path}"]
    for words in (
        ["hydra.run.dir='\x1b]0;x'"],
        [*sweep, "hydra.sweep.subdir='\x9b${hydra.job.num}'"],
    ):
        assert main(words) == 2
        err = capsys.readouterr().err
        assert re.match(r"mentorsim: hydra\.(run\.dir|sweep): .* cannot be seen\n", err)
        assert "\x1b" not in err
    assert not list(tmp_path.iterdir())


def test_written_files_are_named_plainly(tmp_path: Path) -> None:
    """A folder of such a name that is there already is printed with its characters escaped."""
    from sim.report.layout import file_part

    (text,) = file_part([tmp_path / "\x1b]0;x\x07" / "a\u202eb.csv"])
    assert "\\x1b]0;x\\x07:" in text
    assert "a\\u202eb.csv" in text


# --------------------------------------------------------------------------- hard to read


YAML = {
    "a: !!timestamp 2020-01-01": "x.yaml, line 1: !!timestamp is not read;",
    "a: !!binary aGk=": "x.yaml, line 1: !!binary is not read;",
    "a: !!python/object/apply:os.system [ls]": "x.yaml, line 1: !!python/object/apply:os.system",
    "\na: 0x" + 100_000 * "f": "x.yaml, line 2: a number of more than 400 characters",
    "a: " + 100_000 * "1": "x.yaml, line 1: a number of more than 400 characters",
    "a: &a [*a]": "x.yaml, line 1: an alias (*name) stands within what it names",
    100_000 * "[": f"x.yaml, line 1: more than {MOST_LEVELS} sections within sections",
    "a: &a [1,1,1,1,1,1,1,1,1]\n" + "".join(
        f"{b}: &{b} [{','.join(9 * [f'*{a}'])}]\n" for a, b in pairwise("abcdefgh")
    ): "x.yaml, line 6: more than 200000 values",
    "b0: &b0 1\n" + "".join(f"b{k}: &b{k} [*b{k - 1}]\n" for k in range(1, 60)):
        f"x.yaml, line 40: more than {MOST_LEVELS} sections within sections",
    "a: 1\nb: 2\na: 3": "x.yaml, line 3: cannot be read as YAML (the name 'a' stands here twice)",
    1_000_001 * "x": "x.yaml: more than 1000000 characters",
}  # fmt: skip


@pytest.mark.parametrize("text", YAML, ids=range(len(YAML)))
def test_yaml_that_is_not_read(text: str) -> None:
    """Tags, endless numbers, aliases that multiply and deep nesting: one line, at once."""
    start = time.process_time()
    with pytest.raises(StudyError) as caught:
        read_yaml(text, "x.yaml")
    assert str(caught.value).startswith(YAML[text])
    assert time.process_time() - start < 2


def test_yaml_is_read_as_hydra_reads_it() -> None:
    """Numbers, words and references of YAML mean what they mean on the command line."""
    text = "a: [1e-3, .5, 0x1f, yes, ~, 2020-01-01, 'x']\nb: &b {c: 1}\nd: {<<: *b, e: 2}\n"
    read = {
        "a": [0.001, 0.5, 31, True, None, "2020-01-01", "x"],
        "b": {"c": 1},
        "d": {"c": 1, "e": 2},
    }
    assert read_yaml(text) == read


@pytest.mark.parametrize("key", ["5", "1.5", "true", "null", "0x1f"])
@pytest.mark.parametrize("place", ["", "report", "success"])
def test_a_name_that_is_no_text(key: str, place: str, tmp_path: Path) -> None:
    """A key that YAML takes for a number is refused, never left out."""
    (tmp_path / "experiment").mkdir()
    head = place.replace(".", ": {") + ": {" if place else ""
    text = f"# @package _global_\n{head}{key}: 3{'}' * head.count('{')}\n"
    (tmp_path / "experiment" / "mine.yaml").write_text(text)
    with pytest.raises(StudyError, match=r"^experiment/mine.yaml: .*must be text"):
        Composer(further=tmp_path)(["experiment=mine"])


def test_a_byte_order_mark() -> None:
    """A file of settings that Windows has saved is read, its first line included."""
    assert Composer(further=DATA / "bom_config")(["experiment=mine"]).title == "My study"


@pytest.mark.parametrize("data", [b"\xff\xfer\x00", b"report: {title: F\xfchrung}"])
def test_a_file_in_another_encoding(data: bytes, tmp_path: Path) -> None:
    """Settings that are not UTF-8 are refused with the file's name."""
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "mine.yaml").write_bytes(data)
    with pytest.raises(StudyError, match=r"^experiment/mine.yaml: is not UTF-8 text"):
        Composer(further=tmp_path)(["experiment=mine"])


# --------------------------------------------------------------------------------- sweeps


@pytest.mark.parametrize(
    "words",
    [
        ["seed=range(1000000000)"],
        ["seed=shuffle(range(1000000000))"],
        ["seed=range(1,5,0)"],
        ["analysis.alpha=range(0,1,0.0000001)"],
        ["seed=range(1,200)", "design.up_to=range(10,100)"],
    ],
)
def test_an_endless_sweep(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A sweep of more points than are ever run is refused before they are counted out."""
    start = time.process_time()
    assert main(["-m", *words]) == 2
    assert "must be at most 10000\n" in capsys.readouterr().err.replace(
        "must have at most 10000 points", "must be at most 10000"
    )
    assert time.process_time() - start < 10


def test_long_checks_show_progress(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Checks of many points that take longer than is waited in silence say how far they are."""

    def check(study: Study) -> None:
        if study.seed == 24:
            raise StudyError("seed: refused at last")

    monkeypatch.setattr("sim.progress_bar.PATIENCE", -1)
    monkeypatch.setitem(VERBS, "plan", Verb("plans", check, lambda *_: None, lambda *_: None))
    assert main(["-m", "seed=range(0,25)", f"hydra.sweep.dir={tmp_path}"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Checking the points: 10%"
    assert lines[-2:] == ["Checking the points: 90%", "mentorsim: seed: refused at last"]


def test_points_compose_as_single_studies_do() -> None:
    """What is composed once for all points of a sweep is what each would be alone."""
    from hydra.core.global_hydra import GlobalHydra
    from hydra.types import RunMode
    from omegaconf import OmegaConf

    from sim.compose import composed, composing
    from sim.sources import CONF

    points = [
        ["effect=shift", "effect.shift=0.3", "hydra.run.dir=x"],
        ["effect=shift", "effect.shift=0.4", "+effect.assumption='${engine}'"],
        ["effect.shift=0.4", "effect=shift", "analysis={alpha:0.01}"],
        ["experiment='null'", "~success.total", "primary=any domain"],
        ["analysis.alpha=0.01", "analysis={alpha:0.02}"],
    ]
    with composing(CONF):
        plainly = GlobalHydra.instance().hydra
        assert plainly is not None
        for words in points:
            whole = plainly.compose_config("plan", words, RunMode.RUN, from_shell=False)
            _, config = composed("plan", words, RunMode.RUN)
            assert OmegaConf.to_container(config) == OmegaConf.to_container(whole)


# ---------------------------------------------------------------------------------- slips


SLIPS = {
    "alpha=0.05": "alpha: unknown field; did you mean 'analysis.alpha'?",
    "points=5": ("points: unknown field; did you mean 'pilot.points' or 'questionnaire.points'?"),
    "report.title=x": "report.title: is called title now",
    "design.alpha=0.05": "design.alpha: unknown field; did you mean 'analysis.alpha'?",
    "analysis.alternative=one_sided": (
        "analysis.alternative: 'one_sided' must be one of two_sided, greater, less"
    ),
    "analysis.alternative=two_side": (
        "analysis.alternative: 'two_side' must be one of two_sided, greater, less;"
        " did you mean 'two_sided'?"
    ),
    "calibration.hierarchical.mean_sd=???": (
        "calibration.hierarchical.mean_sd: is missing (???) and must be given"
    ),
    "success={x:???}": "success.x: is missing (???) and must be given",
    "title=" + 5000 * "x": (f"title: '{36 * 'x'}...{19 * 'x'}' must have at most 200 characters"),
    "seed=" + 5000 * "1": None,
    "title=" + 30_000 * "x": None,
    "title=" + 3000 * "[": None,
    "sweep=scenarios sweep.scenarios={x:{1:2}}": (
        "sweep.scenarios.x: the name 1 must be text; in YAML, write it in quotes"
    ),
}


@pytest.mark.parametrize("words", SLIPS, ids=[words[:40] for words in SLIPS])
def test_what_was_meant(words: str) -> None:
    """The line names the whole place, and the right name wherever it stands."""
    line = refused(words.split())
    assert line == SLIPS[words] if SLIPS[words] else line.startswith(words.partition("=")[0])


def test_lists_are_cut_to_the_nearest() -> None:
    """Of many long names, an error lists those nearest to what was typed."""
    names = [f"{k} {60 * 'x'}" for k in range(20)] + ["strength"]
    assert listed(names, "strenth").count("xxx...") == 5
    assert "strength and 15 more" in listed(names, "strenth")
    assert nearest("strengths", names) == "did you mean 'strength'?"


REMEDY = re.compile(r"needs double quotes: (.+)$")


@pytest.mark.parametrize(
    ("word", "texts"),
    [
        ("questionnaire.items=[Führung,Ämter]", ("Führung", "Ämter")),
        ("questionnaire.items=[a & b,c (d)]", ("a & b", "c (d)")),
        ("title=Führung & Amt!", "Führung & Amt!"),
    ],
)
def test_text_that_needs_quotes(word: str, texts: object) -> None:
    """The line shows the word as it must be written, and so written it is read."""
    remedy = REMEDY.search(refused([word]))
    assert remedy
    (quoted,) = shlex.split(remedy[1])
    rules = "success={both published domains: null,at least 4 domains: null}"
    study = compose_study([quoted, "effect=shift", *[rules] * ("items" in word)])
    assert texts in (study.domains, study.title)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["questionnaire.items=[a,b]"],
         "success.both published domains: 'clinical practice' is no item or total; known: a, b, "),
        (["questionnaire.items=[a]", "success=null", "primary=null"],
         "effect.items: 'clinical practice' is not an item; known: a"),
        (["success={x: 'any of [strenghts, time management]'}"],
         "success.x: 'strenghts' is no item or total; did you mean 'strengths'?"),
        (["success={x: total for mentors}"],
         "success.x: 'mentors' is no role; did you mean 'mentor'?"),
        (["success={x: at least 9 of items}"], "success.x: 'at least 9 of items'"),
        (["success={x: {kind: any, endpoints: items, roles: [mentor]}}"], "success.x: {'kind'"),
        (["success={x: 3}"], "success.x: 3 is no rule; write the name of an item or total, or all"),
    ],
)  # fmt: skip
def test_names_that_nobody_knows(words: list[str], line: str) -> None:
    """A rule or an effect that names what is not there is refused where it stands."""
    assert refused(words).startswith(line)


def test_items_of_ones_own() -> None:
    """With an effect and rules that fit, other items take the place of the shipped ones."""
    words = ['questionnaire.items=["Führung",b]', "effect=shift",
             "~success", "+success={one: any of items}", "primary=null"]  # fmt: skip
    study = compose_study(words)
    assert study.domains == ("Führung", "b")
    assert study.primary_endpoints == ("Führung", "b")
