"""Tests of one `xdist_group` run in one process: they share what takes long to make, or there is only one of it.

xdist 3.8 writes the group into an attribute that pytest 9.2 does not read any more: every test was a group of its own.
"""

from __future__ import annotations

import re
from functools import cache

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from ma_platform.env import ROOT

GROUP = re.compile(r'xdist_group\("([^"]+)"\)')


class ByGroup(LoadScopeScheduling):  # type: ignore[misc]  # xdist is untyped
    """Hands out the tests of files that name one group together, all others one by one."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.partition("::")[0]) or nodeid


@cache
def group_of(path: str) -> str:
    """The group a file of tests names; "" for none."""
    found = GROUP.search((ROOT / path).read_text(encoding="utf-8"))
    return found[1] if found else ""
