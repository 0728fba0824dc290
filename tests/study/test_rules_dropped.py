"""A config of its own drops the rules that it would otherwise inherit."""

from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from oracles.studies import make_analysis, population_of_changes, small_study

from sim.app import main
from sim.errors import StudyError
from sim.power.thinned import Changes
from sim.study.endpoints import Endpoints
from sim.study.methods import TESTS

OWN = """\
# @package _global_
defaults:
  - override /effect: shift
  - override /pilot: none
questionnaire: {items: [speaking up, asking for help]}
effect: {shift: 0.5, assumption: none}
success: {any domain: null, both published domains: null, at least 4 domains: null}
"""


def test_own_domains_are_stated_in_a_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rules that name other domains are set to null; what is left sizes the study."""
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "own.yaml").write_text(OWN)
    monkeypatch.chdir(tmp_path)
    words = ["--config-dir", ".", "experiment=own", "design.n=[6,12]", "report.files=[]"]
    words += ["monte_carlo.replicates=200", "monte_carlo.block_size=100", "store.file=null"]
    assert main([*words, "hydra.run.dir=run"]) == 0
    assert "speaking up" in capsys.readouterr().out
    assert "both published" not in (tmp_path / "run" / "results.csv").read_text()


def test_the_primary_rule_cannot_be_dropped() -> None:
    """Without the rule that sizes the study there is no question."""
    rules = {"any": None, "all": "all of items"}
    with pytest.raises(StudyError, match=r"^primary: 'any' "):
        small_study(primary="any", success=rules)
    with pytest.raises(StudyError, match=r"^success: "):
        small_study(primary="any", success={"any": None})


def test_a_test_that_nobody_enumerates_is_simulated() -> None:
    """The exact engine refuses a test that it does not know instead of taking it for another."""
    people = population_of_changes({1: 0.5, 0: 0.3, -1: 0.2})
    known = make_analysis()
    new = known.model_copy(update={"test": "newly_registered"})
    assert Changes.of(people, Endpoints.with_total(1), known).refused is None
    facts = {"newly_registered": replace(TESTS["paired_t"], enumerated=None)}
    with patch.dict(TESTS, facts):
        assert (
            Changes.of(people, Endpoints.with_total(1), new).refused
            == "newly_registered is not enumerated"
        )
