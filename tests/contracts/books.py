"""The part of a world that moves value: programs, sales, plans, corrections, the day's close, an import, a backtest."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from programs.checkouts.infos import Basket, TillTermsInfo
from programs.checkouts.services import open_checkout
from programs.checkouts.terms import choose_balance, set_till_terms
from programs.models import Article, Backtest, BacktestCustomer, BacktestDifferences, ImportBatch, ImportRow
from programs.selectors import Limit
from programs.selectors.notices import notices_for
from programs.services import (
    NoticeDraft,
    PlanTerms,
    confirm_payment,
    create_plan,
    grant_plan,
    open_program,
    publish_rule,
    put_away,
    record_participation,
    record_sale,
    refund_sale,
    request_adjustment,
    set_adjustment_limits,
    set_ladder,
    withdraw_plan,
)
from programs.tiers import Tier
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import Actor
from smartbis.ledger.accounts import Account
from smartbis.ledger.figures import Figures, Movement
from smartbis.ledger.models import AgedLiability, Cutoff, DayClose, DayFigures
from smartbis.ledger.services import Move, lock_holder, post
from smartbis.purchases.infos import ItemDraft, RefundItemDraft, SaleDraft
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_store_by_code

OWNER = Actor(kind="staff", role="owner", label="Owner")


def add_sales(tenant: UUID, customer: UUID, ids: dict[str, UUID], canary: str) -> None:
    """Two programs, sales with a refund, a participation that gave, and a notice that was put away."""
    spec = {"effect": {"kind": "percentage", "basis_points": 2000}}
    ids["program"] = open_program(tenant=tenant, name=f"Cashback {canary}", kind="cashback", spec=spec, actor=OWNER).id
    taking_part = {"participations": ["event"]}
    limited = {"per_customer": {"life": 500}, "per_rule": {"month": 5_000}}
    points = {
        "rules": [
            {"key": "base", "effect": {"kind": "per_unit", "points": 1, "minor": 100}},
            {"key": "event", "effect": {"kind": "fixed", "amount": 50}, "when": taking_part, "limits": limited},
            {"key": "gift", "effect": {"kind": "plan", "plan": f"plano-{canary}"}, "when": taking_part},
            {"key": "thanks", "effect": {"kind": "plan", "plan": f"plano-{canary}"}},
        ]
    }
    given = PlanTerms(name=f"Plano {canary}", price_minor=1)
    create_plan(tenant=tenant, key=f"plano-{canary}", terms=given, actor=OWNER)
    open_program(tenant=tenant, name=f"Pontos {canary}", kind="points", spec=points, actor=OWNER)
    store = get_store_by_code(tenant=tenant, code="centro").id
    for number in range(2):
        item = ItemDraft(sku=f"sku-{number}", name=f"Item {canary}", quantity=2, unit_minor=10_000)
        draft = SaleDraft(
            customer=customer,
            store=store,
            amount_minor=20_000,
            currency="BRL",
            external_id=f"venda-{canary}-{number}",
            items=(item,),
            operator=OWNER,
        )
        ids["purchase"] = record_sale(tenant=tenant, sale=draft).purchase.id
    refund_sale(
        tenant=tenant,
        purchase=ids["purchase"],
        external_id=f"troca-{canary}",
        items=(RefundItemDraft(sku="sku-1", quantity=1),),
        actor=OWNER,
    )
    taken = record_participation(tenant=tenant, customer=customer, kind="event", external_id=f"evento-{canary}")
    ids["participation"] = taken.id
    told = NoticeDraft(text=f"Tudo igual em {canary}.")
    publish_rule(tenant=tenant, program=ids["program"], spec=spec, actor=OWNER, notice=told)
    (notice,) = notices_for(tenant=tenant, customer=customer)
    put_away(tenant=tenant, notice=notice.id, customer=customer)
    ids["notice"] = notice.id


def add_correction(tenant: UUID, customer: UUID, canary: str) -> None:
    """A correction, and the transfer that takes it back."""
    with tenant_scope(tenant):
        holder = lock_holder(tenant=tenant, customer=customer)
        there = Move(
            unit="BRL",
            debit=Account.ADJUSTED,
            credit=Account.AVAILABLE,
            amount=5_000,
            kind="adjust",
            explanation={"key": "adjusted", "reason": f"Cortesia {canary}"},
        )
        (transfer,) = post(tenant=tenant, holder=holder, moves=[there])
        back = replace(there, debit=Account.AVAILABLE, credit=Account.ADJUSTED, kind="undo", reverses=transfer.id)
        post(tenant=tenant, holder=holder, moves=[back])


def add_waiting_adjustment(tenant: UUID, customer: UUID, ids: dict[str, UUID], canary: str) -> None:
    """A correction that waits for a second person, and a limit of the brand's own."""
    limits = {"attendant": Limit(1_000, 1_000)}
    set_adjustment_limits(tenant=tenant, limits=limits, actor=OWNER)
    attendant = Actor(kind="staff", role="attendant", id=new_id(), label=f"Atendente {canary}")
    ids["adjustment"] = request_adjustment(
        tenant=tenant,
        customer=customer,
        unit="BRL",
        amount=2_000,
        reason="other",
        note=f"Nota {canary}",
        key=canary,
        actor=attendant,
    ).id


def add_checkout(tenant: UUID, customer: UUID, ids: dict[str, UUID], canary: str) -> None:
    """An open quote that holds balance, by terms of the brand's own, and a customer who saves the rest."""
    set_till_terms(tenant=tenant, terms=TillTermsInfo(hold_minutes=60), actor=OWNER)
    item = ItemDraft(sku=f"cesta-{canary}", name=f"Cesta {canary}", unit_minor=1_000)
    basket = Basket(
        customer=customer,
        store=get_store_by_code(tenant=tenant, code="centro").id,
        amount_minor=1_000,
        items=(item,),
        use_balance=100,
        external_id=f"cesta-{canary}",
    )
    ids["checkout"] = open_checkout(tenant=tenant, basket=basket, key=canary, actor=OWNER).id
    choose_balance(tenant=tenant, customer=customer, saves=True, actor=OWNER)


def add_closed_day(tenant: UUID) -> None:
    """A closed day, as rows: a real close waits for every transaction, also for the one that this world is made in."""
    at = now()
    with tenant_scope(tenant):
        Cutoff.objects.create(tenant_id=tenant, at=at - timedelta(days=1))
        close = DayClose.objects.create(
            tenant_id=tenant,
            day=(at - timedelta(days=2)).date(),
            since=at - timedelta(days=2),
            until=at - timedelta(days=1),
            transfers=0,
            transfers_digest="0" * 64,
            previous_hash="0" * 64,
            hash="1" * 64,
            closed_at=at,
        )
        AgedLiability.objects.create(tenant_id=tenant, unit="BRL", as_of=at, ages=[0] * 5, lacking=0, cohorts=[])
        figures = Figures.after(None, Movement("BRL"))
        DayFigures.objects.create(tenant_id=tenant, close=close, **vars(figures))


def add_plans(tenant: UUID, customer: UUID, names: dict[str, str], canary: str) -> None:
    """A plan that was paid, one that was given and taken back, and a ladder."""
    plan = f"socio-{names['slug']}"  # an address may be echoed, so it holds no canary
    names |= {"plan": plan, "tier": f"base-{names['slug']}"}
    terms = PlanTerms(
        name=f"Sócio {canary}", skus=(f"anuidade-{canary}",), benefits=f"Vantagem {canary}", price_minor=1
    )
    create_plan(tenant=tenant, key=plan, terms=terms, actor=OWNER)
    what: dict[str, Any] = {"tenant": tenant, "customer": customer, "plan_key": plan, "actor": OWNER}
    confirm_payment(amount_minor=1, reference=f"Pix {canary}", **what)
    grant_plan(reason=f"Presente {canary}", key="1", **what)
    withdraw_plan(tenant=tenant, customer=customer, source="grant:1", reason=f"Engano {canary}", actor=OWNER)
    set_ladder(
        tenant=tenant,
        tiers=[Tier(names["tier"], f"Base {canary}", 0)],
        measure="spend",
        window="rolling",
        keep="for_ever",
        fall="earned",
        actor=OWNER,
    )


def add_import(tenant: UUID, ids: dict[str, UUID], canary: str) -> None:
    """A file that was read, as rows: what reads files works on a disk, which these sweeps are not about."""
    with tenant_scope(tenant):
        batch = ImportBatch.objects.create(
            tenant_id=tenant,
            kind="products",
            status="done",
            filename=f"{canary}.csv",
            sha256="0" * 64,
            size_bytes=1,
            encoding="utf-8",
            delimiter=",",
            actor_kind="staff",
            actor_label=f"Owner {canary}",
            rows_total=1,
            rows_done=1,
            rows_failed=1,
            created_at=now(),
        )
        ImportRow.objects.create(tenant_id=tenant, batch=batch, line=2, state="error", code="invalid", detail=canary)
        Article.objects.create(
            tenant_id=tenant, sku=f"sku-{canary}", name=f"Artigo {canary}", import_batch=batch.id, recorded_at=now()
        )
    ids["batch"] = ids["import_id"] = batch.id


def add_backtest(tenant: UUID, customer: UUID, ids: dict[str, UUID], canary: str) -> None:
    """A draft that was tried, as rows: what replays sales has its own tests."""
    with tenant_scope(tenant):
        row = Backtest.objects.create(
            tenant_id=tenant,
            program_id=ids["program"],
            draft={"rules": []},
            since=now().date(),
            until=now().date(),
            status="stopped",
            actor_label=f"Owner {canary}",
            created_at=now(),
        )
        BacktestDifferences.objects.create(tenant_id=tenant, backtest=row, part=1, number=0, packed=canary.encode())
        BacktestCustomer.objects.create(
            tenant_id=tenant, backtest=row, part=1, customer_id=customer, live=1, draft=2, difference=1
        )
    ids["backtest"] = row.id
