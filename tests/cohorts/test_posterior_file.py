"""The posterior as a file: what is written is read back; what does not fit is one clear line."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sim import compose_study
from sim.app import main
from sim.cohorts import posterior_file
from sim.cohorts.drawn import PopulationDraws
from sim.cohorts.posterior_file import find_shipped, posterior_csv, read_posterior
from sim.errors import StudyError
from sim.jobs.assurance import believed_effects

DOMAINS = ("a", "b")
BETWEEN = np.array([[1, 0.5], [0.5, 1]])


def drawn(seed: int, number: int = 4, points: int = 3) -> PopulationDraws:
    """Draws of chance."""
    rng = np.random.default_rng(seed)
    return PopulationDraws(
        rng.normal(0, 1, (number, 2)),
        rng.uniform(0, 1, (number, 2)),
        rng.dirichlet(np.full(points, 1.5), (number, 2)),
        BETWEEN,
    )


WRITTEN = {
    ("neutral", "mentor"): drawn(1),
    ("sceptical", "mentor"): drawn(2),
    ("neutral", "mentee"): drawn(3, 2),
}
TEXT = posterior_csv(WRITTEN, DOMAINS)  # type: ignore[arg-type]
LINES = TEXT.splitlines()


def read(tmp_path: Path, text: str, role: str = "mentor") -> dict[str, PopulationDraws]:
    """Read a file of that text."""
    path = tmp_path / "posterior.csv"
    path.write_text(text, encoding="utf-8")
    return read_posterior(path, role, DOMAINS, 3, BETWEEN)


def test_round_trip(tmp_path: Path) -> None:
    """What is written comes back to five digits, by prior and role, in order."""
    for role in ("mentor", "mentee"):
        found = read(tmp_path, TEXT, role)
        assert list(found) == [prior for prior, whose in WRITTEN if whose == role]
        for prior, own in found.items():
            expected = WRITTEN[prior, role]
            assert len(own) == len(expected)
            for name in ("shift", "pre_post", "pre"):
                close = np.allclose(getattr(own, name), getattr(expected, name), rtol=1e-4, atol=0)
                assert close, name
            assert own.between is BETWEEN


def test_names_are_no_formulas_and_come_back(tmp_path: Path) -> None:
    """Names that a spreadsheet would take for formulas are guarded in the file, and found again."""
    domains, path = ("=1+1", "@two"), tmp_path / "posterior.csv"
    text = posterior_csv(WRITTEN, domains)  # type: ignore[arg-type]
    assert ",'=1+1," in text
    assert ",'@two," in text
    for written in (text, text.replace("'", "")):  # by hand they may stand as stated
        path.write_text(written, encoding="utf-8")
        (own,) = read_posterior(path, "mentee", domains, 3, BETWEEN).values()
        assert np.allclose(own.shift, WRITTEN["neutral", "mentee"].shift, rtol=1e-4, atol=0)


def test_written_again_is_the_same(tmp_path: Path) -> None:
    """Five digits survive reading and writing, to the byte."""
    found = {(prior, "mentor"): own for prior, own in read(tmp_path, TEXT).items()}
    text = posterior_csv(found, DOMAINS)  # type: ignore[arg-type]
    assert text.splitlines() == [line for line in LINES if "mentee" not in line]


def test_order_of_rows_and_further_domains_do_not_matter(tmp_path: Path) -> None:
    """Rows may stand in any order, and a file may know more domains than the study."""
    further = [line.replace(",a,", ",c,") for line in LINES[1:] if ",a," in line]
    shuffled = "\n".join([LINES[0], *reversed(LINES[1:]), *further])
    assert np.array_equal(
        read(tmp_path, shuffled)["neutral"].shift, read(tmp_path, TEXT)["neutral"].shift
    )


def test_nobody_of_that_role(tmp_path: Path) -> None:
    """A role of which the file says nothing has no draws."""
    only = [LINES[0], *(line for line in LINES if ",mentor," in line)]
    assert read(tmp_path, "\n".join(only), "mentee") == {}


def changed(place: int, column: int, value: str) -> str:
    """Text with one cell changed."""
    cells = LINES[place].split(",")
    cells[column] = value
    return "\n".join([*LINES[:place], ",".join(cells), *LINES[place + 1 :]])


INCOMPLETE = "posterior.csv: a draw is incomplete; each needs a row an item"
IMPOSSIBLE = (
    "posterior.csv: pre_post must be from 0 to 1, and the probabilities of the points add up to 1"
)
COLUMNS = (
    "posterior.csv: is no posterior for 3 points; its columns must be prior, draw, role, item,"
    " shift, pre_post, pre_1, pre_2, pre_3"
)
DEFECTS = {
    "empty": ("", COLUMNS),
    "wrong columns": (TEXT.replace("pre_post", "rho"), COLUMNS),
    "other number of points": (
        posterior_csv({("n", "mentor"): drawn(1, 4, 5)}, DOMAINS), COLUMNS,
    ),
    "domain missing": (
        "\n".join(line for line in LINES if ",b," not in line),
        "posterior.csv: has no item 'b'; it belongs to another study",
    ),
    "no number": (changed(2, 4, "much"), "posterior.csv, line 3: cannot be read"),
    "no whole draw": (changed(2, 1, "1.5"), "posterior.csv, line 3: cannot be read"),
    "draw below 0": (changed(2, 1, "-1"), "posterior.csv, line 3: cannot be read"),
    "short row": (TEXT + "neutral,0\n", "posterior.csv, line 22: cannot be read"),
    "long row": (changed(2, 8, "0.1,0.2"), "posterior.csv, line 3: cannot be read"),
    "row twice": (
        TEXT + LINES[1] + "\n",
        "posterior.csv, line 22: draw 0 has a row of 'a' already",
    ),
    "last draw incomplete": ("\n".join([*LINES[:8], *LINES[9:]]), INCOMPLETE),
    "first draw incomplete": ("\n".join([LINES[0], *LINES[2:]]), INCOMPLETE),
    "a draw far away": (changed(8, 1, "1000000000"), INCOMPLETE),
    "not finite": (changed(2, 4, "nan"), IMPOSSIBLE),
    "infinite": (changed(2, 4, "1e999"), IMPOSSIBLE),
    "correlation above 1": (changed(2, 5, "1.2"), IMPOSSIBLE),
    "correlation below 0": (changed(2, 5, "-0.2"), IMPOSSIBLE),
    "probability below 0": (changed(2, 6, "-0.2"), IMPOSSIBLE),
    "probabilities too high": (changed(2, 6, "0.99999"), IMPOSSIBLE),
}  # fmt: skip


@pytest.mark.parametrize("name", DEFECTS)
def test_each_defect_is_one_line(name: str, tmp_path: Path) -> None:
    """Each defect is told in one line that says what is wrong and where."""
    text, line = DEFECTS[name]
    with pytest.raises(StudyError) as refusal:
        read(tmp_path, text)
    assert str(refusal.value) == line


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """A file that is absent, a folder, or no text is told in one line."""
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"\xff\xfe\x00prior")
    for path, words in (
        (tmp_path / "absent.csv", "No such file or directory"),
        (tmp_path, "Is a directory"),
        (binary, "binary.csv, line 0: cannot be read"),
    ):
        with pytest.raises(StudyError, match=words):
            read_posterior(path, "mentor", DOMAINS, 3, BETWEEN)


def test_what_is_no_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device or a pipe, which might never end, and a file without measure are refused."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, Path(os.devnull)):
        with pytest.raises(StudyError, match=r"^effect.prior.file: .* is not a file$"):
            read_posterior(path, "mentor", DOMAINS, 3, BETWEEN)
    monkeypatch.setattr(posterior_file, "LARGEST_FILE", 10)
    with pytest.raises(StudyError, match=r"^effect.prior.file: .* is larger than 10 bytes$"):
        read(tmp_path, TEXT)


def test_shipped_files_are_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of one's own goes before the shipped one of that name; an absent one stays."""
    monkeypatch.chdir(tmp_path)
    shipped = find_shipped("raju_2022.csv")
    assert shipped.parent.name == "pilot"
    Path("raju_2022.csv").write_text("mine")
    assert find_shipped("raju_2022.csv") == Path("raju_2022.csv")
    assert find_shipped("raju_2023.csv") == Path("raju_2023.csv")
    assert find_shipped(300 * "x") == Path(300 * "x")


def test_the_shipped_posterior_fits_the_default_study() -> None:
    """The shipped posterior has three priors of 200 draws of the default study's mentors."""
    found = believed_effects(compose_study([]))
    assert list(found) == ["neutral", "sceptical", "hierarchical"]
    for own in found.values():
        assert list(own) == [0]
        assert own[0].shift.shape == (200, 7)


Refusal = Callable[..., str]


@pytest.fixture
def refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Refusal:
    """Run the command where a file lies; check status, one line, nothing written; give the line."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> str:
        before = sorted(tmp_path.rglob("*"))
        status = main(["plan", *words])
        out, err = capsys.readouterr()
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert "Traceback" not in err
        assert sorted(tmp_path.rglob("*")) == before
        return err.removeprefix("mentorsim: ").removesuffix("\n")

    return run


def test_the_command_refuses_a_file_that_does_not_fit(refused: Refusal, tmp_path: Path) -> None:
    """Through the command a defect is one line, status 2, and leaves nothing behind."""
    (tmp_path / "mine.csv").write_text(TEXT)
    points = refused("effect.prior.file=mine.csv")
    assert points.startswith("mine.csv: is no posterior for 5 points; its columns must be prior,")
    five = posterior_csv({("neutral", "mentor"): drawn(1, 4, 5)}, DOMAINS)
    (tmp_path / "mine.csv").write_text(five)
    domain = refused("effect.prior.file=mine.csv")
    assert domain == "mine.csv: has no item 'clinical practice'; it belongs to another study"
    (tmp_path / "mine.csv").write_text(five + "neutral,4,mentor,a,high,0,0,0,0,0,1\n")
    assert refused("effect.prior.file=mine.csv") == "mine.csv, line 10: cannot be read"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("effect.prior.file=absent.csv", "'absent.csv' No such file or directory"),
        ("effect.prior.file=.", "'.' Is a directory"),
        (f"effect.prior.file={300 * 'x'}", f"{300 * 'x'!r} File name too long"),
    ],
)
def test_the_command_names_the_field(words: str, line: str, refused: Refusal) -> None:
    """A file that cannot be opened is told with the field that names it."""
    assert refused(words) == f"effect.prior.file: {line}"


def test_the_command_refuses_a_role_without_draws(refused: Refusal) -> None:
    """A posterior that says nothing of a role cannot be what is believed of it."""
    line = refused("effect@roles.mentee.effect=pilot")
    assert line == "roles.mentee.effect.prior.file: 'raju_2022.csv' says nothing of mentees"
