"""What the justification cites."""

from __future__ import annotations

REFERENCES = {
    "Benjamini 1995": "Benjamini Y, Hochberg Y. Controlling the false discovery rate: a practical "
    "and powerful approach to multiple testing. J R Stat Soc B 1995;57(1):289-300.",
    "Benjamini 2001": "Benjamini Y, Yekutieli D. The control of the false discovery rate in "
    "multiple testing under dependency. Ann Stat 2001;29(4):1165-1188.",
    "Bretz 2009": "Bretz F, Maurer W, Brannath W, Posch M. A graphical approach to sequentially "
    "rejective multiple test procedures. Stat Med 2009;28(4):586-604.",
    "Browne 1995": "Browne RH. On the use of a pilot sample for sample size determination. "
    "Stat Med 1995;14(17):1933-1940.",
    "Chan 2025": "Chan A-W, Boutron I, Hopewell S, et al. SPIRIT 2025 statement: updated guideline "
    "for protocols of randomised trials. BMJ 2025;389:e081477.",
    "Chernick 2002": "Chernick MR, Liu CY. The saw-toothed behavior of power versus sample size "
    "and software solutions: single binomial proportion using exact methods. "
    "Am Stat 2002;56(2):149-155.",
    "Cook 2018": "Cook JA, Julious SA, Sones W, et al. DELTA2 guidance on choosing the target "
    "difference and undertaking and reporting the sample size calculation for a randomised "
    "controlled trial. BMJ 2018;363:k3750.",
    "Dixon 1946": "Dixon WJ, Mood AM. The statistical sign test. "
    "J Am Stat Assoc 1946;41(236):557-566.",
    "Donner 2000": "Donner A, Klar N. Design and analysis of cluster randomization trials in "
    "health research. London: Arnold; 2000.",
    "Dunn 1961": "Dunn OJ. Multiple comparisons among means. J Am Stat Assoc 1961;56(293):52-64.",
    "Fisher 1935": "Fisher RA. The design of experiments. Edinburgh: Oliver and Boyd; 1935.",
    "Hochberg 1988": "Hochberg Y. A sharper Bonferroni procedure for multiple tests of "
    "significance. Biometrika 1988;75(4):800-802.",
    "Holm 1979": "Holm S. A simple sequentially rejective multiple test procedure. "
    "Scand J Stat 1979;6(2):65-70.",
    "Hommel 1988": "Hommel G. A stagewise rejective multiple test procedure based on a modified "
    "Bonferroni test. Biometrika 1988;75(2):383-386.",
    "Hopewell 2025": "Hopewell S, Chan A-W, Collins GS, et al. CONSORT 2025 statement: updated "
    "guideline for reporting randomised trials. BMJ 2025;389:e081123.",
    "Julious 2006": "Julious SA, Owen RJ. Sample size calculations for clinical studies allowing "
    "for uncertainty about the variance. Pharm Stat 2006;5(1):29-37.",
    "Lipsitz 1994": "Lipsitz SR, Kim K, Zhao L. Analysis of repeated categorical data using "
    "generalized estimating equations. Stat Med 1994;13(11):1149-1163.",
    "Mann 1947": "Mann HB, Whitney DR. On a test of whether one of two random variables is "
    "stochastically larger than the other. Ann Math Stat 1947;18(1):50-60.",
    "Maurer 1995": "Maurer W, Hothorn LA, Lehmacher W. Multiple comparisons in drug clinical "
    "trials and preclinical assays: a-priori ordered hypotheses. In: Vollmar J, ed. Biometrie in "
    "der chemisch-pharmazeutischen Industrie. Vol 6. Stuttgart: Fischer; 1995:3-18.",
    "McNemar 1947": "McNemar Q. Note on the sampling error of the difference between correlated "
    "proportions or percentages. Psychometrika 1947;12(2):153-157.",
    "Morris 2019": "Morris TP, White IR, Crowther MJ. Using simulation studies to evaluate "
    "statistical methods. Stat Med 2019;38(11):2074-2102.",
    "O'Hagan 2005": "O'Hagan A, Stevens JW, Campbell MJ. Assurance in clinical trial design. "
    "Pharm Stat 2005;4(3):187-201.",
    "Pratt 1959": "Pratt JW. Remarks on zeros and ties in the Wilcoxon signed rank procedures. "
    "J Am Stat Assoc 1959;54(287):655-667.",
    "Rosner 2006": "Rosner B, Glynn RJ, Lee M-LT. The Wilcoxon signed rank test for paired "
    "comparisons of clustered data. Biometrics 2006;62(1):185-192.",
    "Streitberg 1986": "Streitberg B, Röhmel J. Exact distributions for permutations and rank "
    "tests: an introduction to some recently published algorithms. "
    "Stat Softw Newsl 1986;12(1):10-17.",
    "Sarkar 1998": "Sarkar SK. Some probability inequalities for ordered MTP2 random variables: a "
    "proof of the Simes conjecture. Ann Stat 1998;26(2):494-504.",
    "Student 1908": "Student. The probable error of a mean. Biometrika 1908;6(1):1-25.",
    "Vickers 2001": "Vickers AJ, Altman DG. Analysing controlled trials with baseline and follow "
    "up measurements. BMJ 2001;323(7321):1123-1124.",
    "Westfall 1993": "Westfall PH, Young SS. Resampling-based multiple testing: examples and "
    "methods for p-value adjustment. New York: Wiley; 1993.",
    "Wilcoxon 1945": "Wilcoxon F. Individual comparisons by ranking methods. "
    "Biometrics Bull 1945;1(6):80-83.",
    "Wilson 1927": "Wilson EB. Probable inference, the law of succession, and statistical "
    "inference. J Am Stat Assoc 1927;22(158):209-212.",
    "Šidák 1967": "Šidák Z. Rectangular confidence regions for the means of multivariate normal "
    "distributions. J Am Stat Assoc 1967;62(318):626-633.",
}
"""References by the name under which the text cites them."""
