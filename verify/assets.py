"""Where the suite, the sample job and the image recipes lie: in the checkout, or shipped in the package."""

from pathlib import Path

from verify.errors import CannotRunError

PACKAGE = Path(__file__).resolve().parent
ROOTS = (PACKAGE / "_shipped", PACKAGE.parent)  # the wheel's place, the checkout


def asset(path: str) -> Path:
    """Given a path inside the checkout, return where it is on this machine. Raise `CannotRunError` if nowhere."""
    for root in ROOTS:
        if (root / path).exists():
            return root / path
    raise CannotRunError(f"{path} is missing from this installation of duplicity-verify: install it again")


def suite() -> Path:
    """Return the folder of the verification suite."""
    return asset("tests/suite")


def tests(name: str) -> Path:
    """Given a folder of tests that a command runs, such as "selection", return it."""
    return asset(f"tests/{name}")


def sample_env() -> Path:
    """Return the env file of the sample job."""
    return asset("fixtures/recipe/duplicity.env")


def sample_stack() -> Path:
    """Return the stack file of the sample job."""
    return asset("fixtures/recipe/stack.yml")
