"""Every published case is tested, or says with which feature it comes."""

import sys
from importlib import import_module
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
    "MC01-Agresti-PM": "test_mcnemar_cases.py",
    "MC02-Cavo": "test_mcnemar_cases.py",
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
    "GE02-GenOrd-ordcont-uniform": "test_correlation_cases.py",
    "GE04-GenOrd-4cat": "test_correlation_cases.py",
    "GE05-GenOrd-corrcheck": "test_correlation_cases.py",
    "WY03-signflip-maxT-7dom-exact": "test_signed_rank_cases.py",
    "SM01-retrodesign-beauty": "test_document.py",
    "SM04-typeM-at-power": "test_document.py",
    "PR01-Stata-ciwidth-onemean": "test_document.py",
    "AS01-singlearm-spreadsheet": "test_assurance_cases.py",
    "AS05-OHagan-formula": "test_assurance_cases.py",
    "CL03-clusterPower-16x10": "test_trial_cases.py",
    "DR01-dropout-inflation": "test_trial_cases.py",
    "PO02-Hmisc-popower": "test_two_arm_cases.py",
    "MW01-Noether": "test_two_arm_cases.py",
    "MW02-Happ-Bathke-Brunner": "test_two_arm_cases.py",
    "ST01-Simon-optimal-0.05-0.25": "test_document.py",
    "ST03-Simon-optimal-0.1-0.3": "test_document.py",
    "ST05-Simon-optimal-0.2-0.4": "test_document.py",
    "ST07-Simon-optimal-0.3-0.5": "test_document.py",
    "BX01-East-nBinomial1Sample": "test_document.py",
    "PC07-Whitehead-stepped": "test_document.py",
    "PC01-Lewis2021-case": "test_document.py",
    "PC03-Lewis-abstract": "test_document.py",
    "PC04-tout-binary": "test_document.py",
    "PC06-tout-continuous-snapshot": "test_document.py",
}
sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts"))  # shadows nothing
NOT_YET = import_module("published.waiting").NOT_YET


def test_no_case_is_forgotten() -> None:
    """Each case is either covered or waits for a named feature, never both."""
    assert COVERED.keys() | NOT_YET.keys() == CASES.keys()
    assert not COVERED.keys() & NOT_YET.keys()


@pytest.mark.parametrize("case", COVERED)
def test_covering_file_names_the_case(case: str) -> None:
    """The file said to cover a case speaks of it."""
    assert case in (Path(__file__).parent / COVERED[case]).read_text(encoding="utf-8")
