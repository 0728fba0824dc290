"""No setting runs code or reads the machine, by whatever way it comes."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hydra.utils import instantiate
from oracles.payloads import callbacks, write, write_package

from sim.app import main
from sim.compose import Composer, compose_study
from sim.errors import StudyError
from sim.verbs import VERBS


@pytest.fixture
def mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name the file that payloads make, in a folder with ways to run them."""
    monkeypatch.chdir(tmp_path)
    found = tmp_path / "mark"
    payloads = callbacks(tmp_path, found)
    conf = tmp_path / "conf"
    write(conf / "experiment" / "evil.yaml", {"hydra": {"callbacks": payloads}})
    write(conf / "evil.yaml", {"defaults": ["plan"], "hydra": {"callbacks": payloads}}, "")
    write(conf / "hydra" / "callbacks" / "evil.yaml", payloads, "")
    pick = {"defaults": [{"override /hydra/callbacks": "evil"}]}
    write(conf / "experiment" / "picks.yaml", pick)
    factory = {"()": "numpy.load", "file": str(tmp_path / "payload.npy"), "allow_pickle": True}
    for kind in ("job_logging", "hydra_logging"):
        logs = {"version": 1, "handlers": {"x": factory}, "root": {"handlers": ["x"]}}
        write(conf / "hydra" / kind / "evil.yaml", logs, "")
        write(conf / "experiment" / f"{kind}.yaml", {"hydra": {kind: logs}})
    for kind in ("launcher", "sweeper"):
        write(conf / "hydra" / kind / "evil.yaml", {"_target_": "hydra_plugins.evil.Evil"}, "")
        write(conf / "experiment" / f"{kind}.yaml",
              {"defaults": [{f"override /hydra/{kind}": "evil"}]})  # fmt: skip
    word = f"+hydra.job_logging.handlers={{x:{{'()':numpy.load,file:{tmp_path}/payload.npy}}}}"
    write(conf / "experiment" / "noted.yaml", {"hydra": {"overrides": {"task": [word]}}})
    swept = {
        "mode": "MULTIRUN",
        "sweeper": {"params": {"+hydra.callbacks.x._target_": "site.main"}},
    }
    write(conf / "experiment" / "swept.yaml", {"hydra": swept})
    write(conf / "searches.yaml", {"hydra": {"searchpath": ["pkg://evil_package"]}}, "")
    write_package(tmp_path, "evil_package", found)
    write_package(tmp_path, "hydra_plugins", found)
    monkeypatch.syspath_prepend(str(tmp_path))
    return found


def refusal(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """Run the command, which must refuse in one line; give it."""
    assert main(argv) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert len(err) < 400
    return str(err)


def test_the_payloads_bite(mark: Path) -> None:
    """Whoever builds what the settings name runs the code: the tests below mean something."""
    for settings in callbacks(mark.parent / "conf", mark).values():
        instantiate(settings)
        assert mark.is_file()
        mark.unlink()


WAYS = {
    "flag": "--config-dir=conf experiment=evil",
    "folder": "--config-path=conf --config-name=evil",
    "short flags": "-cp conf -cn evil",
    "search path": "hydra.searchpath=[file://conf] experiment=evil",
    "group": "--config-dir=conf +hydra/callbacks=evil",
    "picked": "--config-dir=conf experiment=picks",
    "multirun": "-m --config-dir=conf experiment=evil seed=1,2",
    "swept": "-m --config-dir=conf experiment=null,evil",
    "sweeper": "--config-dir=conf experiment=swept",
    "noted": "-m --config-dir=conf experiment=noted seed=1,2",
    "job_logging": "--config-dir=conf experiment=job_logging",
    "hydra_logging": "--config-dir=conf experiment=hydra_logging",
    "logging group": "--config-dir=conf hydra/job_logging=evil",
    "launcher": "-m --config-dir=conf experiment=launcher seed=1,2",
    "sweeper group": "-m --config-dir=conf experiment=sweeper seed=1,2",
    "word": "+hydra.callbacks.x._target_=site.main",
    "braces": "hydra.callbacks={x:{_target_:site.main}}",
    "package": "hydra.searchpath=[pkg://evil_package]",
    "package in a file": "--config-path=conf --config-name=searches",
    "cfg": "--cfg all --resolve --config-dir=conf experiment=evil",
    "info": "--info all --config-dir=conf experiment=evil",
    "help": "plan --help --config-dir=conf experiment=job_logging",
    "verbose": "hydra.verbose=true",
    "environment": "hydra.job.env_copy=[HOME]",
}


@pytest.mark.parametrize("way", WAYS)
def test_no_way_runs_code(way: str, mark: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By flag, folder, search path, group or sweep: one line, and no mark."""
    refusal(capsys, *WAYS[way].replace("file://conf", f"file://{mark.parent}/conf").split())
    assert not mark.exists()
    assert not (mark.parent / "outputs").exists()


@pytest.mark.parametrize("verb", [name for name, verb in VERBS.items() if not verb.begins])
def test_no_verb_runs_code(verb: str, mark: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every verb refuses the same."""
    assert "evil.yaml: hydra.callbacks" in refusal(
        capsys, verb, "--config-dir=conf", "experiment=evil"
    )
    assert not mark.exists()


def test_python_runs_no_code(mark: Path) -> None:
    """Composing in Python refuses as the command does."""
    conf = mark.parent / "conf"
    for words in (["+hydra.callbacks.x._target_=site.main"], ["hydra.searchpath=[pkg://evil_package]"],
                  [f"hydra.searchpath=[file://{conf}]", "experiment=evil"]):  # fmt: skip
        with pytest.raises(StudyError, match=r"code to run|are not searched"):
            compose_study(words)
    for composer, words in ((Composer(further=conf), ["experiment=job_logging"]),
                            (Composer(conf, "evil"), [])):  # fmt: skip
        with pytest.raises(StudyError, match=r"hydra\."):
            composer(words)
    assert not mark.exists()


def test_the_page_runs_no_code(mark: Path) -> None:
    """Settings that are pasted into the page are refused where they say anything of Hydra's."""
    from sim.page.scenario import Scenario

    own = Scenario.of(Composer())
    assert own.rewritten(own.file_text()).data == own.data
    payload = {
        **own.data,
        "hydra": {"callbacks": {"x": {"_target_": "site.main"}}},
    }
    for text in (str(payload), str({**own.data, "defaults": ["evil"]}), "!!python/name:os.system"):
        with pytest.raises(StudyError, match=r"is not read|unknown field"):
            own.rewritten(
                text.replace("None", "null").replace("True", "true").replace("False", "false")
            )
    assert not mark.exists()


def test_plugins_are_not_imported(mark: Path) -> None:
    """A package that Hydra would take for its plugins is left alone, in the very folder too."""
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join([str(mark.parent), *sys.path]),
                 "HYDRA_MAIN_MODULE": "evil_package", "HYDRA_INSTANTIATE_ALLOWLIST_OVERRIDE": "x",
                 "SELF_WARNING_AS_ERROR": "1"}  # fmt: skip
    words = [sys.executable, "-m", "sim.app", "--cfg", "job", "--package", "target"]
    run = subprocess.run(words, check=True, capture_output=True, text=True, env=variables)
    assert run.stdout.startswith("# @package target\npower: 0.8\n")
    assert not mark.exists()


def test_plugins_of_others_stay(mark: Path) -> None:
    """What Hydra knows of plugins in the same process is as it was."""
    from hydra.core.plugins import Plugins

    before = Plugins.instance()
    compose_study(["seed=4"])
    assert Plugins.instance() is before


READS = {
    "title=${oc.env:HOME}": "title: ${oc.env:HOME} reads the machine",
    "title='${oc.decode:${oc.env:HOME}}'": "title: ${oc.decode:${oc.env:HOME}} reads",
    "title='${oc.select:x,${oc.env:HOME}}'": "title: ${oc.env:HOME} reads",
    "title='${${engine}:HOME}'": "title: ${${engine}:HOME} reads",
    "title='${oc.create:\"a: 1\"}'": "title: ${oc.create:",
    "title=${hydra:runtime.cwd}": "title: ${hydra:runtime.cwd} reads the machine",
    "seed=${now:%S}": "seed: ${now:%S} reads the machine",
    "title=${python_version:}": "title: ${python_version:} reads the machine",
    "title=${hydra.runtime.cwd}": "title: Interpolation key 'hydra.runtime.cwd'",
    "hydra.run.dir=${oc.env:HOME}/x": "hydra.run.dir: ${oc.env:HOME} reads the machine",
    "report.reasons={outcome:${oc.env:HOME}}": "report.reasons.outcome: ${oc.env:HOME} reads",
}  # fmt: skip


@pytest.mark.parametrize("word", READS)
def test_no_setting_reads_the_machine(
    word: str, mark: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What calls the environment, the clock or the process is refused, on its own or within."""
    assert refusal(capsys, word).startswith(f"mentorsim: {READS[word]}")


@pytest.mark.parametrize(
    "data",
    [
        {"title": "${oc.env:HOME}"},
        {"defaults": [{"override /effect": "${oc.env:EFFECT}"}]},
        {"design": {"n": ["${oc.env:SIZE}"]}},
        {"hydra": {"run": {"dir": "${oc.env:HOME}"}}},
        {"x": {"y": [{"_target_": "os.getcwd"}]}},
    ],
)
def test_no_file_reads_the_machine(
    data: Any, mark: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a file too, in its list of defaults and at any depth; the line names the file."""
    write(mark.parent / "conf" / "experiment" / "reads.yaml", data)
    line = refusal(capsys, "--config-dir=conf", "experiment=reads")
    assert line.startswith("mentorsim: experiment/reads.yaml: ")


def test_settings_may_refer_to_each_other(mark: Path) -> None:
    """References to other settings stay, and Hydra's own facts may name the run's folder."""
    write(mark.parent / "conf" / "experiment" / "refers.yaml",
          {"title": "Up to ${design.up_to}",
           "hydra": {"run": {"dir": "out/${hydra:job.name}/${now:%Y}"}}})  # fmt: skip
    study = Composer(further=mark.parent / "conf")(["experiment=refers", "design.up_to=44"])
    assert study.title == "Up to 44"


def test_old_hydra_is_not_allowed() -> None:
    """The package asks for the Hydra that refuses most code by itself."""
    text = (Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8")
    assert '"hydra-core>=1.3.8,<1.4"' in text
