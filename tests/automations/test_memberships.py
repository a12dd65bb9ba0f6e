"""What members are told of tiers and plans, once, and only what still holds."""

from datetime import timedelta
from typing import Any

import pytest

from messaging.infos import MessageInfo
from messaging.selectors import messages_page
from programs.selectors import customer_plans
from programs.services import PlanTerms, change_plan, confirm_payment, create_plan, set_ladder, withdraw_plan
from programs.services.standings import request_walk, walk
from programs.tiers import Tier
from smartbis.kernel.clock import frozen, now
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.selectors import TenantInfo
from tests.automations.test_notices import plain, sale
from tests.factories import actor
from tests.messaging.conftest import Line, enrol
from tests.messaging.graph import FakeGraph


def told(brand: TenantInfo, template: str) -> list[MessageInfo]:
    drain_queue("relay")
    return list(messages_page(tenant=brand.id, template=template).items)


def ladder(brand: TenantInfo) -> None:
    set_ladder(
        tenant=brand.id,
        tiers=[Tier("prata", "Prata", 10_000), Tier("ouro", "Ouro", 50_000)],
        measure="spend",
        window="rolling",
        window_days=90,
        keep="while_earned",
        fall="earned",
        warn_days=10,
        actor=actor("owner"),
    )
    while walk(tenant=brand.id):
        pass


def plan(brand: TenantInfo, key: str = "socio", **given: Any) -> None:
    terms: dict[str, Any] = {"length": "days", "count": 60, "reminder_days": (7,), "pix_key": "pix@x.com"}
    whole = PlanTerms(name="Sócio", price_minor=12_000, **terms | given)
    create_plan(tenant=brand.id, key=key, terms=whole, actor=actor("owner"))


def pay(brand: TenantInfo, customer: Any, reference: str, key: str = "socio") -> None:
    confirm_payment(
        tenant=brand.id,
        customer=customer.id,
        plan_key=key,
        amount_minor=12_000,
        reference=reference,
        actor=actor(),
    )


def test_a_tier_is_told_when_reached_and_before_it_ends_but_not_when_the_ladder_moves(
    line: Line, aurora: TenantInfo, boreal: TenantInfo, graph: FakeGraph
) -> None:
    ana = enrol(aurora.id)
    sale(aurora, ana, 20_000)
    drain_queue("relay")
    ladder(aurora)
    assert told(aurora, "tier_reached") == []
    sale(aurora, ana, 40_000)
    (message,) = told(aurora, "tier_reached")
    assert "O seu nível agora é Ouro" in plain(message.text)
    request_walk(tenant=aurora.id)
    while walk(tenant=aurora.id):
        pass
    assert len(told(aurora, "tier_reached")) == 1
    with frozen(now() + timedelta(days=81)):
        (warning,) = told(aurora, "tier_ending")
        assert "faltam R$ 100,00 até lá" in plain(warning.text)
        assert len(told(aurora, "tier_ending")) == 1
    assert told(boreal, "tier_reached") == []


def test_a_plan_is_told_from_its_start_to_its_end(line: Line, aurora: TenantInfo, graph: FakeGraph) -> None:
    plan(aurora)
    ana = enrol(aurora.id)
    pay(aurora, ana, "E100")
    (started,) = told(aurora, "plan_started")
    assert "O seu plano Sócio está ativo" in plain(started.text)
    pay(aurora, ana, "E200")
    pay(aurora, ana, "E200")
    assert len(told(aurora, "plan_renewed")) == 1
    with frozen(now() + timedelta(days=114)):
        (reminder,) = told(aurora, "plan_ending")
        assert "Para renovar: por Pix, com a chave pix@x.com" in plain(reminder.text)
    with frozen(now() + timedelta(days=121)):
        (lapsed,) = told(aurora, "plan_lapsed")
        assert "O seu plano Sócio terminou em" in plain(lapsed.text)
        assert len(told(aurora, "plan_ending")) == 1


def test_what_was_taken_back_before_it_was_told_is_not_told(line: Line, aurora: TenantInfo, graph: FakeGraph) -> None:
    plan(aurora)
    ana = enrol(aurora.id)
    pay(aurora, ana, "E100")
    (period,) = customer_plans(tenant=aurora.id, customer=ana.id, with_periods=True).periods
    withdraw_plan(tenant=aurora.id, customer=ana.id, source=period.source, reason="engano", actor=actor())
    assert told(aurora, "plan_started") == []
    assert told(aurora, "plan_lapsed") == []


def test_a_plan_that_cannot_be_renewed_asks_for_no_payment(
    line: Line, aurora: TenantInfo, boreal: TenantInfo, graph: FakeGraph
) -> None:
    last_day = (now() + timedelta(days=60)).date()
    plan(aurora)
    plan(aurora, "season", length="until", until=last_day)
    plan(boreal)
    ana = enrol(aurora.id)
    for key in ("socio", "season"):
        pay(aurora, ana, f"E-{key}", key)
    change_plan(tenant=aurora.id, key="socio", status="closed", actor=actor("owner"))
    with frozen(now() + timedelta(days=56)):
        reminders = [plain(each.text) for each in told(aurora, "plan_ending")]
    assert len(reminders) == 2
    for text in reminders:
        assert "Para renovar: fale com a equipe, porque a renovação não está aberta por enquanto." in text
        assert "pix@x.com" not in text


@pytest.mark.parametrize(
    ("skus", "way"), [(("ANUIDADE",), "no caixa, na próxima visita"), ((), "fale com a equipe na próxima visita")]
)
def test_without_a_way_to_pay_the_till_is_named_only_if_it_sells_the_plan(
    line: Line, aurora: TenantInfo, graph: FakeGraph, skus: tuple[str, ...], way: str
) -> None:
    plan(aurora, pix_key="", skus=skus)
    ana = enrol(aurora.id)
    pay(aurora, ana, "E100")
    with frozen(now() + timedelta(days=54)):
        (reminder,) = told(aurora, "plan_ending")
    assert f"Para renovar: {way}." in plain(reminder.text)
