"""Sites accrue in the stated order, in the stated sizes, whoever comes after."""

import numpy as np
import pytest

from sim.cohorts.clusters import FIRST, ClusterModel
from sim.cohorts.participants import sizes_of_arms
from sim.cohorts.sites import relative_sizes, site_sequence
from sim.errors import StudyError
from sim.study.clusters import SiteClusters


def accrual(**changed: object) -> SiteClusters:
    """Ten sites, or ten pairs a site, with some settings changed."""
    plain = {
        "stated_as": "latent", "icc": 0.1, "shared_icc": 0.1,
        "accrual": "round_robin", "sites": 10, "per_site": 10, "size_variation": 0.0,
    }  # fmt: skip
    return SiteClusters(**{**plain, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize("variation", [0.0, 1e-5, 0.3, 1.0, 2.0])
@pytest.mark.parametrize("per_site", [1, 3, 40])
@pytest.mark.parametrize("order", ["round_robin", "in_turn"])
def test_a_longer_accrual_begins_with_the_shorter(
    order: str, per_site: int, variation: float
) -> None:
    """The sites of the first pairs are the same, and as many as asked for, whatever follows."""
    stated = accrual(accrual=order, per_site=per_site, size_variation=variation)
    whole = site_sequence(stated, 1200)
    for pairs in (1, 6, 10, 60, 200):
        assert np.array_equal(site_sequence(stated, pairs), whole[:pairs])


@pytest.mark.parametrize("number", [2, 3, 10, 30, 400])
@pytest.mark.parametrize("variation", [0.1, 0.5, 0.9])
def test_sizes_vary_as_stated(number: int, variation: float) -> None:
    """Relative sizes have mean 1 and the stated coefficient of variation, for any number."""
    sizes = relative_sizes(accrual(sites=number, size_variation=variation))
    assert len(sizes) == number
    assert (sizes >= 0).all()
    assert sizes.mean() == pytest.approx(1)
    assert sizes.std() == pytest.approx(variation, abs=1e-6)


@pytest.mark.parametrize("variation", [0.2, 0.7, 1.5])
def test_turns_keep_every_site_at_its_share(variation: float) -> None:
    """Where sites take turns none is ever ahead of its share by more than one pair."""
    stated = accrual(size_variation=variation)
    found, share = site_sequence(stated, 1000), relative_sizes(stated) / 10
    counts = np.cumsum(found[:, None] == np.arange(10), axis=0)
    due = np.arange(1, 1001)[:, None] * share
    assert (counts - due <= 1).all()
    sizes = counts[-1]
    assert sizes.std() / sizes.mean() == pytest.approx(variation, abs=0.02)


def test_filled_sites_follow_one_another() -> None:
    """Where sites are filled in turn no site is left and come back to, and none is empty."""
    found = site_sequence(accrual(accrual="in_turn", size_variation=1.0, per_site=20), 3000)
    assert set(np.diff(found).tolist()) == {0, 1}
    sizes = np.bincount(found[found < 50])
    assert sizes.mean() == pytest.approx(20, rel=0.03)  # sizes are rounded, to 1 at least
    assert sizes.std() / sizes.mean() == pytest.approx(1.0, abs=0.03)


def test_too_much_variation_is_refused() -> None:
    """Three sites cannot vary as if all pairs were at one of them: one line says so."""
    line = r"^clusters: size_variation 1.5 must be at most 1.34 with 3 sites; [^\n]*$"
    with pytest.raises(StudyError, match=line):
        site_sequence(accrual(sites=3, size_variation=1.5), 6)


def test_nobody_can_write_to_a_sequence() -> None:
    """A sequence that is kept for the next who asks cannot be changed."""
    found = site_sequence(accrual(), 12)
    with pytest.raises(ValueError, match="read-only"):
        found[0] = 5


@pytest.mark.parametrize(
    ("order", "per_site", "ratio", "expected"),
    [
        ("round_robin", 10, (6, 5), True),
        ("in_turn", 6, (6, 5), False),
        ("in_turn", 5, (6, 5), True),
        ("round_robin", 10, (1, 1), False),
    ],
)
def test_mentees_shared_across_sites(
    order: str, per_site: int, ratio: tuple[int, int], *, expected: bool
) -> None:
    """Mentors 5 and 6, 11 and 12 and so on share a mentee; it is seen whether they share a site."""
    stated = accrual(accrual=order, per_site=per_site)
    model = ClusterModel((), stated, FIRST, ratio)
    assert model.shared_across_sites(5) is False
    assert model.shared_across_sites(30) is expected


WARDS = (3, 4, 4, 5, 5, 6, 6, 7)


@pytest.mark.parametrize("wards", [WARDS, (1, 1), (1, 999), (7, 1, 1, 1, 30), tuple(range(1, 90))])
@pytest.mark.parametrize("order", ["round_robin", "in_turn"])
def test_listed_sites_have_their_sizes(order: str, wards: tuple[int, ...]) -> None:
    """As many pairs as the list sums to fill just these sites, in any order of accrual."""
    stated, whole = accrual(accrual=order, sizes=wards), sum(wards)
    longest = site_sequence(stated, 3 * whole)
    for pairs in {1, 2, whole // 2 + 1, whole - 1, whole, whole + 1}:
        assert np.array_equal(site_sequence(stated, pairs), longest[:pairs])
    assert np.bincount(longest[:whole]).tolist() == list(wards)
    larger = np.array(wards) * 3 if order == "round_robin" else np.tile(wards, 3)
    assert np.bincount(longest).tolist() == larger.tolist()


def test_listed_sites_that_take_turns_stay_near_their_shares() -> None:
    """At every size a site has less than a pair more than its share; beyond the list as well."""
    found = site_sequence(accrual(sizes=WARDS), 200)
    counts = np.cumsum(found[:, None] == np.arange(8), axis=0)
    due = np.arange(1, 201)[:, None] * np.array(WARDS) / 40
    assert (counts - due < 1).all()
    assert np.abs(counts - due).max() < 1.5


def test_listed_sites_filled_in_turn_are_others_when_the_list_comes_again() -> None:
    """The ninth ward is of the first one's size, and not the first one."""
    found = site_sequence(accrual(accrual="in_turn", sizes=WARDS), 43)
    assert found[:4].tolist() == [0, 0, 0, 1]
    assert found[-4:].tolist() == [7, 8, 8, 8]


def test_relative_sizes_are_those_listed() -> None:
    """Their mean is 1 and their coefficient of variation that of the list, worked out by hand."""
    relative = relative_sizes(accrual(sizes=WARDS))
    assert relative.mean() == pytest.approx(1)
    # squared distances from 5: 4 1 1 0 0 1 1 4, 1.5 on average
    assert relative.std() == pytest.approx(1.5**0.5 / 5)


@pytest.mark.parametrize(
    ("ratio", "first", "second"),
    [
        ((1, 1), (3, 5, 5, 7), (4, 4, 6, 6)),
        ((3, 1), (3, 4, 5, 6, 6, 7), (4, 5)),
        ((7, 1), (3, 4, 5, 5, 6, 6, 7), (4,)),
        ((8, 1), WARDS, ()),
    ],
)
def test_listed_sites_are_shared_between_arms(
    ratio: tuple[int, int], first: tuple[int, ...], second: tuple[int, ...]
) -> None:
    """Every site is in one arm, as many in each as the ratio says, their people near to it."""
    assert sizes_of_arms(WARDS, ratio) == (first, second)
    assert sorted(first + second) == list(WARDS)
