"""Publishing offers."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import Actor
from smartbis.tenancy import selectors as tenancy
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import record_audit
from vouchers.drafts import checked
from vouchers.errors import CouponNotFound
from vouchers.infos import CouponDraft, CouponInfo
from vouchers.models import Campaign, Coupon
from vouchers.reading import coupon_infos
from vouchers.stock import lay_out, lay_out_again
from vouchers.terms_of_use import keep_terms, terms_of_coupon

_LISTS = ("stores", "weekdays", "plans", "tiers", "communities", "tags", "given_with_plans", "notice_days")


def create_coupon(*, tenant: UUID, draft: CouponDraft, actor: Actor) -> CouponInfo:
    """Publish an offer, or keep it as a draft when `draft.status` says so.

    Raises InvalidInput with sentences by field, PermissionMissing.
    """
    require(actor, "coupon.change")
    with tenant_scope(tenant):
        brand = tenancy.get_tenant(tenant=tenant)
        draft = checked(draft, brand=brand, stores=_stores(tenant))
        _check_campaign(draft)
        coupon = Coupon.objects.create(
            tenant_id=tenant, currency=brand.currency, created_at=now(), changed_at=now(), **_columns(draft)
        )
        lay_out(coupon)
        _audit(coupon, actor, "coupon.create", before=None)
        return coupon_infos([coupon])[0]


def change_coupon(*, tenant: UUID, coupon: UUID, draft: CouponDraft, actor: Actor) -> CouponInfo:
    """Give a coupon other terms (`info.as_draft()` with replacements).

    Vouchers already issued keep what they give, and by which terms they are used. A stock lowered under what is out
    stops new issues and takes nothing back.
    Raises CouponNotFound, InvalidInput with sentences by field, PermissionMissing.
    """
    require(actor, "coupon.change")
    with tenant_scope(tenant):
        row = _lock_coupon(coupon)
        brand = tenancy.get_tenant(tenant=tenant)
        draft = checked(draft, brand=brand, stores=_stores(tenant) | set(row.stores), is_balance=row.is_balance)
        _check_campaign(draft)
        if row.is_balance:
            _keep_balance_terms(row, draft, brand)
        before, limits, terms = _plain(row), (row.stock, row.budget_minor), terms_of_coupon(row)
        for name, value in _columns(draft).items():
            setattr(row, name, value)
        row.changed_at = now()
        keep_terms(row, before=terms, at=row.changed_at)
        row.save()
        if limits != (row.stock, row.budget_minor):
            lay_out_again(row)
        _audit(row, actor, "coupon.change", before=before)
        return coupon_infos([row])[0]


def set_coupon_status(*, tenant: UUID, coupon: UUID, status: str, actor: Actor) -> CouponInfo:
    """Make a coupon draft, live, paused or ended. Vouchers already issued stay good.

    Raises CouponNotFound, InvalidInput for another word, PermissionMissing.
    """
    require(actor, "coupon.change")
    if status not in Coupon.Status.values:
        raise InvalidInput({"status": [", ".join(Coupon.Status.values)]})
    with tenant_scope(tenant):
        row = _lock_coupon(coupon)
        before = {"status": row.status}
        row.status, row.changed_at = status, now()
        row.save(update_fields=["status", "changed_at"])
        record_audit(
            tenant=tenant,
            actor=actor,
            action="coupon.status",
            object_kind="coupon",
            object_id=row.id,
            before=before,
            after={"status": status},
        )
        return coupon_infos([row])[0]


def balance_coupon(*, tenant: UUID, brand: TenantInfo) -> Coupon:
    """The tenant's own coupon behind vouchers made straight from a balance, made at its first use."""
    row = Coupon.objects.filter(is_balance=True).first()
    if row is None:
        instant = now()
        fresh = Coupon(
            tenant_id=tenant,
            name="Vale-saldo",
            kind="amount",
            status=Coupon.Status.LIVE,
            is_balance=True,
            is_listed=False,
            holder=Coupon.Holder.PERSONAL,
            currency=brand.currency,
            created_at=instant,
            changed_at=instant,
        )
        # The unique constraint decides between two first uses; the loser reads the winner's.
        Coupon.objects.bulk_create([fresh], ignore_conflicts=True)
        row = Coupon.objects.get(is_balance=True)
    return row


def _lock_coupon(coupon: UUID) -> Coupon:
    """Raises CouponNotFound."""
    row = Coupon.objects.select_for_update().filter(id=coupon).exclude(kind="entry").first()
    if row is None:
        raise CouponNotFound
    return row


def _keep_balance_terms(row: Coupon, draft: CouponDraft, brand: TenantInfo) -> None:
    """The balance coupon's words, places and term may change; what makes it fair to a balance may not."""
    fixed = {
        "kind": "amount",
        "on_lapse": "return",
        "holder": "personal",
        "uses": 1,
        "cost_amount": None,
        "is_divisible": False,
    }
    limits = ("stock", "budget_minor", "value_minor", "limit_per_day")
    errors = {name: [_("No voucher de saldo isto não muda.")] for name in fixed if getattr(draft, name) != fixed[name]}
    errors |= {
        name: [_("O voucher de saldo não tem este limite.")] for name in limits if getattr(draft, name) is not None
    }
    if draft.given_with_plans:
        errors["given_with_plans"] = [_("No voucher de saldo isto não muda.")]
    if draft.is_listed:
        errors["is_listed"] = [_("O voucher de saldo não é oferecido em lista.")]
    if errors:
        raise InvalidInput(errors)


def _check_campaign(draft: CouponDraft) -> None:
    if draft.campaign_id is not None and not Campaign.objects.filter(id=draft.campaign_id).exists():
        raise InvalidInput({"campaign": [_("Não há essa campanha.")]})


def _stores(tenant: UUID) -> frozenset[UUID]:
    return frozenset(store.id for store in tenancy.stores(tenant=tenant, active_only=False))


def _columns(draft: CouponDraft) -> dict[str, Any]:
    columns = {term.name: getattr(draft, term.name) for term in fields(CouponDraft)}
    for name in _LISTS:
        columns[name] = list(columns[name])
    columns["hours"] = [f"{start}-{end}" for start, end in draft.hours]
    return columns


def _plain(row: Coupon) -> dict[str, Any]:
    """The terms as JSON can hold them, for the audit trail."""
    return {
        term.name: value if isinstance(value, (int, bool, type(None))) else str(value)
        for term in fields(CouponDraft)
        for value in [getattr(row, term.name)]
    }


def _audit(row: Coupon, actor: Actor, action: str, before: dict[str, Any] | None) -> None:
    after = _plain(row)
    if before is not None:
        changed = {name for name in after if after[name] != before[name]}
        before = {name: before[name] for name in changed}
        after = {name: after[name] for name in changed}
    record_audit(
        tenant=row.tenant_id,
        actor=actor,
        action=action,
        object_kind="coupon",
        object_id=row.id,
        before=before,
        after=after,
    )
