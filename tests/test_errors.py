"""What the user can mend is answered in one line, with status 2, and leaves nothing behind."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from sim.app import main
from sim.study import Study

Refusal = Callable[..., str]


@pytest.fixture
def refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Refusal:
    """Run the command in an empty folder; check the contract; give its lines without their head."""
    monkeypatch.chdir(tmp_path)

    def run(*argv: str) -> str:
        before = sorted(tmp_path.rglob("*"))
        status = main(argv)
        out, err = capsys.readouterr()
        assert (status, out) == (2, "")
        assert err.endswith("\n")
        assert "Traceback" not in err
        lines = err.splitlines()
        assert all(line.startswith("mentorsim: ") and len(line) < 400 for line in lines)
        assert sorted(tmp_path.rglob("*")) == before
        return "\n".join(line.removeprefix("mentorsim: ") for line in lines)

    return run


EFFECTS = "believed, joint, median, none, odds_ratio, pilot, post, posterior, shift"
SEVERAL = "several values need --multirun; a list is written [a,b]"
UNREADABLE = "cannot be read (expected name=value; a list is [a,b])"

LINES = {
    # verbs and flags
    "pln": "pln: unknown verb; did you mean 'plan'?",
    "plan again": f"again: {UNREADABLE}",
    "--multirn seed=1,2": "--multirn: unknown flag; did you mean '--multirun'?",
    "--cfg jbo": "--cfg/-c: invalid choice: 'jbo' (choose from 'job', 'hydra', 'all')",
    "--cfg job --info": "--cfg and --info: give one of them",
    "--cfg job -m seed=1,2": "--cfg and --multirun: give one of them",
    "--cfg job --package desing": "--package: there is no section 'desing'",
    "--resolve": "--resolve and --package: go with --cfg",
    "--experimental-rerun x": "--experimental-rerun: not offered (it would run code from a pickle)",
    "--config-name nowhere": "--config-name: there is no config 'nowhere'",
    "--config-dir nowhere": "--config-dir: 'nowhere' is not a folder",
    "--config-path nowhere": "--config-path: 'nowhere' is not a folder",
    # groups
    "effect=foo": f"effect: 'foo' must be one of {EFFECTS}",
    "effect=shft": f"effect: 'shft' must be one of {EFFECTS}; did you mean 'shift'?",
    "effect=3": f"effect: 3 must be one of {EFFECTS}",
    "+effect=shift": "+effect: is chosen already; leave out +",
    "++effect=shift": "++effect=shift: is a group; leave out ++",
    "effect@roles.mentr.effect=none": (
        "effect@roles.mentr.effect: is not a choice this study has;"
        " known: effect, effect@roles.mentee.effect"
    ),
    "efect@x=none": "efect@x=none: there is no group 'efect'",
    "hydra/launcher=joblib": "hydra/launcher: 'joblib' must be one of basic",
    # names
    "desing.sizes=[6]": "desing.sizes: unknown field; did you mean 'design'?",
    "experimnt=pilot_replay": "experimnt: unknown field; did you mean 'experiment'?",
    "design.size=[6]": (
        "design.size: unknown field; known: n, smallest, up_to, search_limit, ratio, solve"
    ),
    "design.sizes=[6]": "design.sizes: is called design.n now",
    "+design.up_to=9": "+design.up_to: is set already; leave out +",
    "~nothing": "~nothing: there is no such field",
    "~design.up_to=7": "~design.up_to=7: cannot be deleted, for its value is 120",
    "hydra.foo=3": "hydra.foo: Hydra has no such setting",
    "=3": "=3: names no field",
    # words that cannot be read
    "design.n=[6": f"design.n=[6: {UNREADABLE}",
    "design.n==6": f"design.n==6: {UNREADABLE}",
    "seed=${foo": f"seed=${{foo: {UNREADABLE}",
    "seed=${foo}": "seed: Interpolation key 'foo' not found",
    "seed=???": "seed: is missing (???) and must be given",
    "questionnaire.items.9=x": "questionnaire.items[9]: list index out of range",
    # sweeps
    "design.up_to=10,20": f"design.up_to=10,20: {SEVERAL}",
    "seed=range(1,5)": "seed=range(1,5): a sweep needs --multirun",
    "-m seed=range(3,3)": "seed=range(3,3): the sweep is empty",
    "-m seed=interval(1,2)": "seed=interval(1,2): an interval has no points to run; use range()",
    "-m design.up_to=20,3": "design.up_to: 3 must be at least design.smallest = 6",
    "-m effect=none,foo": f"effect: 'foo' must be one of {EFFECTS}",
    "-m hydra.run.dir=a,b": "hydra.run.dir=a,b: Hydra's own settings cannot be swept",
    "-m hydra.mode=RUN": "hydra.mode: RUN contradicts --multirun",
    # values and combinations
    "seed.x=3": "seed: {'x': 3} must be a whole number",
    "analysis.alpha=1.5": (
        "analysis.alpha: 1.5 must be above 0 and below 1 (or a percent, with its %)"
    ),
    "design.up_to=5": "design.up_to: 5 must be at least design.smallest = 6",
    "design.n=[9,6]": "design.n: [9, 6] must rise, each size once",
    "primary=totl": "primary: 'totl' is no rule of success; did you mean 'total'?",
    "roles.mentor.pre=[0.5,0.5]": "roles.mentor.pre: [0.5, 0.5] must be 5 numbers, one per point",
    "roles.mentor.pre=[0.5,0.2,0.2,0.2,0.2]": (
        "roles.mentor.pre: [0.5, 0.2, 0.2, 0.2, 0.2] sums to 1.3; shares must sum to 1 and percents"
        " to 100 (people are given as counts)"
    ),
    "analysis.p_value=mid_p": (
        "analysis.p_value: 'mid_p' is offered for analysis.test=sign or mcnemar only,"
        " not signed_rank"
    ),
    "analysis.test=mcnemar": (
        "analysis.cut: null must be the lowest point that counts as a success (2 to 5) with mcnemar"
    ),
    "analysis.test=mcnemar analysis.cut=6": (
        "analysis.cut: 6 must be from 2 to 5\n"
        "success.total: 'total' is not tested by analysis.test=mcnemar unless"
        " analysis.total_cut states its cut"
    ),
    "analysis.cut=4": (
        "analysis.cut: 4 applies to analysis.test=mcnemar or clustered_mcnemar only,"
        " not signed_rank"
    ),
    "analysis.total_cut=24": (
        "analysis.total_cut: 24 applies to analysis.test=mcnemar or clustered_mcnemar only,"
        " not signed_rank"
    ),
    "analysis.test=mcnemar analysis.cut=4 analysis.total_cut=7": (
        "analysis.total_cut: 7 must be from 8 to 35"
    ),
    "analysis.test=mcnemar analysis.cut=4": (
        "success.total: 'total' is not tested by analysis.test=mcnemar unless"
        " analysis.total_cut states its cut"
    ),
    "analysis.test=mcnemar analysis.cut=4 analysis.total_cut=24 analysis.p_value=exact"
    " analysis.continuity=true": (
        "analysis.continuity: true applies to analysis.test=signed_rank, mcnemar or mann_whitney"
        " with an asymptotic p-value only"
    ),
    # clusters and missing answers
    "analysis.test=cluster_mean_t": (
        "analysis.test: 'cluster_mean_t' needs sites; choose clusters=sites"
    ),
    "analysis.test=clustered_signed_rank clusters=sites analysis.p_value=exact": (
        "analysis.p_value: 'exact' does not apply to analysis.test=clustered_signed_rank; use auto"
    ),
    "missing=mcar missing.rate=0.95": (
        "missing.rate: 0.95 must be from 0 to 0.9 (or a percent, with its %)"
    ),
    "missing=lost": "missing: 'lost' must be one of items, mar, mcar, mnar, none",
    "clusters=sites effect=joint": (
        "clusters: cannot be had where an effect states a table of before by after; state the"
        " distribution after (effect=post) instead"
    ),
    "engine=exact missing=mar": (
        "engine: exact cannot answer: who drops out depends on the answers; use engine=auto"
    ),
    "effect.kind=shft": (
        "effect.kind: is gone: an effect is stated by its value, such as effect.shift=0.5"
    ),
}


@pytest.mark.parametrize("words", LINES)
def test_the_exact_line(words: str, refused: Refusal) -> None:
    """A mistake is named in the stated words."""
    assert refused(*words.split()) == LINES[words]


@pytest.mark.parametrize(
    "words", ["+unknown=1", "effect.shft=0.5", "plan=3", "hydra.job.env_copy=[NOT_SET]"]
)
def test_the_name_is_in_the_line(words: str, refused: Refusal) -> None:
    """Lines that list every known name at least name the one that is wrong."""
    name = words.lstrip("+").split("=")[0]
    assert name in refused(words) or "NOT_SET" in refused(words)


def test_numeric_checks_come_before_the_folder(refused: Refusal) -> None:
    """Correlations that no data can have are refused before anything is written."""
    assert refused("correlation.items=-0.9").startswith("correlation.items: -0.9 is impossible")


# ------------------------------------------------------------------ made from the schema


def sections(model: type[BaseModel], place: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """Walk the sections that the default study has under fixed names."""
    yield place, model
    for name, field in model.model_fields.items():
        if get_origin(field.annotation) is tuple or name in ("items", "success"):
            continue  # a list's items have no names; rules are lines of text
        entry = {"roles": "mentor", "clusters": "site"}.get(name, "total")
        named = f"{name}.{entry}" if get_origin(field.annotation) is dict else name
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from sections(part, f"{place}.{named}".strip("."))


def limits(field: Any) -> list[float]:
    """List the values just beyond a field's bounds."""
    beyond = {"gt": 0, "ge": -1, "lt": 0, "le": 1}
    return [
        getattr(bound, key) + step
        for bound in field.metadata
        for key, step in beyond.items()
        if getattr(bound, key, None) is not None
    ]


FIELDS = [
    (f"{place}.{name}".strip("."), field)
    for place, model in sections(Study)
    for name, field in model.model_fields.items()
    if not place.startswith("pilot.example")
]
BEYOND = [(place, value) for place, field in FIELDS for value in limits(field)]
CHOICES = [place for place, field in FIELDS if get_origin(field.annotation) is Literal]
SECTIONS = [place for place, _ in sections(Study)]


def chosen(place: str) -> list[str]:
    """Choose the variant of a section that has the field."""
    variants = {
        "clusters": ["clusters=sites"],
        "missing": ["missing=mar"],
        "selection": ["selection=screening"],
        "control": ["control=parallel", "analysis.test=ancova", *effect_with(place)],
        "analysis.graph": ["graph=gatekeeping", "analysis.adjustment=graphical"],
        "compute.address": ["compute=dask"],
        "compute.workers": ["compute=process_pool"],
        "compute.": ["compute=slurm"],
        "sweep": ["sweep=assumptions"],
    }
    return next((words for name, words in variants.items() if place.startswith(name)), [])


def effect_with(place: str) -> list[str]:
    """Choose an effect of the control arm that has the field."""
    return ["effect@control.effect=pilot"] if "otherwise" in place else []


def line_of(place: str, lines: str) -> str:
    """Pick the line that names a place."""
    return next(line for line in lines.splitlines() if line.startswith(f"{place}: "))


Wrong = dict[str, float | str]


def together(cases: list[tuple[str, float | str]]) -> list[Wrong]:
    """Group wrong values that can be given at once: one a field, by the words that they need."""
    groups: list[tuple[list[str], Wrong]] = []
    for place, value in cases:
        words = chosen(place)
        fitting = (own for needed, own in groups if needed == words and place not in own)
        group = next(fitting, None)
        if group is None:
            groups.append((words, {place: value}))
        else:
            group[place] = value
    return [own for _, own in groups]


def at_once_and_alone(cases: list[tuple[str, float | str]]) -> pytest.MarkDecorator:
    """Try wrong values in groups, of which every line is told, and each by itself if there is time.

    The groups have all cases, so nothing is left out by the shorter way.
    """
    groups = together(cases)
    assert sum(map(len, groups)) == len(cases)
    alone = [pytest.param({place: value}, marks=pytest.mark.long) for place, value in cases]
    return pytest.mark.parametrize("wrong", [*groups, *alone])


def lines_of(wrong: Wrong, refused: Refusal, sign: str = "") -> list[str]:
    """Give wrong values; pick the line of each."""
    lines = refused(
        *chosen(next(iter(wrong))), *(f"{sign}{place}={wrong[place]}" for place in wrong)
    )
    return [line_of(place, lines) for place in wrong]


@at_once_and_alone(BEYOND)
def test_beyond_every_bound(wrong: Wrong, refused: Refusal) -> None:
    """A value beyond a bound is refused, named together with its field."""
    assert all(" must be " in line for line in lines_of(wrong, refused))


@at_once_and_alone([(place, "zzz") for place in CHOICES])
def test_every_misspelt_choice(wrong: Wrong, refused: Refusal) -> None:
    """A choice that does not exist is refused, and those that do are listed."""
    for place, line in zip(wrong, lines_of(wrong, refused), strict=True):
        assert line.startswith(f"{place}: 'zzz' must be one of ")


@at_once_and_alone([(f"{place}.zzz".strip("."), 1) for place in SECTIONS])
def test_an_unknown_key_in_every_section(wrong: Wrong, refused: Refusal) -> None:
    """No section takes a key that the schema does not know, not even a forced one."""
    for name, line in zip(wrong, lines_of(wrong, refused, "++"), strict=True):
        assert line.startswith(f"{name}: unknown field; known: ")


def test_the_schema_yields_enough_cases() -> None:
    """The three generated families are as many as the schema makes them."""
    assert len(BEYOND) >= 20
    assert len(CHOICES) >= 5
    assert {"", "analysis", "roles.mentor", "compute", "pilot"} <= set(SECTIONS)


# --------------------------------------------------------------------------------- folders


@pytest.mark.parametrize(
    ("words", "setting"),
    [
        (["hydra.run.dir=taken"], "hydra.run.dir"),
        (["hydra.run.dir=taken/deeper"], "hydra.run.dir"),
        (["hydra.run.dir=/proc/nothing"], "hydra.run.dir"),
        (["hydra.run.dir=new/" + 300 * "x"], "hydra.run.dir"),
        (["-m", "seed=1,2", "hydra.sweep.dir=taken"], "hydra.sweep.dir"),
        (["-m", "seed=1,2", "hydra.sweep.dir=/proc/nothing"], "hydra.sweep.dir"),
    ],
)
def test_folders_that_cannot_be(
    words: list[str], setting: str, refused: Refusal, tmp_path: Path
) -> None:
    """A run folder that cannot be made or written to is refused before the run."""
    (tmp_path / "taken").write_text("a file")
    assert refused(*words).startswith(f"{setting}: cannot write to '")


def test_two_points_in_one_folder(refused: Refusal, tmp_path: Path) -> None:
    """Points of a sweep that would overwrite each other are refused."""
    line = refused("-m", "seed=1,2", "hydra.sweep.dir=a", "hydra.sweep.subdir=b")
    assert line == f"hydra.sweep.subdir: two points would write to '{tmp_path}/a/b'"


# --------------------------------------------------------------------- as a real process


@pytest.mark.parametrize(
    "words",
    [["plan", "--nonsense"], ["-m", "analysis.alpha=0.05,1.5"]],
)
def test_the_real_command(words: list[str], tmp_path: Path) -> None:
    """The command as a process keeps the contract too."""
    run = subprocess.run(
        [sys.executable, "-m", "sim.app", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert list(tmp_path.iterdir()) == []
