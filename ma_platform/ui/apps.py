"""The shell as a Django app."""

from __future__ import annotations

from ma_platform.rooms import Room


class UiConfig(Room):
    name = "ma_platform.ui"
    label = "ui"
