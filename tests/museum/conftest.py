"""The museum runs by night: it drives some forty releases."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
WHY = "the museum installs and runs forty releases: give --profile nightly"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what drives releases, unless it is night; it is counted, and says why."""
    if config.getoption("profile") == "nightly":
        return
    for item in items:
        if item.path.parent == HERE and "drives_releases" in item.keywords:
            item.add_marker(pytest.mark.skip(reason=WHY))
