"""The files of a run: columns, numbers, valid JSON, nothing half written."""

import json
from pathlib import Path
from typing import Any

import pytest
from oracles.results import COLUMNS, results_of
from oracles.studies import small_study

from sim import plan
from sim.folders import write_whole
from sim.report import files
from sim.report.files import write_run
from sim.report.results.answer import PlanAnswer
from sim.study import parse_study


@pytest.fixture(scope="module")
def answer() -> PlanAnswer:
    """A small plan in which nobody in one domain can change."""
    return plan(small_study(correlation={"pre_post": 1.0}, effect={}))


def refuse(constant: str) -> Any:
    """Refuse NaN and infinity, which JSON does not have."""
    raise ValueError(constant)


def test_columns_are_fixed(answer: PlanAnswer, tmp_path: Path) -> None:
    """results.csv has exactly the columns that other people's programs rely on."""
    write_run(answer, tmp_path)
    first = (tmp_path / "results.csv").read_bytes().split(b"\n")[0]
    assert first.decode() == "role,size,n,kind,name,measure,value,mcse,replicates,engine"
    assert ",".join(COLUMNS) == first.decode()


def test_json_is_valid(answer: PlanAnswer, tmp_path: Path) -> None:
    """summary.json and manifest.json are strict JSON, undefined numbers null."""
    write_run(answer, tmp_path)
    summary, manifest = (
        json.loads((tmp_path / name).read_text(encoding="utf-8"), parse_constant=refuse)
        for name in ("summary.json", "manifest.json")
    )
    assert summary["effects"]["mentor"]["standardised"][0] is None
    assert summary["study"]["primary"] == "any"
    assert manifest["seed"] == summary["study"]["seed"] == answer.study.seed
    power = answer.characteristics.rule_win.value
    assert summary["characteristics"]["rule_win"]["value"] == power.tolist()
    assert summary["version"] == manifest["versions"]["mentorsim"]
    assert "null_characteristics" not in summary  # at every size, which results.csv has


def test_manifest_repeats_the_study(answer: PlanAnswer, tmp_path: Path) -> None:
    """The config in the manifest parses back to the very same study."""
    write_run(answer, tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert parse_study(manifest["config"]) == answer.study


def test_nothing_else_is_left(answer: PlanAnswer, tmp_path: Path) -> None:
    """The folder holds the named files and no temporary one; writing again changes no byte."""
    written = write_run(answer, tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted(written)
    assert {path.name for path in written} == {
        "answer.json.gz", "results.csv", "summary.json", "manifest.json"
    }  # fmt: skip
    before = {path: path.read_bytes() for path in written}
    write_run(answer, tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails half way leaves the old file whole and no other behind."""
    target = tmp_path / "results.csv"
    write_whole(target, "old")

    def fail(*_args: object, **_options: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(files.Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_whole(target, "new")
    assert [path.name for path in tmp_path.iterdir()] == ["results.csv"]
    assert target.read_text(encoding="utf-8") == "old"


def test_values_are_written_in_full(answer: PlanAnswer) -> None:
    """Proportions in results.csv are whole counts over their replicates, to the last digit."""
    for row in results_of(answer).where(measure="rejection"):
        assert row.value is not None
        assert (row.value * 200).is_integer()
        assert row.replicates == 200


def test_nobody_changing_is_no_information(answer: PlanAnswer) -> None:
    """Where nobody changes every replicate is uninformative and none rejects."""
    results = results_of(answer)
    for name in "abc":
        assert results.value(name=name, size=12, measure="no_information") == 1
        assert results.value(name=name, size=12, measure="rejection") == 0


def test_summary_names_the_people(tmp_path: Path) -> None:
    """The summary holds each rule's size and the people it takes."""
    found = plan(small_study(effect={"shift": 1.5}))
    write_run(found, tmp_path)
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    sizes = {size["rule"]: size for size in summary["sample_sizes"]}
    assert sizes.keys() == {"any", "all", "total"}
    assert summary["participants"]["any"] == {"mentor": [found.sample_size.size]}
    assert "power 0.8" in summary["answer"]
