"""How much Hypothesis draws: the profiles `smoke`, `default` and `nightly`.

`smoke` besides runs only what is of the job itself (see `verify.plugin.proving`): what fits in a minute. Its
examples are those of a test of the release that somebody names with `-k`.

They are our own because Hypothesis, where it sees a CI server, loads a profile that derandomizes
and drops its database: the nightly job would draw the same examples every night and forget what it
found. Examples are few because each costs a cycle in the lab; a test that is pure sets its own
`max_examples`.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from verify.lab.client.variants import Place

EXAMPLES = {"smoke": 3, "default": 10, "nightly": 200}
PACKED = {"smoke": 40, "default": 300, "nightly": 55_000}  # of tests whose examples share cycles, see verify.lab.packs


def load_profile(name: str, home: Path | None) -> None:
    """Given a profile's name and the folder for Hypothesis's files, make the profile the default.

    Without a folder Hypothesis keeps its own, `.hypothesis`; where the environment names one, that
    one wins. Call it before a module with `@given` is imported: a test takes its settings then.
    """
    from hypothesis import configuration, settings  # noqa: PLC0415 - 0.3 s that other pytest runs need not pay

    if home and "HYPOTHESIS_STORAGE_DIRECTORY" not in os.environ:
        configuration.set_hypothesis_home_dir(home)
    register_profiles(home)
    settings.load_profile(name)


def register_profiles(home: Path | None) -> None:
    """Given the folder for Hypothesis's files, register the profiles."""
    from hypothesis import HealthCheck, Phase, settings  # noqa: PLC0415 - as above
    from hypothesis.database import DirectoryBasedExampleDatabase  # noqa: PLC0415 - as above

    folder = Path(os.environ.get("HYPOTHESIS_STORAGE_DIRECTORY") or home or ".hypothesis")
    found_again = (Phase.explicit, Phase.reuse, Phase.generate)
    for name, examples in EXAMPLES.items():
        settings.register_profile(
            name,
            max_examples=examples,
            database=DirectoryBasedExampleDatabase(folder / "examples"),
            derandomize=False,
            print_blob=True,
            report_multiple_bugs=False,  # each further bug is shrunk too, at a cycle a step
            deadline=None,  # a cycle takes as long as the machine needs
            # explain would run hundreds of cycles more for a comment; smoke wants to be over
            phases=found_again if name == "smoke" else (*found_again, Phase.target, Phase.shrink),
            suppress_health_check=[
                HealthCheck.too_slow,  # servers and files are
                HealthCheck.data_too_large,  # trees are
                HealthCheck.function_scoped_fixture,  # a test's own scratch is meant to be shared by its examples
                HealthCheck.differing_executors,  # parametrized tests run in several workers
            ],
        )


def place_of(item: "pytest.Item") -> "Place":
    """Return where a test backs up to.

    What is of the job goes to a destination of the job's own kind; what is of the release to S3, or by day, where it
    makes no difference, to a folder: S3 makes a command twice as long.
    """
    if item.get_closest_marker("of_the_release") is None:
        return "own"
    nightly = item.config.getoption("profile") == "nightly"
    return "folder" if item.get_closest_marker("in_a_folder") is not None and not nightly else "store"
