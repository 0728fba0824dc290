"""A constructed pilot, scored by every test: which of them print the published p?"""

from sim.inference.paired_t import paired_t
from sim.inference.sign import sign_test
from sim.inference.signed_rank import signed_rank
from sim.report.results.answer import PilotScore
from sim.study import Study


def score_example(study: Study) -> tuple[PilotScore, ...]:
    """Score the pilot's constructed example where the report asks for it.

    Parameters
    ----------
    study : Study
        The study with its pilot.

    Returns
    -------
    tuple of PilotScore
        One per test, two-sided; empty where not wanted.
    """
    if not study.report.pilot_example or study.pilot is None or study.pilot.example is None:
        return ()
    changes = list(study.pilot.example.changes)
    published = study.pilot.example.published_p
    scored = {
        "signed-rank, exact": signed_rank(changes, p_value="exact"),
        "signed-rank, normal approximation": signed_rank(changes, p_value="asymptotic"),
        "signed-rank, normal, continuity-corrected": signed_rank(
            changes, p_value="asymptotic", continuity=True
        ),
        "signed-rank (Pratt), exact": signed_rank(changes, zeros="pratt", p_value="exact"),
        "signed-rank (Pratt), normal approximation": signed_rank(
            changes, zeros="pratt", p_value="asymptotic"
        ),
        "sign, exact": sign_test(changes),
        "paired t": paired_t(changes),
    }
    decimals = len(published.partition(".")[2])
    return tuple(
        PilotScore(test, float(result.pvalue), f"{result.pvalue:.{decimals}f}" == published)
        for test, result in scored.items()
    )
