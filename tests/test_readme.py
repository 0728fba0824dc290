"""What the README says is what happens."""

import re
from pathlib import Path

import pytest

from sim import compose_study, plan
from sim.report.terminal import summary

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def block(marker: str) -> str:
    """Text of the fenced block after a marker."""
    found = re.search(rf"<!-- {marker} -->\n```\w+\n(.*?)```\n", README, re.DOTALL)
    assert found is not None
    return found[1]


def test_default_answer_is_quoted_as_it_prints() -> None:
    """The README's default answer is what the default plan prints, word for word."""
    assert block("default-answer").rstrip("\n") == summary(plan(compose_study([])))


COMMANDS = re.findall(r"^mentorsim plan (.*?)(?: +#.*)?$", README, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_quoted_settings_compose(command: str) -> None:
    """Every command line that the README quotes is a valid study, or a valid sweep."""
    words = [word for word in re.findall(r'(?:[^\s"]|"[^"]*")+', command) if word != "--multirun"]
    points = [[word.split(",")[0]] if "=[" not in word else [word] for word in words]
    compose_study([point[0].replace('"', "'") for point in points])


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
    assert (Path(__file__).parent.parent / link).is_file()
