"""Why the newest manifest does not open: no passphrase, another one, no secret key, or one that quotes are part of."""

from collections.abc import Callable, Iterable, Sequence

from verify.archive.manifests import Unread
from verify.checks import Finding
from verify.job import Job
from verify.secret import Secret

CHECK = "passphrase-opens"
EXPECTED = "the newest manifest, decrypted"
DAMAGED = "the manifest is damaged where it lies: take a full backup now, and look at the store"


def other_passphrases(job: Job) -> list[Secret]:
    """Given a job, return what its PASSPHRASE may have been meant as: by compose's reading, or without its quotes."""
    here = job.text_of("PASSPHRASE")
    other = (job.other_reading or {}).get("PASSPHRASE", "")
    meant = [other.reveal() if isinstance(other, Secret) else other, _without_quotes(here), here.strip()]
    return [Secret(each) for each in dict.fromkeys(meant) if each and each != here]


def _without_quotes(text: str) -> str:
    return text[1:-1] if text[1:] and text[0] in "\"'" and text[0] == text[-1] else text


def does_not_open(refused: Sequence[Unread], others: Iterable[Secret], opens: Callable[[Secret], bool]) -> Finding:
    """Given why the newest manifests could not be read, and other passphrases to try, return the finding."""
    if not any(each.hint for each in refused):
        return Finding(CHECK, "", EXPECTED, refused[0].why, DAMAGED)
    if any(opens(each) for each in others):
        got = "PASSPHRASE does not open it, but does so without what quotes, blanks or $ in the env file add to it"
        hint = (
            "docker run and docker stack deploy take all that stands behind PASSPHRASE= for the passphrase, quotes "
            "too; docker compose does not: write it without quotes, so that both read the same"
        )
        return Finding(CHECK, "", EXPECTED, got, hint)
    first = next(each for each in refused if each.hint)
    return Finding(CHECK, "", EXPECTED, first.why, first.hint)
