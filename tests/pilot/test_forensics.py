"""Data sets that fit published numbers, against every multiset written out."""

from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from oracles.pilots import outcome, pilot_study, printed
from oracles.published import (
    PAIRED,
    Pairs,
    all_multisets,
    by_all_signs,
    p_of,
    prints_p,
    prints_summaries,
)

from sim.errors import StudyError
from sim.jobs.calibrate import calibrate
from sim.pilot import forensics
from sim.pilot.candidates import CANDIDATES
from sim.pilot.forensics import (
    DataSets,
    TooManyError,
    compositions,
    consistent,
    fitting_margins,
    nearest_pvalues,
)

PUBLISHED_TEST = "signed_rank_asymptotic"


@pytest.mark.parametrize(("post", "number"), [("4", 38), ("5", 96)])
def test_the_published_pilot(post: str, number: int) -> None:
    """Medians 3 to 4 and 3 to 5 at p = .041 leave 38 and 96 data sets, each of exact p .0625."""
    found = consistent(printed(6, 5, {"median": "3"}, {"median": post}, "0.041"), PUBLISHED_TEST)
    assert len(found.counts) == number
    assert np.allclose(found.exact_p, 0.0625)
    for changes in found.changes.tolist():
        assert changes[0] == 0
        assert min(changes[1:]) > 0
        assert sorted(Counter(changes[1:]).values()) == [1, 2, 2]
        assert by_all_signs(tuple(changes), pratt=False) == 0.0625


def as_pairs(found: DataSets, points: int) -> list[Pairs]:
    """Write the tables out as sorted pairs."""
    cells = [(cell // points + 1, cell % points + 1) for cell in range(points**2)]
    return [
        tuple(cell for cell, number in zip(cells, row, strict=True) for _ in range(number))
        for row in found.counts.tolist()
    ]


CASES = [
    (3, 5, "exact", {"median": "3"}, {"median": "4"}, ("0.083", "0.10", ">0.1")),
    (3, 4, "rounded", {"mean": "2.0"}, {"mean": "3"}, ("0.07", "<0.05", "not significant")),
    (4, 3, "exact", {"median": "2.5"}, {"median": "2"}, ("0.16", "0.317", "1.0")),
    (4, 3, "exact", {}, {}, ("0.04", "0.059", "0.125", "not significant")),
    (4, 4, "rounded", {"mean": "2.25"}, {"median": "3.50"}, ("<0.05", "0.066", ">0.1")),
    (4, 4, "exact", {"median": "2", "q1": "1.25", "q3": "3"}, {"median": "3"}, ("<0.05", ">0.1")),
    (4, 5, "rounded", {"median": "3", "q1": "2", "q3": "4"}, {"median": "4"}, ("0.07", "0.1")),
]


@pytest.mark.parametrize(("n", "points", "rounding", "pre", "post", "texts"), CASES)
def test_against_every_multiset(
    n: int,
    points: int,
    rounding: str,
    pre: dict[str, str],
    post: dict[str, str],
    texts: tuple[str, ...],
) -> None:
    """The data sets found are those that print so when all are written out, under every test."""
    summarised = [
        pairs
        for pairs in all_multisets(n, points)
        if prints_summaries([a for a, _ in pairs], pre, rounding)
        and prints_summaries([b for _, b in pairs], post, rounding)
    ]
    fitting = 0
    for test in CANDIDATES:
        pvalues = [p_of(test, pairs) for pairs in summarised]
        for text in texts:
            expected = {
                pairs for pairs, p in zip(summarised, pvalues, strict=True) if prints_p(p, text)
            }
            stated = printed(n, points, pre, post, text, rounding)  # type: ignore[arg-type]
            found = consistent(stated, test)
            listed = as_pairs(found, points)
            assert len(set(listed)) == len(listed)
            assert set(listed) == expected
            fitting += len(expected) > 0
            check_patterns(found, listed)
    assert fitting >= len(CANDIDATES) / 2  # so that the comparison is not one of nothing


def check_patterns(found: DataSets, listed: list[Pairs]) -> None:
    """Check that each data set has the pattern it is said to have, with its exact p."""
    changes = [sorted(b - a for a, b in pairs) for pairs in listed]
    assert found.changes[found.of_pattern].tolist() == changes
    number = Counter(map(tuple, changes))
    assert len(number) == len(found.changes)
    for i, pattern in enumerate(map(tuple, found.changes.tolist())):
        assert found.patterns[i].share == pytest.approx(number[pattern] / len(listed))
        assert found.exact_p[i] == pytest.approx(by_all_signs(pattern, pratt=False))


@pytest.mark.parametrize(("lower", "upper"), [("1.75", "3.25"), ("1.25", "3.75"), ("1.5", "3.5")])
def test_quartiles_of_every_package(lower: str, upper: str) -> None:
    """Scores 1 to 4 fit their quartiles as R and Python, SPSS, or SAS and Stata print them."""
    for name, text in (("q1", lower), ("q3", upper)):
        stated = printed(4, 4, {name: text}, {}, "1.0")
        assert [1, 1, 1, 1] in fitting_margins(4, 4, stated.pre).tolist()


def test_compositions() -> None:
    """All ways to share a total are listed once, in rising order."""
    ways = compositions(4, 3).tolist()
    assert ways == sorted(ways)
    assert len({tuple(way) for way in ways}) == len(ways) == 15
    assert {sum(way) for way in ways} == {4}


def test_too_many_are_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what can be looked at or listed, it is said that there are too many."""
    with pytest.raises(TooManyError):
        consistent(printed(40, 5, {"median": "3"}, {"median": "4"}, "0.041"), PUBLISHED_TEST)
    stated = printed(6, 5, {"median": "3"}, {"median": "4"}, "0.041")
    monkeypatch.setattr(forensics, "MOST_TABLES", 37)
    with pytest.raises(TooManyError):
        consistent(stated, PUBLISHED_TEST)
    monkeypatch.setattr(forensics, "MOST_TABLES", 38)
    assert len(consistent(stated, PUBLISHED_TEST).counts) == 38


def patterns_between(pre_median: float, post_median: float) -> set[tuple[int, ...]]:
    """List the sorted changes of six people on five points with these medians, by all pairings."""
    scores = np.array([np.repeat(np.arange(1, 6), way) for way in compositions(6, 5)])
    before = scores[np.median(scores, axis=1) == pre_median]
    after = scores[np.median(scores, axis=1) == post_median]
    orders = np.array(list(permutations(range(6))))
    found: set[tuple[int, ...]] = set()
    for own in before:
        changes = np.sort(after[:, orders] - own, axis=-1).reshape(-1, 6)
        codes = np.unique(((changes + 4) * 9 ** np.arange(6)).sum(axis=1))
        found |= {tuple((code // 9 ** np.arange(6) % 9 - 4).tolist()) for code in codes}
    return found


def test_an_impossible_pvalue_is_refused() -> None:
    """P = .008 from six pairs is refused; the p-values listed are attained, and none is nearer."""
    tests = [name for name in CANDIDATES if name.startswith("signed_rank")]
    study = pilot_study(outcome("a", "3", "4", "0.008"), calibration={"tests": tests})
    with pytest.raises(StudyError) as refusal:
        calibrate(study)
    line = str(refusal.value)
    assert "\n" not in line
    assert line.startswith("pilot.outcomes[0]: the published numbers of 'a' cannot occur")
    assert "median 3" in line
    assert "p = 0.008" in line
    patterns = patterns_between(3, 4)
    for test in tests:
        attained = sorted({round(PAIRED[test](changes), 9) for changes in patterns})
        nearest = sorted(sorted(attained, key=lambda p: abs(p - 0.008))[:4])
        stated = printed(6, 5, {"median": "3"}, {"median": "4"}, "0.008")
        assert nearest_pvalues(stated, test) == pytest.approx(nearest, abs=1e-6)
        assert f"{test} {', '.join(f'{p:.3g}' for p in nearest)}" in line


def test_nearest_where_pairing_is_ignored() -> None:
    """For Mann-Whitney, too, the p-values listed are attained, and none is nearer."""
    stated = printed(4, 4, {"median": "2"}, {"median": "3"}, "0.004")
    attained = {
        round(p_of("mann_whitney", pairs), 9)
        for pairs in all_multisets(4, 4)
        if prints_summaries([a for a, _ in pairs], {"median": "2"}, "exact")
        and prints_summaries([b for _, b in pairs], {"median": "3"}, "exact")
    }
    nearest = sorted(sorted(attained, key=lambda p: abs(p - 0.004))[:4])
    assert nearest_pvalues(stated, "mann_whitney") == pytest.approx(nearest, abs=1e-6)


def test_impossible_summaries_are_refused() -> None:
    """A median that no answers can have is refused without a list of p-values."""
    with pytest.raises(StudyError, match=r"no 6 answers on 1 to 5 have before median 3\.2; after"):
        calibrate(pilot_study(outcome("a", "3.2", "4", "0.041")))


def test_no_one_test_for_all() -> None:
    """Two p-values that no one test can both give are refused, with the tests of each."""
    tests = ("signed_rank_asymptotic", "signed_rank_exact")
    outcomes = outcome("a", "3", "4", "0.041"), outcome("b", "3", "4", "0.03125")
    with pytest.raises(StudyError) as refusal:
        calibrate(pilot_study(*outcomes, calibration={"tests": tests}))
    assert str(refusal.value) == (
        "pilot.outcomes: no one test of calibration.tests gives all published p-values "
        "(a: signed_rank_asymptotic; b: signed_rank_exact)"
    )
