"""Sends to several receivers at once, and waits for none of them longer than is left."""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping

from verify.notify.receiver import NotSentError
from verify.report.delivery import Delivery
from verify.secret import Secret, masked

LONGEST = 200  # characters of an answer


def sent(sendings: Mapping[str, Callable[[float], str]], seconds: float, secrets: Iterable[Secret]) -> list[Delivery]:
    """Given what sends to each receiver, by its name, send all at once; return what became of each, in that order.

    Who answers byte by byte is not waited for: its thread ends with the program.
    """
    secrets = tuple(secrets)
    ended: queue.SimpleQueue[Delivery] = queue.SimpleQueue()
    deadline = time.monotonic() + seconds
    for name, send in sendings.items():
        threading.Thread(target=_send, args=(name, send, seconds, secrets, ended), daemon=True).start()
    got = dict[str, Delivery]()
    while len(got) < len(sendings):
        try:
            each = ended.get(timeout=max(deadline - time.monotonic(), 0))
        except queue.Empty:
            break
        got[each.receiver] = each
    late = f"it did not answer within {seconds:.1f} s: nobody knows whether it arrived"
    return [got.get(name) or Delivery(name, sent=False, said=late) for name in sendings]


def _send(
    name: str,
    send: Callable[[float], str],
    seconds: float,
    secrets: Iterable[Secret],
    ended: "queue.SimpleQueue[Delivery]",
) -> None:
    try:
        took, said = True, send(seconds)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the verdict stands
        took, said = False, _said(error)
    ended.put(Delivery(name, took, _line(masked(said, secrets))))


def _said(error: BaseException) -> str:
    """Given why nothing arrived, return it as a sentence."""
    match error:
        case NotSentError():
            return str(error)
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted ({error.verify_message}): name its authority with ca_file"
        case TimeoutError():
            return "it did not answer in time"
        case socket.gaierror():
            return f"its name is not known ({error.strerror}): look for a misspelt host"
        case OSError():
            return f"it cannot be reached ({error.strerror or error})"
    return f"this is a bug of duplicity-verify: {type(error).__name__}: {error}"


def _line(text: str) -> str:
    """Return what a stranger answered as one line that no terminal acts on."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:LONGEST]
