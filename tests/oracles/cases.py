"""The published cases, by their id."""

import json
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).parent.parent / "data" / "published_cases.jsonl"
CASES: dict[str, dict[str, Any]] = {
    case["id"]: case for case in map(json.loads, FILE.read_text(encoding="utf-8").splitlines())
}


def tolerance(case: str, name: str) -> float:
    """Look up a case's own tolerance of one expected value."""
    stated = CASES[case]["tolerance"]
    return stated.get(name, stated.get("*")) if isinstance(stated, dict) else stated


def agrees(case: str, name: str, found: Any) -> bool:
    """Tell whether a value lies within the case's tolerance of what was published."""
    expected = CASES[case]["expected"][name]
    return bool(np.allclose(found, expected, rtol=0, atol=tolerance(case, name)))
