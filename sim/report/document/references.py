"""What the justification cites."""

from importlib.resources import files

from sim.study import methods

_LINES = (files("sim.report.document") / "references.txt").read_text(encoding="utf-8").splitlines()
_OURS = {name: text for name, _, text in (line.partition(": ") for line in _LINES)}
REFERENCES = dict(sorted({**methods.REFERENCES, **_OURS}.items()))
"""References by the name under which the text cites them."""
