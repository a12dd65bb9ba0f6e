"""The monthly statement of each partner: what it honoured, who bears it, what its sales earned customers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from smartbis.kernel.people import Actor
from smartbis.ledger.by_store import EarnedAtStore, earned_at_stores
from smartbis.purchases.selectors import sales_by_store
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import PartnerInfo, StoreInfo, get_tenant, partners, stores
from vouchers.selectors.honoured import Honoured, honoured_in
from vouchers.selectors.report import coupon_labels


@dataclass(frozen=True)
class HonouredLine:
    """One coupon at one store. Money in minor units; `due_minor` is what the brand owes for it, reversals taken off."""

    store: str
    coupon: str
    funded_by: str
    uses: int
    taken_back: int
    cost_minor: int
    back_cost_minor: int

    @property
    def due_minor(self) -> int:
        """Nothing for what the store bears itself."""
        return self.cost_minor - self.back_cost_minor if self.funded_by == "brand" else 0

    @property
    def borne_minor(self) -> int:
        """What the store bears itself."""
        return self.cost_minor - self.back_cost_minor if self.funded_by == "store" else 0


@dataclass(frozen=True)
class EarnedLine:
    """What sales at one store earned customers in one unit; the brand bears it."""

    store: str
    unit: str
    earned: int
    reversed: int


@dataclass(frozen=True)
class PartnerStatement:
    """One partner, one month of the tenant's calendar. Money in minor units of `currency`.

    `due_minor` is the net: what the brand pays the partner, or below zero what the partner gives back, when uses of
    earlier months were taken back.
    """

    partner: PartnerInfo
    month: date
    currency: str
    sales: int
    sales_minor: int
    honoured: tuple[HonouredLine, ...]
    earned: tuple[EarnedLine, ...]

    @property
    def due_minor(self) -> int:
        """What the brand owes for the month."""
        return sum(line.due_minor for line in self.honoured)

    @property
    def borne_minor(self) -> int:
        """What the partner bears itself."""
        return sum(line.borne_minor for line in self.honoured)

    @property
    def uses(self) -> int:
        """How many vouchers were honoured."""
        return sum(line.uses for line in self.honoured)


def partner_statements(*, tenant: UUID, month: date, actor: Actor | None = None) -> list[PartnerStatement]:
    """The statements of a month (any day of it), by the partners' names; only their own for a partner's people.

    A month that is over stays as it was: what is taken back later stands in the later month.
    """
    with tenant_scope(tenant, read_only=True):
        brand = get_tenant(tenant=tenant)
        zone = ZoneInfo(brand.timezone)
        first = month.replace(day=1)
        since, until = (datetime.combine(day, time.min, zone) for day in (first, _next(first)))
        places = [each for each in stores(tenant=tenant, actor=actor, active_only=False) if each.partner_id]
        ids = [each.id for each in places]
        honoured = honoured_in(tenant=tenant, stores=ids, since=since, until=until)
        earned = earned_at_stores(tenant=tenant, stores=ids, since=since, until=until)
        sold = sales_by_store(tenant=tenant, since=since, until=until)
        names = {coupon: name for coupon, (name, _campaign) in coupon_labels(tenant=tenant).items()}
        found = []
        for partner in partners(tenant=tenant):
            theirs = {each.id: each for each in places if each.partner_id == partner.id}
            if actor is not None and actor.partner not in (None, partner.id):
                continue
            sales = [sold[each] for each in theirs if each in sold]
            found.append(
                PartnerStatement(
                    partner=partner,
                    month=first,
                    currency=brand.currency,
                    sales=sum(each.sales for each in sales),
                    sales_minor=sum(each.amount_minor for each in sales),
                    honoured=tuple(_honoured(honoured, theirs, names)),
                    earned=tuple(_earned(earned, theirs)),
                )
            )
        return found


def _honoured(
    rows: Iterable[Honoured], theirs: dict[UUID, StoreInfo], names: dict[UUID, str]
) -> Iterable[HonouredLine]:
    lines = [
        HonouredLine(
            store=theirs[row.store].name,
            coupon=names.get(row.coupon, ""),
            funded_by=row.funded_by,
            uses=row.uses,
            taken_back=row.taken_back,
            cost_minor=row.cost_minor,
            back_cost_minor=row.back_cost_minor,
        )
        for row in rows
        if row.store in theirs
    ]
    return sorted(lines, key=lambda line: (line.store, line.coupon, line.funded_by))


def _earned(rows: Iterable[EarnedAtStore], theirs: dict[UUID, StoreInfo]) -> Iterable[EarnedLine]:
    lines = [
        EarnedLine(theirs[row.store].name, row.unit, row.earned, row.reversed) for row in rows if row.store in theirs
    ]
    return sorted(lines, key=lambda line: (line.store, line.unit))


def _next(first: date) -> date:
    return first.replace(year=first.year + 1, month=1) if first.month == 12 else first.replace(month=first.month + 1)
