"""A pack: many histories in one source, a folder each, and commands that run once for all of them."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Self

from verify.checks import FindingsError
from verify.lab.client.results import VerifyResult
from verify.lab.lab import Chain, Lab, Point, Restored, Taking
from verify.lab.packs.member import MemberListing, MemberPoint, MemberVerified
from verify.trees import Inventory, Tree, plan_side_by_side

Answers = dict[int, Any]

# Only members' folders have such a name. A hostile path may contain anything, even a line like duplicity's own.
_DIFFERS = re.compile(
    r"^Difference found: (?:New file|File|Data for file|Symlink|Device file) (m\d{5})(?=[/ \n]|$)", re.MULTILINE
)
_DIFFERS_AT_ROOT = re.compile(r"^Difference found: File \. has ", re.MULTILINE)


def name_of(number: int) -> str:
    """Given the number of a history in its pack, return its folder's name."""
    return f"m{number:05}"


class HistoryPack:
    """Answers the requests of the histories of one pack, in a lab. Removes all that it made.

    `failed` holds the output of commands that failed for several histories: which one made them fail is not known.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.failed: list[str] = []
        self._chains: dict[tuple[int, bool, bool], Chain] = {}
        self._answers: Mapping[str, Callable[..., Answers]] = {
            "fill": self._fill,
            "observe": self._observe,
            "once": self._once,
            "take": self._take,
            "restore": self._restore,
            "listing": self._listing,
            "verify": self._verify,
        }

    def __enter__(self) -> Self:
        self.lab.source_host.materialise(self.lab.source, Tree({}))
        return self

    def __exit__(self, *_: object) -> None:
        for chain in self._chains.values():
            chain.destination.empty()
        self.lab.forget_archives()

    def chain(self, number: int, *, encrypted: bool, selection: bool) -> Chain:
        """Return the chain that is each history's `number`-th."""
        key = (number, encrypted, selection)
        if key not in self._chains:
            self._chains[key] = self.lab.new_chain(encrypted=encrypted, selection=selection, archive=True)
        return self._chains[key]

    def serve(self, command: str, shared: tuple[Any, ...], asked: Mapping[int, Any]) -> Answers:
        """Given a command and the histories that asked for it, run it once; return an answer for each."""
        return self._answers[command](*shared, asked)

    def _fill(self, asked: Mapping[int, Any]) -> Answers:
        wanted = {name_of(number).encode(): trees for number, trees in asked.items()}
        refused: Answers = {number: [] for number in asked}
        for path, what, error in self.lab.fill(plan_side_by_side(wanted)):
            name, _, inside = path.partition(b"/")
            refused[int(name[1:])].append((inside, what, error))
        return refused

    def _observe(self, asked: Mapping[int, Any]) -> Answers:
        return self._each(self.lab.observe_source(), asked)

    def _once(self, work: Callable[..., Any], chain: Chain, arguments: Any, asked: Mapping[int, Any]) -> Answers:
        try:
            return dict.fromkeys(asked, self.lab.once(work, chain, *arguments))
        except FindingsError as error:
            return self._all_failed(error, asked)

    def _take(self, chain: Chain, how: Taking | None, asked: Mapping[int, Any]) -> Answers:
        try:
            point = self.lab.take_point(chain, how)
        except FindingsError as error:
            return self._all_failed(error, asked)
        inventories = self._each(point.inventory, asked)
        self.lab.statistics["points"] += len(asked) - 1
        return {
            number: MemberPoint(own, len(own.points), point.time, inventories[number], point.result, shared=point)
            for number, own in asked.items()
        }

    def _all_failed(self, error: FindingsError, asked: Mapping[int, Any]) -> Answers:
        self._note(str(error), asked)
        return {number: FindingsError(error.findings) for number in asked}

    def _note(self, what: str, asked: Mapping[int, Any]) -> None:
        if len(asked) > 1:
            self.failed.append(what)

    def _restore(
        self, point: Point, new_machine: bool, passphrase: Any, inside: Any, asked: Mapping[int, Any]
    ) -> Answers:
        path = f"{inside[0]}/".encode() + inside[1] if inside else b""
        restored = self.lab.restore(point, path, new_machine=new_machine, passphrase=passphrase)
        self.lab.statistics["restores"] += len(asked) - 1
        if not restored.result.ok:
            self._note(restored.result.last_lines, asked)
        parts = dict.fromkeys(asked, restored.inventory) if inside else self._each(restored.inventory, asked)
        return {
            number: Restored(own, path, restored.result, parts[number], restored.release)
            for number, (own, path) in asked.items()
        }

    def _listing(self, point: Point, asked: Mapping[int, Any]) -> Answers:
        result = self.lab.listing(point)
        found: dict[bytes, list[bytes]] = {}
        for path in result.paths:
            name, _, inside = path.partition(b"/")
            found.setdefault(name, []).append(inside)
        plain = vars(result)
        return {n: MemberListing(**plain, own=found.get(name_of(n).encode(), [])) for n in asked}

    def _verify(self, point: Point, asked: Mapping[int, Any]) -> Answers:
        result = self.lab.verify(point)
        differing = _DIFFERS.findall(result.log)
        if result.exit_code > 1 or len(differing) + len(_DIFFERS_AT_ROOT.findall(result.log)) != result.differences:
            self._note(result.last_lines, asked)
        return {number: _of_member(result, differing.count(name_of(number))) for number in asked}

    def _each(self, whole: Inventory, asked: Mapping[int, Any]) -> dict[int, Inventory]:
        parts = whole.parts()
        return {number: parts.get(name_of(number).encode(), Inventory.empty()) for number in asked}


def _of_member(result: VerifyResult, differences: int) -> VerifyResult:
    code = result.exit_code if result.exit_code > 1 else int(differences > 0)
    return MemberVerified(**{**vars(result), "exit_code": code}, own=differences)
