"""What this process holds, in MB."""

from __future__ import annotations

from pathlib import Path

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def held() -> float:
    """At this moment."""
    return _megabytes("VmRSS")


def most_held() -> float:
    """At the most since `begin`."""
    return _megabytes("VmHWM")


def begin() -> float:
    """The peak begins anew; what is held now."""
    CLEAR.write_text("5")
    return held()


def _megabytes(name: str) -> float:
    lines = STATUS.read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))
