"""`duplicity-verify detect`: which deliberate defects the suite catches, by which check, in how many seconds."""

import argparse
import difflib
import fnmatch
import os
import platform
import shutil
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from verify.commands.parsers import Parser
from verify.commands.ready import told_on
from verify.errors import CannotRunError
from verify.options import LAB, PROFILES, RUN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from verify.detection.catalogue import Saboteur
    from verify.detection.detection import Detection
    from verify.detection.injection import Bench
    from verify.detection.result import Null

EXAMPLES = """examples:
  duplicity-verify detect                    every saboteur, and the table of who caught it
  duplicity-verify detect --everyday         one of each check, and of each kind: what every change has to stand
  duplicity-verify detect -k 'overlook-*'    some saboteurs; -k may be repeated
  duplicity-verify detect --list             their names, families and checks; nothing is run
  duplicity-verify detect --null 0-99        besides, a hundred runs that have nothing to find
  duplicity-verify detect --null 0-999 --only-null --profile smoke
                                             these alone, short ones

Those that need containers run in Docker if available, the others in processes of this machine;
--runtime docker runs all in containers, --runtime embedded none. detect needs a checkout of duplicity-verify:
the saboteurs are no part of the installed package."""
UNREACHED = "the run was ended before it came to this"
TAKEN = ("runtime", "duplicity_release", "profile", "report_dir")


def parser() -> Parser:
    """Return the command's parser."""
    made = Parser(
        "duplicity-verify detect",
        "Verifies the verifier: runs the suite against deliberate defects (saboteurs).",
        EXAMPLES,
    )
    group = made.add_argument_group("the saboteurs")
    group.add_argument("--list", action="store_true", dest="listed", help="list the saboteurs, and run none")
    group.add_argument("--everyday", action="store_true", help="one saboteur of each check, and of each kind")
    group.add_argument(
        "-k", metavar="PATTERN", dest="patterns", action="append", help="those whose names match, as files"
    )
    group.add_argument(
        "--null",
        metavar="FIRST-LAST",
        type=_seeds,
        default=(),
        help="besides, a run against an honest duplicity with each of these seeds, and a job that is drawn with it; of "
        "the default profile, or the smoke profile",
    )
    group.add_argument("--only-null", action="store_true", help="no saboteurs, but the runs of --null")
    workers = os.cpu_count() or 1
    group.add_argument("-n", metavar="WORKERS", dest="workers", type=int, default=workers, help="trials at once")
    made.add_options("the run", (each for each in (*LAB, *RUN) if each.name in TAKEN))
    return made


def run(options: argparse.Namespace) -> int:
    """Try the saboteurs out and write the table; return 0 if each was caught by its check, 1 if not, 2 for errors."""
    from verify.detection.detection import Detection, TrialOutcome  # noqa: PLC0415 - after --help and --version
    from verify.detection.files import write_detection  # noqa: PLC0415 - as above
    from verify.detection.result import DetectionResult  # noqa: PLC0415 - as above
    from verify.report.files import must_be_writable  # noqa: PLC0415 - as above

    begun, folder = time.monotonic(), Path(options.report_dir).absolute()
    chosen = _chosen(options)
    if options.listed:
        return _list(chosen)
    must_be_writable(folder)
    folder.mkdir(parents=True, exist_ok=True)
    trials = folder / "trials"
    shutil.rmtree(trials, ignore_errors=True)
    rows = {each.name: Detection(each, TrialOutcome.NOT_TRIED, reason=UNREACHED).as_json for each in chosen}
    result = DetectionResult([*rows.values()], 0.0, options.workers, _facts(options))
    for detection in _tried(chosen, options, trials):
        rows[detection.saboteur.name] = detection.as_json
        result = replace(result, rows=[*rows.values()], seconds=time.monotonic() - begun)
        write_detection(result, folder)  # of a run that is ended early, the table is of what it came to
    for null in _nulls(options, trials):
        result = replace(result, nulls=[null], seconds=time.monotonic() - begun)
        write_detection(result, folder)
    _say(f"{result.sentence}: {folder / 'detection.md'}")
    return result.exit_code


def _chosen(options: argparse.Namespace) -> "Sequence[Saboteur]":
    from verify.detection.catalogue import one_of_each, saboteurs  # noqa: PLC0415 - after --help and --version

    if options.workers < 1:
        raise CannotRunError("-n takes 1 or more: there is nothing to run otherwise")
    catalogue = saboteurs()
    if options.only_null:
        if not options.null:
            raise CannotRunError("--only-null leaves nothing to run: give --null FIRST-LAST too")
        return []
    if options.everyday:
        catalogue = one_of_each(catalogue)
    patterns = options.patterns or ["*"]
    for pattern in patterns:
        if not any(fnmatch.fnmatch(each.name, pattern) for each in catalogue):
            near = difflib.get_close_matches(pattern, [each.name for each in catalogue], n=1)
            meant = f" (did you mean {near[0]}?)" if near else ""
            raise CannotRunError(f"no saboteur is called {pattern!r}{meant}: detect --list shows their names")
    return [each for each in catalogue if any(fnmatch.fnmatch(each.name, pattern) for pattern in patterns)]


def _list(chosen: "Sequence[Saboteur]") -> int:
    from verify.report.columns import columns  # noqa: PLC0415 - after --help and --version

    for line in columns([("saboteur", "family", "check"), *((each.name, each.family, each.check) for each in chosen)]):
        _say(line)
    return 0


def _tried(chosen: "Sequence[Saboteur]", options: argparse.Namespace, folder: Path) -> "Iterator[Detection]":
    from verify.detection.trials import try_all  # noqa: PLC0415 - after --help and --version
    from verify.report.screen.console import open_console  # noqa: PLC0415 - as above
    from verify.report.screen.live import Live  # noqa: PLC0415 - as above

    bench, console = _bench(options, folder), open_console()
    say = partial(console.print, soft_wrap=True)
    live = Live(console, say, f"trying saboteurs, {options.workers} at once", "saboteurs")
    live.expect(len(chosen))
    live.start()
    try:
        for detection in try_all(chosen, bench, options.workers):
            say(_line(detection))
            live.printed()
            live.advance()
            yield detection
    finally:
        live.stop()


def _line(detection: "Detection") -> str:
    name, check, took = detection.saboteur.name, detection.saboteur.check, f"{detection.seconds:.1f} s"
    return f"{detection.outcome:24} {name:42} {check:20} {took:>8} {detection.reason}".rstrip()


def _bench(options: argparse.Namespace, folder: Path) -> "Bench":
    from verify.detection.injection import Bench  # noqa: PLC0415 - after --help and --version
    from verify.lab.client.provision import provision_duplicity  # noqa: PLC0415 - as above
    from verify.lab.hosts.runtime import choose  # noqa: PLC0415 - as above
    from verify.lab.settings import LabSettings  # noqa: PLC0415 - as above

    runtime = choose(options.runtime).name
    profiles = PROFILES[: PROFILES.index(options.profile) + 1]
    with told_on(sys.stdout, quiet=False):
        duplicity = provision_duplicity(str(LabSettings.from_options(vars(options)).release))
    return Bench(duplicity, profiles, folder, runtime == "docker", options.runtime == "docker")


def _nulls(options: argparse.Namespace, folder: Path) -> "Iterator[Null]":
    """Yield the null control as it grows."""
    from verify.detection.null_control import null_runs  # noqa: PLC0415 - after --help and --version
    from verify.detection.result import Null  # noqa: PLC0415 - as above
    from verify.lab.client.provision import provision_duplicity  # noqa: PLC0415 - as above
    from verify.lab.settings import LabSettings  # noqa: PLC0415 - as above

    if not options.null:
        return
    given = [f"--duplicity-release={options.duplicity_release}"] if options.duplicity_release else []
    duplicity = provision_duplicity(str(LabSettings.from_options(vars(options)).release))
    words = [*given, "--runtime=embedded"]
    profile = "smoke" if options.profile == "smoke" else "default"  # a hundred of the nightly one take two days
    null = Null(profile, [])
    at_once = options.workers
    for run in null_runs(options.null, words, profile, folder, duplicity=duplicity, workers=at_once, say=_say):
        null = replace(null, runs=sorted([*null.runs, run], key=lambda each: each["seed"]))
        yield null


def _seeds(word: str) -> range:
    """Given FIRST-LAST, or one seed, return the seeds."""
    first, dash, last = word.partition("-")
    if not dash:
        last = first
    if not (first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
        raise argparse.ArgumentTypeError(f"{word!r} is no range of seeds, as 0-99 is one")
    return range(int(first), int(last) + 1)


def _facts(options: argparse.Namespace) -> dict[str, str]:
    from verify.lab.settings import LabSettings  # noqa: PLC0415 - after --help and --version

    release = str(LabSettings.from_options(vars(options)).release)
    return {"duplicity": release, "Python": platform.python_version(), "cores": str(os.cpu_count())}


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
