"""Who enters a workspace is on the page of the architecture, and nobody else does."""

import re

from ma_platform.env import ROOT
from tests.architecture.habits import imported
from tests.architecture.tree import modules, parsed

ENTERING = "ma_platform.tenancy.scope.tenant_scope"
SECTION = re.compile(r"^### Who enters a workspace$(.*?)^##", re.MULTILINE | re.DOTALL)


def test_the_modules_that_enter_a_workspace_are_those_the_page_lists():
    (section,) = SECTION.findall((ROOT / "docs/architecture.md").read_text())
    listed = set(re.findall(r"`([a-z_/]+\.py)`", section))

    entering = {
        path.as_posix()
        for path in modules()
        if any(name == ENTERING for _line, name in imported(parsed(path)))
        and "commands" not in path.parts
        and path.parts[:2] != ("ma_platform", "demo")
    }

    assert (entering - listed, listed - entering) == (set(), set())
