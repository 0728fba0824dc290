"""Every published case is tested, or says with which feature it comes."""

from pathlib import Path

import pytest
from oracles.cases import CASES

COVERED = {
    "SR02-AIDS-zeros": "test_signed_rank_cases.py",
    "SR05-likert9-three-zero-methods": "test_signed_rank_cases.py",
    "SR06-R-sixpairs-cc": "test_signed_rank_cases.py",
    "SR09-exact-notes": "test_signed_rank_cases.py",
    "SR12-extreme-ties": "test_signed_rank_cases.py",
    "SR13-tiny-pratt": "test_signed_rank_cases.py",
    "ST01-AIDS-sign": "test_signed_rank_cases.py",
    "PM01-AIDS-signflip": "test_signed_rank_cases.py",
    "MT01-Mediana3": "test_adjust_cases.py",
    "MT04-six": "test_adjust_cases.py",
    "MT05-seven-domain": "test_adjust_cases.py",
    "ME07-k-of-7-independent": "test_adjust_cases.py",
    "ME08-exchangeable-k-of-7": "test_adjust_cases.py",
    "PW01-pwr-paired": "test_power_cases.py",
    "PW02-onesample-d0.5": "test_power_cases.py",
    "PW11-MKpower-WSR": "test_power_cases.py",
    "PW23-GPower-McNemar": "test_power_cases.py",
    "PW30-pwrss-McNemar-exact": "test_power_cases.py",
    "RF03-WSR-n-for-80": "test_power_cases.py",
    "EX01-n12-5cat": "test_power_cases.py",
    "EX03-n20-3cat": "test_power_cases.py",
    "EX05-latent-5x5-n8": "test_power_cases.py",
    "GE01-GenOrd-contord": "test_generation_cases.py",
    "GE10-5point-attenuation": "test_generation_cases.py",
    "PR03-binomial-CIs": "test_generation_cases.py",
}
NOT_YET = {
    "MC01-Agresti-PM": "comes with McNemar's test at a stated cut",
    "MC02-Cavo": "comes with McNemar's test at a stated cut",
    "PW20-signtest-size": "a formula for the size; comes with exact sizes of the sign test",
    "WY03-signflip-maxT-7dom-exact": "comes with Westfall-Young",
    "PO02-Hmisc-popower": "comes with the control arm",
    "MW01-Noether": "comes with the control arm",
    "MW02-Happ-Bathke-Brunner": "comes with the control arm",
    "GE02-GenOrd-ordcont-uniform": "comes with correlations stated as observed",
    "GE04-GenOrd-4cat": "comes with correlations stated as observed",
    "GE05-GenOrd-corrcheck": "comes with correlations stated as observed",
    "CL03-clusterPower-16x10": "comes with clusters",
    "AS01-singlearm-spreadsheet": "comes with assurance",
    "AS05-OHagan-formula": "comes with assurance",
    "SM01-retrodesign-beauty": "comes with type S and type M errors",
    "SM04-typeM-at-power": "comes with type S and type M errors",
    "PR01-Stata-ciwidth-onemean": "comes with sizes for a precision",
    "DR01-dropout-inflation": "comes with missing answers",
}


def test_no_case_is_forgotten() -> None:
    """Each case is either covered or waits for a named feature, never both."""
    assert COVERED.keys() | NOT_YET.keys() == CASES.keys()
    assert not COVERED.keys() & NOT_YET.keys()


@pytest.mark.parametrize("case", COVERED)
def test_covering_file_names_the_case(case: str) -> None:
    """The file said to cover a case speaks of it."""
    assert case in (Path(__file__).parent / COVERED[case]).read_text(encoding="utf-8")
