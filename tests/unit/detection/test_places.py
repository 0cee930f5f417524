import pytest

from verify.checks import CATALOGUE
from verify.detection.deciding_folders import folder_of


@pytest.mark.parametrize(
    ("check", "name"), [("content", "suite"), ("must-include", "selection"), ("paths-kept", "regression")]
)
def test_a_check_is_decided_in_a_folder_of_tests(check: str, name: str) -> None:
    assert check in CATALOGUE
    folder = folder_of(check)
    assert folder
    assert folder.name == name


def test_what_no_test_decides_is_nowhere() -> None:
    assert folder_of("no-such-check") is None
