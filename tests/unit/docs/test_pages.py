"""The README and the docs hold together: links lead somewhere, commands are ones that can be typed, checks exist."""

import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from verify.checks import CATALOGUE
from verify.cli import COMMANDS, MAIN

CHECKOUT = Path(__file__).parents[3]
README = CHECKOUT / "README.md"
DOCS = sorted((CHECKOUT / "docs").glob("*.md"))
PAGES = [README, *(CHECKOUT / name for name in ("ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")), *DOCS]
GENERATED = {"detection.md", "museum.md"}  # by ci/figures.py: what pytest calls a test may look like a link there
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"(?<=^```sh\n).*?(?=^```)", re.MULTILINE | re.DOTALL)
QUOTED_CHECK = re.compile(r"^(?: *✗|[✓○]) ([a-z-]+)(?= +\d| duplicity|$)", re.MULTILINE)  # of a run, or of a finding


def name_of(page: Path) -> str:
    return str(page.relative_to(CHECKOUT))


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def links_of(page: Path) -> list[str]:
    """The relative links of a page."""
    return [link for link in LINK.findall(FENCED.sub("", text_of(page))) if "://" not in link]


def anchors_of(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and GitLab make them."""
    headings = re.findall(r"^#+ (.*)$", FENCED.sub("", text_of(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", [page for page in PAGES if page.name not in GENERATED], ids=name_of)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for link in links_of(page):
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), link
        assert not anchor or anchor in anchors_of(target), link


def test_the_readme_leads_to_every_page() -> None:
    reached, new = {README}, [README]
    while new:
        links = {link.partition("#")[0] for link in links_of(page) if link} if (page := new.pop()) else set()
        found = {(page.parent / link).resolve() for link in links if link.endswith(".md")} - reached
        reached |= found
        new += sorted(found)
    assert [name_of(page) for page in DOCS if page not in reached] == []


def test_the_readme_is_short() -> None:
    assert len(text_of(README).splitlines()) <= 130


def test_quoted_lines_are_of_checks_that_exist() -> None:
    quoted = {check for page in PAGES for check in QUOTED_CHECK.findall(text_of(page))}
    assert quoted >= {"chain-complete"}
    assert quoted <= set(CATALOGUE)


def typed_in(page: Path) -> Iterator[list[str]]:
    """The words of each `duplicity-verify …` in a page's shell blocks."""
    for line in "".join(SHELL.findall(text_of(page))).splitlines():
        before, command, rest = line.partition("duplicity-verify")
        if command and not before.endswith("/"):
            yield shlex.split(rest, comments=True)


TYPED = [(name_of(page), words) for page in PAGES for words in typed_in(page)]


@pytest.mark.parametrize("words", [words for _, words in TYPED], ids=[f"{name}: {words}" for name, words in TYPED])
def test_every_command_can_be_typed_as_it_is_shown(words: list[str]) -> None:
    name = words[0] if words[:1] and words[0] in COMMANDS else MAIN
    made = import_module(f"verify.commands.{name}").parser()
    _, unknown = made.parse_known_args(words[name != MAIN :])  # exits where a value is none
    assert unknown == []


def test_commands_are_shown() -> None:
    assert {name for name, _ in TYPED} >= {"README.md", "docs/lab.md", "docs/drill.md", "docs/config-change.md"}
