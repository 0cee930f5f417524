"""What a job's drill needs, wherever it runs: its command, files, mounts, networks, variables and schedule."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from verify.deployment.job_files import MountedFile, files_of, variables_asked_for
from verify.errors import CannotRunError
from verify.job import Job, StackVolume
from verify.job.pauses import pause_between
from verify.job.replaced import archive_of
from verify.job.stack.mounts import clean, holds
from verify.policy import Policy

STATE, SCRATCH = "/state", "/scratch"  # in the container
MARGIN = timedelta(hours=2)  # for the drill itself, beside the time between two starts


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillNeeds:
    """What a drill needs. `volumes` and `networks` have their names in the engine; paths are those of the container."""

    image: str
    cron: str
    due: str  # a duration
    words: tuple[str, ...]  # of the command, without the program's name
    files: tuple[MountedFile, ...]
    volumes: tuple[StackVolume, ...]  # all read only
    networks: tuple[str, ...]
    secrets: tuple[str, ...]  # variables whose value is kept elsewhere
    variables: tuple[str, ...]  # others whose value is given by whoever deploys it
    time_zone: str
    constraints: tuple[str, ...]  # of the node
    to_key: bool  # the backup is encrypted to a key, which the drill needs as well


def needs_of_drill(
    job: Job, policy: Policy, environment: Mapping[str, str], *,
    image: str, cron: str, node: str, service: str = "", env_file: str = "", source: str = "", prefix: str = "",
) -> DrillNeeds:  # fmt: skip
    """Given a job, its policy and this environment, return what the job's drill needs in a container.

    `source` is where this machine has the source, if elsewhere. `prefix` is the name that the stack was deployed by:
    it stands before the names of its networks and volumes. Raise `CannotRunError` for what is missing.
    """
    if not any(job.destinations.values()):
        raise CannotRunError("the job has no destination: write DST=scheme://… into the env file")
    if not job.source.startswith("/"):
        raise CannotRunError("the job has no source: write SRC=/the/folder into the env file")
    pause = pause_between([cron])
    if pause is None:
        raise CannotRunError(
            f"--at {cron!r} is no schedule: write minute, hour, day, month and weekday, as in 30 5 * * *"
        )
    secret, plain = variables_asked_for(job, policy, environment)
    files = files_of(job, policy)
    return DrillNeeds(
        image=image,
        cron=cron,
        due=f"{-(-(pause + MARGIN) // timedelta(hours=1))}h",
        words=tuple(_words(job, policy, files, service, env_file)),
        files=files,
        volumes=tuple(_volumes(job, source, prefix)),
        networks=tuple(_outside(each.name, each.outside, "network", prefix) for each in job.networks),
        secrets=tuple(secret),
        variables=tuple(plain),
        time_zone=job.text_of("TZ"),
        constraints=tuple(_constraints(job, node)),
        to_key=job.encrypts_to_key,
    )


def _words(job: Job, policy: Policy, files: tuple[MountedFile, ...], service: str, env_file: str) -> Iterator[str]:
    at = {str(each.path.absolute()): each.target for each in files}
    yield "drill"
    if job.stack_file:
        yield f"--stack={at[str(job.stack_file.absolute())]}"
        yield f"--started-by={'compose' if job.reading == 'dotenv' else 'stack'}"
        yield from [f"--service={service}"] if service else ()
    chosen = [each for each in job.env_files if env_file and each.resolve().samefile(env_file)] or job.env_files
    yield from [f"--env-file={at[str(chosen[0].absolute())]}"] if len(chosen) == 1 else ()
    yield from [f"--policy={at[str(policy.file.absolute())]}"] if policy.file else ()
    yield f"--source={job.source}"
    yield f"--report-dir={STATE}"
    yield "--runtime=embedded"


def _volumes(job: Job, source: str, prefix: str) -> Iterator[StackVolume]:
    """Yield what the job mounts, but for duplicity's own folders and the engine's socket."""
    own = [clean(each) for each in (job.tempdir, archive_of(job)) if each]
    mounts = [each for each in job.volumes if each.source and each.type in {"bind", "volume"}]
    if source:
        mounts = [each for each in mounts if not holds(job.source, each.target)]
        mounts.append(StackVolume("bind", source, clean(job.source)))
    elif job.stack_file is None:
        mounts.append(StackVolume("bind", clean(job.source), clean(job.source)))
    elif not any(holds(each.target, clean(job.source)) or holds(clean(job.source), each.target) for each in mounts):
        raise CannotRunError(
            f"{job.stack_file} mounts nothing at {job.source}: say where the source is by --source DIR"
        )
    for each in mounts:
        if any(holds(path, each.target) for path in own) or each.source.endswith(".sock"):
            continue
        if each.target in {"/", STATE, SCRATCH} or holds("/job", each.target):
            raise CannotRunError(
                f"the job mounts {each.target}, and the drill's image has that for itself: name another"
            )
        name = _outside(each.source, each.outside, "volume", prefix) if each.type == "volume" else each.source
        yield replace(each, source=name, read_only=True)


def _outside(name: str, fixed: str, what: str, prefix: str) -> str:
    if not fixed and not prefix:
        raise CannotRunError(
            f"the {what} {name} belongs to your stack: give the name that you deployed it by with --stack-name"
        )
    return fixed or f"{prefix}_{name}"


def _constraints(job: Job, node: str) -> Iterator[str]:
    """Yield the job's own constraints, and the node, so that the source and the drill's volumes are where it runs."""
    placement = (job.settings.get("deploy") or {}).get("placement") or {}
    own = [str(each) for each in placement.get("constraints") or ()]
    yield from own
    if not any(posixpath.basename(each).startswith(("node.hostname", "node.id")) for each in own):
        yield f"node.hostname == {node}"
