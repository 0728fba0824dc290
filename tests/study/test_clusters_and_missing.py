"""What cannot be had of clusters and missing answers is refused in one clear line."""

import pytest

from sim import compose_study
from sim.errors import StudyError
from sim.jobs.plan import check

LATENT = "clusters=sites clusters.site.stated_as=latent"
LINES = {
    "clusters=wards": "clusters: 'wards' must be one of none, sites",
    "clusters=nulll": "clusters: 'nulll' must be one of none, sites; did you mean 'none'?",
    "clusters.kind=wards": (
        "clusters.kind: 'wards' must be a section with fields of its own: stated_as, icc,"
        " shared_icc, accrual, sites, per_site, sizes, size_variation"
    ),
    "missing.kind=lost": "missing.kind: 'lost' must be one of mcar, mar, mnar",
    "clusters=sites clusters.site.icc=1": "clusters.site.icc: 1 must be at least 0 and below 1",
    "clusters=sites clusters.site.sites=1": "clusters.site.sites: 1 must be from 2 to 5000",
    "missing=mar missing.slope=6": "missing.slope: 6 must be from -5 to 5",
    "missing.item_rate=1": "missing.item_rate: 1 must be from 0 to 0.9 (or a percent, with its %)",
    "missing.rate=0.95": "missing.rate: 0.95 must be from 0 to 0.9 (or a percent, with its %)",
    "missing.rates=0.2": "missing.rates: unknown field; did you mean 'rate'?",
    "clusters=sites analysis.test=cluster_mean_t analysis.zeros=pratt": (
        "analysis.zeros: 'pratt' does not apply to analysis.test=cluster_mean_t; use wilcox"
    ),
    "clusters=sites analysis.test=cluster_mean_t analysis.p_value=mid_p": (
        "analysis.p_value: 'mid_p' is offered for analysis.test=sign or mcnemar only, not"
        " cluster_mean_t"
    ),
    "clusters=sites analysis.test=clustered_signed_rank analysis.continuity=true": (
        "analysis.continuity: true applies to analysis.test=signed_rank, mcnemar or mann_whitney"
        " with an asymptotic p-value only"
    ),
    "clusters=sites clusters.site.sites=3 clusters.site.size_variation=1.5": (
        "clusters: size_variation 1.5 must be at most 1.34 with 3 sites; state fewer differences"
        " or more sites"
    ),
    "clusters=sites clusters.site.sizes=[4]": "clusters.site.sizes: [4] must name at least 2",
    "clusters=sites clusters.site.sizes=[4,0]": (
        "clusters.site.sizes[1]: 0 must be from 1 to 100000"
    ),
    "clusters=sites clusters.site.sizes=[4,8] clusters.site.size_variation=0.5": (
        "clusters.site.size_variation: 0.5 cannot be had where clusters.site.sizes lists every"
        " site's size; use 0, or sizes=null"
    ),
    "clusters=sites clusters.site.sizes=[4,7] control=parallel analysis.test=mann_whitney": (
        "clusters.site.sizes[1]: 7 must be a multiple of 2, whole blocks of control.ratio"
    ),
    "clusters=sites clusters.site.sizes=[4,7] control=parallel control.unit=site"
    " control.ratio=[5,1] analysis.test=mann_whitney": (
        "clusters.site.sizes: 2 are too few to be allocated 5:1 to two arms; at least 6"
    ),
    f"{LATENT} clusters.site.icc=0.7 clusters.site.shared_icc=0.7": (
        "clusters: the intraclass correlations leave too little for the correlation of before and"
        " after; lower icc or shared_icc, or bring correlation.pre_post nearer to 0"
    ),
    "clusters=sites correlation.pre_post=1.0": (
        "clusters: icc 0.05 of the observed change cannot be had; at most 0.000 with these"
        " answers and correlation.pre_post"
    ),
    "engine=exact clusters=sites": (
        "engine: exact cannot answer: participants are correlated within clusters; use engine=auto"
    ),
}


@pytest.mark.parametrize("words", LINES)
def test_the_exact_line(words: str) -> None:
    """A study that cannot be is refused in the stated words."""
    with pytest.raises(StudyError) as refusal:
        check(compose_study(words.split()))
    assert str(refusal.value) == LINES[words]


@pytest.mark.parametrize(
    "words",
    [
        f"{LATENT} clusters.site.icc=0.4 clusters.site.shared_icc=0.4",
        "clusters=sites clusters.site.sites=3 clusters.site.size_variation=1.3",
        "clusters=sites clusters.site.size_variation=2 analysis.test=clustered_signed_rank",
        "missing.rate=0.2",
        "missing=mcar missing.rate=0.9 missing.item_rate=0.9",
        "missing=mnar missing.rate=0.9 missing.slope=-5",
        "missing=mnar design.n=30 design.solve=effect",
    ],
)
def test_what_just_can_be(words: str) -> None:
    """Studies short of a limit are accepted."""
    check(compose_study(words.split()))
