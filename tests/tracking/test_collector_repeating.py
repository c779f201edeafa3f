"""What the collector does beside the requests, and how it ends."""

from __future__ import annotations

import subprocess
import sys
import threading

from ma_platform.env import ROOT
from tests.timing import eventually
from tracking.collector.repeating import Repeating

ENDING = """
import atexit, threading
from tracking.collector.repeating import Repeating

atexit.register(lambda: print([thread.name for thread in threading.enumerate()]))
Repeating(lambda: 0.001, seconds=0, name="repeating").start()
"""


def test_work_is_done_again_when_it_wants_to_be_until_it_is_stopped():
    pauses, calls = iter([0.0, 0.0, 60.0]), []

    def work() -> float:
        calls.append(1)
        return next(pauses)

    repeating = Repeating(work, seconds=0, name="t")

    repeating.start()
    eventually(lambda: len(calls) == 3)
    repeating.stop()

    assert len(calls) == 3
    assert "t" not in {thread.name for thread in threading.enumerate()}


def test_work_that_is_going_on_is_waited_for():
    begun, free, done = threading.Event(), threading.Event(), []

    def work() -> float:
        begun.set()
        free.wait()
        done.append(1)
        return 0

    repeating = Repeating(work, seconds=0, name="t")
    repeating.start()
    begun.wait()
    threading.Timer(0.05, free.set).start()
    repeating.stop()

    assert done == [1]


def test_it_ends_before_what_was_there_earlier_does():
    done = subprocess.run([sys.executable, "-c", ENDING], cwd=ROOT, capture_output=True, text=True, timeout=30)

    assert (done.stdout.strip(), done.stderr) == ("['MainThread']", "")
