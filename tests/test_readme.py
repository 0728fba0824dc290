"""What the README says is what happens."""

import re
import sys
from importlib import import_module
from pathlib import Path

import pytest

from sim import compose_study, plan
from sim.report.telling import summary

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "scripts"))  # last, so it shadows nothing

tutorial = import_module("tutorial")

README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(marker: str) -> str:
    """Text of the fenced block after a marker."""
    found = re.search(rf"<!-- {marker} -->\n```\w+\n(.*?)```\n", README, re.DOTALL)
    assert found is not None
    return found[1]


def test_default_answer_is_quoted_as_it_prints() -> None:
    """The README's default answer is what the default plan prints, word for word."""
    assert block("default-answer").rstrip("\n") == summary(plan(compose_study([])))


def test_own_study_is_quoted_as_it_prints() -> None:
    """What is shown of the study in a file is what the command above it prints."""
    assert tutorial.with_outputs(README) == README
    assert len(tutorial.STEP.findall(README)) == 1


def test_quoted_python_runs() -> None:
    """The README's Python example runs, and gives the p-values in its comments."""
    found = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert found is not None
    for line in re.findall(r"^(signed_rank\(.*?)\.pvalue *# ([\d.]+)$", found[1], re.MULTILINE):
        names: dict[str, object] = {}
        exec("from sim import signed_rank\nresult = " + line[0], names)  # noqa: S102
        assert round(float(names["result"].pvalue), 4) == float(line[1])  # type: ignore[attr-defined]
    exec(compile(found[1], "README", "exec"), {})  # noqa: S102


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", README))
def test_links_lead_somewhere(link: str) -> None:
    """Every relative link of the README leads to a file."""
    assert (ROOT / link).is_file()
