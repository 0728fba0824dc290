"""What the justification cites."""

from __future__ import annotations

from sim.study import methods

REFERENCES = dict(sorted({
    **methods.REFERENCES,
    "Browne 1995": "Browne RH. On the use of a pilot sample for sample size determination. Stat "
    "Med 1995;14(17):1933-1940.",
    "Chan 2025": "Chan A-W, Boutron I, Hopewell S, et al. SPIRIT 2025 statement: updated "
    "guideline for protocols of randomised trials. BMJ 2025;389:e081477.",
    "Chernick 2002": "Chernick MR, Liu CY. The saw-toothed behavior of power versus sample size "
    "and software solutions: single binomial proportion using exact methods. Am Stat "
    "2002;56(2):149-155.",
    "Cook 2018": "Cook JA, Julious SA, Sones W, et al. DELTA2 guidance on choosing the target "
    "difference and undertaking and reporting the sample size calculation for a randomised "
    "controlled trial. BMJ 2018;363:k3750.",
    "Hopewell 2025": "Hopewell S, Chan A-W, Collins GS, et al. CONSORT 2025 statement: updated "
    "guideline for reporting randomised trials. BMJ 2025;389:e081123.",
    "Julious 2006": "Julious SA, Owen RJ. Sample size calculations for clinical studies allowing "
    "for uncertainty about the variance. Pharm Stat 2006;5(1):29-37.",
    "Morris 2019": "Morris TP, White IR, Crowther MJ. Using simulation studies to evaluate "
    "statistical methods. Stat Med 2019;38(11):2074-2102.",
    "O'Hagan 2005": "O'Hagan A, Stevens JW, Campbell MJ. Assurance in clinical trial design. "
    "Pharm Stat 2005;4(3):187-201.",
    "Pratt 1959": "Pratt JW. Remarks on zeros and ties in the Wilcoxon signed rank procedures. J "
    "Am Stat Assoc 1959;54(287):655-667.",
    "Wilson 1927": "Wilson EB. Probable inference, the law of succession, and statistical "
    "inference. J Am Stat Assoc 1927;22(158):209-212.",
}.items()))  # fmt: skip
"""References by the name under which the text cites them."""
