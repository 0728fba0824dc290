"""Published cases, and quantities of covered ones, that are not compared yet, and why."""

NOT_YET = {
    "PW20-signtest-size": "a formula that approximates the size; ours is exact, and differs",
}
"""Cases by their id."""

_ESTIMATES = "estimates of one data set are not made here"
_SPLIT = "zeros split between the sides are not offered"
_GIVEN = "taken from the case: designs for a mean are judged here, not searched"
_OTHER = "only Wilson's interval is used"

LEFT_OUT = {
    ("SR02-AIDS-zeros", "HL"): _ESTIMATES,
    ("SR02-AIDS-zeros", "ci95"): _ESTIMATES,
    ("SR05-likert9-three-zero-methods", "zsplit_T"): _SPLIT,
    ("SR05-likert9-three-zero-methods", "zsplit_p"): _SPLIT,
    ("EX01-n12-5cat", "zsplit_asym"): _SPLIT,
    ("EX03-n20-3cat", "zsplit_asym"): _SPLIT,
    ("EX05-latent-5x5-n8", "zsplit_asym"): _SPLIT,
    ("MT04-six", "sidak_sd"): "the step-down procedure is not offered",
    ("ME07-k-of-7-independent", "expected_rejections"): "seven times the stated marginal power",
    ("PR03-binomial-CIs", "exact"): _OTHER,
    ("PR03-binomial-CIs", "wald"): _OTHER,
    ("PW01-pwr-paired", "n_for_80"): "a size between whole ones; tests interpolate it",
    ("RF03-WSR-n-for-80", "n"): "takes millions of runs; `pytest -m long` does them",
    ("PC01-Lewis2021-case", "n_printed"): "the paper's, made even",
    ("PC03-Lewis-abstract", "n_printed"): "the paper's, made even",
    ("PC06-tout-continuous-snapshot", "n"): _GIVEN,
    ("PC06-tout-continuous-snapshot", "thresholds_z"): _GIVEN,
}
"""Quantities by case and name."""
