"""A signal that ends a run is heard, also where Python drops what its handler raises."""

import gc
import os
import signal
import time

import pytest

from verify.plugin import interruption


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_ctrl_c_that_is_dropped_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interruption, "AGAIN", 0.05)

    def interrupted(phase: str, _: object) -> None:
        if phase == "stop":
            gc.callbacks.remove(interrupted)
            os.kill(os.getpid(), signal.SIGINT)

    with interruption.interruptible():
        gc.callbacks.append(interrupted)
        gc.collect()  # what the handler raises is dropped here
        with pytest.raises(KeyboardInterrupt):
            time.sleep(20)


def test_ctrl_c_that_is_noticed_does_not_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interruption, "AGAIN", 0.05)
    with interruption.interruptible():
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        interruption.ignore_interrupts()
        time.sleep(0.2)


def test_ctrl_c_does_not_come_again_once_the_command_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interruption, "AGAIN", 0.05)
    with interruption.interruptible(), pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(0.2)
