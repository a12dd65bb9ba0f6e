"""Using a voucher: one guarded statement that must touch one row, and the precise reason when it does not."""

from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from smartbis.customers.selectors import get_customer
from smartbis.customers.services import hold_customers
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import Actor
from smartbis.ledger.accounts import Account
from smartbis.ledger.repaying import repay_owed
from smartbis.ledger.services import LockedHolder, Move, lock_holder, post
from smartbis.outbox.services import publish
from smartbis.tenancy.errors import KeyReused
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import StoreInfo, get_store
from smartbis.tenancy.statements import one_trip, prepared_cursor
from vouchers import stock
from vouchers.events import VoucherRedeemed
from vouchers.infos import RedemptionInfo, SaleRef
from vouchers.judging import Asked, limit_against, reasons_against
from vouchers.models import Redemption, Reversal, Voucher
from vouchers.reading import get_voucher_row, name_of_voucher, redemption_info
from vouchers.reasons import refusal_of
from vouchers.services.amounts import check_amount, check_external_id, check_key
from vouchers.sql import TAKE_USE
from vouchers.terms_of_use import TermsOfUse, terms_of

_ROUNDS = 4
_WAIT_FOR_SALE = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
# In the order in which they are named.
_WAIT_FOR_SALES = "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(%s::text[]) AS name"
_TOLD = (
    "coupon_id",
    "coupon_name",
    "code",
    "kind",
    "value_sku",
    "value_key",
    "discount_minor",
    "cost_minor",
    "currency",
    "change_amount",
    "uses_left",
    "funded_by",
)


@dataclass(frozen=True, kw_only=True)
class _Request:
    tenant: UUID
    code: str
    store: StoreInfo
    key: str
    actor: Actor
    customer: UUID | None
    amount_minor: int | None
    external_id: str
    hold: UUID | None
    at_door: bool
    at: datetime
    left_minor: int | None
    held_since: datetime | None

    def asked(self) -> Asked:
        return Asked(
            tenant=self.tenant,
            store=self.store,
            actor=self.actor,
            customer=self.customer,
            amount_minor=self.amount_minor,
            external_id=self.external_id,
            hold=self.hold,
            at_door=self.at_door,
            as_of=self.held_since,
        )


def redeem_voucher(
    *,
    tenant: UUID,
    code: str,
    store: UUID,
    key: str,
    actor: Actor,
    customer: UUID | None = None,
    amount_minor: int | None = None,
    external_id: str | None = None,
    hold: UUID | None = None,
    at_door: bool = False,
    left_minor: int | None = None,
    held_since: datetime | None = None,
) -> RedemptionInfo:
    """Use a voucher once at a store; the same key again gives the first answer, and no second use.

    `code` is typed (any case and separators) or another system's; `external_id` is the sale's number, if there is one;
    `hold` names the checkout that holds the voucher. A percentage needs `amount_minor`. `at_door` is the check-in of an
    event, which judges who comes in: it alone uses entries. A checkout says what other benefits leave of the sale
    (`left_minor`), of which the discount is taken, and since when it holds the voucher: it was in time then.
    Raises VoucherNotFound, a VoucherRefused that says precisely why, KeyReused, InvalidInput, StoreUnknown,
    CustomerNotFound, PermissionMissing.
    Publishes VoucherRedeemed.
    """
    require(actor, "voucher.redeem", store=store)
    check_key(key)
    check_amount(amount_minor)
    check_external_id(external_id or "")
    if left_minor is not None and not 0 <= left_minor <= (amount_minor or 0):
        raise InvalidInput({"left_minor": [f"0 – {amount_minor or 0}"]})
    with tenant_scope(tenant):
        request = _Request(
            tenant=tenant,
            code=code,
            store=get_store(tenant=tenant, store=store, actor=actor),
            key=key,
            actor=actor,
            customer=customer,
            amount_minor=amount_minor,
            external_id=external_id or "",
            hold=hold,
            at_door=at_door,
            at=now(),
            left_minor=amount_minor if left_minor is None else left_minor,
            held_since=held_since if hold is not None else None,
        )
        taken = _take_use(request, *name_of_voucher(code), judged=False)
        if taken is not None:
            return _settle(request, taken, holder=None) or _first_answer(request)
        return _redeem_after_reading(request)


def wait_for_uses(*, tenant: UUID, sales: Collection[SaleRef]) -> None:
    """Let no other use of a voucher on these sales begin until the transaction ends: for who locks accounts before."""
    names = sorted({_sale_named(tenant, sale.store, sale.external_id) for sale in sales})
    with tenant_scope(tenant), prepared_cursor() as cursor:
        cursor.execute(_WAIT_FOR_SALES, [names])


def _sale_named(tenant: UUID, store: UUID, external_id: str) -> str:
    return f"voucher sale {tenant} {store} {external_id}"


def _redeem_after_reading(request: _Request) -> RedemptionInfo:
    """What the plain statement did not take: a repeat, a refusal, or a use that needs more to be read or locked."""
    for _round in range(_ROUNDS):
        if Redemption.objects.filter(key=request.key).exists():
            return _first_answer(request)
        voucher = get_voucher_row(request.code, request.actor)
        _refuse(voucher, request)
        terms = terms_of(voucher)
        # By what was paid at all, since a use taken back at this moment may put a price back into the voucher.
        payer = voucher.customer_id if voucher.paid_amount else None
        counted = _counted(voucher, terms, request)
        people = {each for each in (payer, counted) if each is not None}
        held = hold_customers(tenant=request.tenant, customers=people) if people else {}
        holder = lock_holder(tenant=request.tenant, customer=held[payer]) if payer is not None else None
        taken = _take_use(request, "id", voucher.id, judged=True, funded_by=terms.funded_by)
        if taken is not None:
            if counted is not None:
                _keep_limits(voucher, terms, request, held[counted])
            return _settle(request, taken, holder) or _first_answer(request)
        # Somebody was faster between the reading and the statement: read again and say why.
    raise RuntimeError(f"voucher {voucher.id} neither refuses nor gives its use")


def _refuse(voucher: Voucher, request: _Request) -> None:
    reasons = reasons_against(voucher, request.asked())
    if reasons:
        raise refusal_of(reasons[0])
    if voucher.value_left_minor is not None and request.amount_minor is None:
        raise InvalidInput({"amount_minor": [_("Informe o valor da compra: este voucher é usado em partes.")]})
    if voucher.value_left_minor is not None and request.left_minor == 0:
        raise InvalidInput({"left_minor": [_("Não resta nada da compra para este voucher.")]})
    if voucher.kind == "percentage" and request.amount_minor is None:
        raise InvalidInput({"amount_minor": [_("Informe o valor da compra: o desconto é uma porcentagem.")]})
    if request.customer is not None and request.customer != voucher.customer_id:
        get_customer(tenant=request.tenant, customer=request.customer)


def _counted(voucher: Voucher, terms: TermsOfUse, request: _Request) -> UUID | None:
    """Whose uses of the coupon are counted towards a limit; None where there is none."""
    is_limited = terms.limit_per_day is not None or (not voucher.is_personal and terms.limit_per_customer is not None)
    return (request.customer or voucher.customer_id) if is_limited else None


def _keep_limits(voucher: Voucher, terms: TermsOfUse, request: _Request, customer: UUID) -> None:
    """Raises VoucherLimitReached when a use of the same customer came between; the transaction takes this one back."""
    stock.lock_taker(tenant=request.tenant, coupon=voucher.coupon_id, customer=customer)
    if reason := limit_against(voucher, terms, request.asked(), uses_more=0):
        raise refusal_of(reason)


def _take_use(
    request: _Request, named_by: str, named: object, *, judged: bool, funded_by: str | None = None
) -> dict[str, Any] | None:
    """One use of the voucher with its redemption written, or None when a guard held.

    Uses on one sale come one after the other: whether they may stand beside each other is judged by what is committed.
    """
    facts: dict[str, Any] = {
        "tenant": request.tenant,
        "named": named,
        "judged": judged,
        "now": request.at,
        "as_of": request.held_since or request.at,
        "amount": request.amount_minor,
        "left": request.left_minor,
        "customer": request.customer,
        "store": request.store.id,
        "is_partner_store": request.store.kind == "partner",
        "hold": request.hold,
        "at_door": request.at_door,
        "funded_by": funded_by,
        "key": request.key,
        "external_id": request.external_id,
        "redemption": new_id(),
        "actor_kind": request.actor.kind,
        "actor_id": request.actor.id,
        "actor_label": request.actor.label[:80],
    }
    with prepared_cursor() as lock, prepared_cursor() as cursor:
        with one_trip() if request.external_id else nullcontext():
            if request.external_id:
                # A statement of its own: the next one then sees what the lock's last holder committed.
                lock.execute(_WAIT_FOR_SALE, [_sale_named(request.tenant, request.store.id, request.external_id)])
            cursor.execute(TAKE_USE.format(named_by=named_by), facts)
        row = cursor.fetchone()
        if row is None:
            return None
        names = [column.name for column in cursor.description or ()]
    return dict(zip(names, row, strict=True)) | {"redemption_id": facts["redemption"]}


def _settle(request: _Request, taken: dict[str, Any], holder: LockedHolder | None) -> RedemptionInfo | None:
    """Move what the use is worth and tell; None when the same key was faster, and the use is put back."""
    if not taken["is_written"]:
        _put_back(taken)
        return None
    if holder is not None:
        post(tenant=request.tenant, holder=holder, moves=_moves(request, taken))
        repay_owed(
            tenant=request.tenant,
            holder=holder,
            unit=taken["paid_unit"],
            at_most=taken["change_amount"],
            voucher=taken["id"],
            store=request.store.id,
        )
    if taken["released_minor"]:
        stock.give_piece_back(tenant=request.tenant, coupon=taken["coupon_id"], pieces=0, money=taken["released_minor"])
    customer = request.customer or taken["customer_id"]
    publish(
        VoucherRedeemed(
            redemption_id=taken["redemption_id"],
            voucher_id=taken["id"],
            customer_id=customer,
            store_id=request.store.id,
            discount_minor=taken["discount_minor"],
        )
    )
    return RedemptionInfo(
        **{name: taken[name] for name in _TOLD},
        id=taken["redemption_id"],
        voucher_id=taken["id"],
        customer_id=customer,
        store_id=request.store.id,
        external_id=request.external_id,
        amount_minor=request.amount_minor,
        use_number=taken["use_number"],
        redeemed_at=request.at,
        voucher_status="issued" if taken["uses_left"] else "redeemed",
        actor_label=request.actor.label[:80],
        actor_id=request.actor.id,
    )


def _moves(request: _Request, taken: dict[str, Any]) -> list[Move]:
    """The price of this use is spent; what a smaller sale leaves of a balance goes back to it."""
    same: dict[str, Any] = {"unit": taken["paid_unit"], "voucher_id": taken["id"], "store_id": request.store.id}
    used, change = taken["paid_taken"] - taken["change_amount"], taken["change_amount"]
    words = {"coupon": taken["coupon_name"]}
    moves = []
    if used:
        moves.append(
            Move(
                debit=Account.VOUCHER_OUTSTANDING,
                credit=Account.REDEEMED,
                amount=used,
                kind="voucher_use",
                explanation={"key": "voucher_use", **words},
                **same,
            )
        )
    if change:
        moves.append(
            Move(
                debit=Account.VOUCHER_OUTSTANDING,
                credit=Account.AVAILABLE,
                amount=change,
                kind="voucher_return",
                explanation={"key": "voucher_change", **words},
                **same,
            )
        )
    return moves


def _put_back(taken: dict[str, Any]) -> None:
    """Undo the statement's update on the voucher, whose row this transaction still holds."""
    Voucher.objects.filter(id=taken["id"]).update(
        uses_left=taken["old_uses_left"],
        status=Voucher.Status.ISSUED,
        value_minor=taken["old_value_minor"],
        value_left_minor=taken["old_value_left_minor"],
        paid_left=taken["old_paid_left"],
        reserved_minor=taken["old_reserved_minor"],
        hold_id=taken["old_hold_id"],
        held_until=taken["old_held_until"],
        used_at=taken["old_used_at"],
    )


def _first_answer(request: _Request) -> RedemptionInfo:
    """The redemption that this key made. Raises KeyReused when it was asked for something else."""
    row = Redemption.objects.select_related("voucher", "coupon").get(key=request.key)
    column, value = name_of_voucher(request.code)
    is_same_voucher = getattr(row.voucher, column) == value
    asked = (request.store.id, request.customer, request.amount_minor, request.external_id)
    if not is_same_voucher or asked != (row.store_id, row.named_customer_id, row.amount_minor, row.external_id):
        raise KeyReused
    reversal = Reversal.objects.filter(redemption_id=row.id).first()
    return redemption_info(row, reversal, repeated=True)
