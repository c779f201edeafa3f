"""Every task that works for one tenant refuses to run without it; every other one is at ease with nothing to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ma_platform import jobs
from ma_platform.tenancy.scope import current_scope

OURS = sorted(name for name in jobs.ROUTES if not name.startswith("tests."))
FOR_ONE_TENANT = [name for name in OURS if name in jobs.PER_TENANT]
FOR_ALL_TENANTS = [name for name in OURS if name not in jobs.PER_TENANT]


def test_there_are_tasks_of_both_kinds() -> None:
    assert "nurturing.tasks.advance" in FOR_ONE_TENANT
    assert "tracking.tasks.consume" in FOR_ALL_TENANTS


@pytest.mark.parametrize("name", FOR_ONE_TENANT)
@pytest.mark.parametrize("arguments", [(), (None,), ("*",), ("1",)], ids=["nothing", "none", "star", "text"])
def test_a_tenants_task_without_a_tenant_refuses(db: None, name: str, arguments: tuple[object, ...]) -> None:
    with pytest.raises(jobs.TenantMissing):
        jobs.app.tasks[name](*arguments)


@pytest.mark.parametrize("name", FOR_ONE_TENANT)
def test_a_tenants_task_runs_inside_its_scope(db: None, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entered: list[int] = []
    monkeypatch.setattr(jobs, "tenant_scope", _noting(entered))

    with pytest.raises(_Entered):
        jobs.app.tasks[name](4711)

    assert entered == [4711]


@pytest.mark.parametrize("name", FOR_ALL_TENANTS)
def test_a_sweep_finds_nothing_to_do_and_leaves_no_scope_open(db: None, name: str) -> None:
    counts = jobs.app.tasks[name]()

    assert all(value >= 0 for value in (counts or {}).values())
    assert current_scope() is None


class _Entered(Exception):
    """The scope was asked for before anything else."""


def _noting(entered: list[int]) -> Callable[[int], object]:
    def scope(tenant: int) -> object:
        entered.append(tenant)
        raise _Entered

    return scope
