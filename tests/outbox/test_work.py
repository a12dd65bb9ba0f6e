"""Work that waits: nothing stands in the way of what is behind it, and nothing that was asked for is forgotten."""

from datetime import timedelta

import pytest

from smartbis.kernel.clock import frozen, now
from smartbis.outbox.services import settle_history
from smartbis.outbox.work import due_tenants, each_alone, request_work
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo


def test_one_failure_holds_up_nobody() -> None:
    done: list[int] = []

    def work(number: int) -> None:
        if number == 1:
            raise RuntimeError("poison")
        done.append(number)

    with pytest.raises(RuntimeError, match="poison"):
        each_alone([lambda number=number: work(number) for number in range(4)])
    assert done == [0, 2, 3]
    assert each_alone([lambda: 1, lambda: 2]) == [1, 2]


def test_settled_history_keeps_what_lies_ahead(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ahead = now() + timedelta(days=3)
    for brand in (aurora, boreal):
        with tenant_scope(brand.id):
            request_work(queue="bulk")
            request_work(queue="bulk", due_at=ahead)
    settle_history(tenant=aurora.id)
    assert due_tenants("bulk") == [boreal.id]
    with frozen(ahead):
        assert set(due_tenants("bulk")) == {aurora.id, boreal.id}
