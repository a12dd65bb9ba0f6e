"""The first page a customer sees: what they have, what is coming, what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from insights.selectors import rule_names
from portal.selectors.programme import Promise, live_programs, promises, units_of
from programs.challenges.infos import Progress
from programs.challenges.selectors import progress_of
from programs.gatherings.infos import GatheringForCustomer
from programs.gatherings.selectors import gatherings_for
from programs.infos import ProgramInfo
from programs.selectors import (
    Holding,
    MemberInfo,
    StatementLine,
    TierCard,
    current_plans,
    customer_statement,
    holdings,
    tier_card,
)
from programs.selectors.catalogue import programs_reading
from programs.selectors.features import features_of, features_reading
from programs.selectors.notices import NoticeInfo, notices_for
from programs.selectors.offers import offers_of
from smartbis.kernel.clock import now
from smartbis.ledger.selectors import BalanceInfo, balances_reading, family_reading, spendable_balances
from smartbis.tenancy.scope import read_together, tenant_scope
from smartbis.tenancy.selectors import TenantInfo, stores_reading
from vouchers.infos import Offer, VoucherInfo
from vouchers.selectors import vouchers_of
from vouchers.selectors.offers import listed_reading, takers_reading
from vouchers.selectors.vouchers import open_reading

LAST_MOVEMENTS = 5
FEW_TICKETS = 4
FEW_EVENTS = 2


@dataclass(frozen=True)
class HomePage:
    """All of the page. `goal` is the priced offer that lacks the least balance and nothing else."""

    holdings: tuple[Holding, ...]
    goal: Offer | None
    offers: tuple[Offer, ...]
    vouchers: tuple[VoucherInfo, ...]
    lines: tuple[StatementLine, ...]
    notices: tuple[NoticeInfo, ...]
    promises: tuple[Promise, ...]
    tier: TierCard | None
    plans: tuple[MemberInfo, ...]
    events: tuple[GatheringForCustomer, ...]
    goals: tuple[Progress, ...]
    can_refer: bool


def home_page(*, brand: TenantInfo, customer: UUID, locale: str) -> HomePage:
    """Compose the home page in one read of the database, and ask for nothing that the brand does not use."""
    with tenant_scope(brand.id, read_only=True):
        read_together(
            programs_reading(brand.id),
            features_reading(brand.id),
            stores_reading(brand.id),
            balances_reading(brand.id, customer),
            family_reading(brand.id, customer),
            listed_reading(brand.id, now()),
            takers_reading(brand.id, customer),
            open_reading(brand.id, customer, FEW_TICKETS),
        )
        uses = features_of(tenant=brand.id)
        live, held = live_programs(brand=brand), spendable_balances(tenant=brand.id, customer=customer)
        offers = offers_of(tenant=brand.id, customer=customer, held=held)
        return HomePage(
            holdings=_holdings(brand, customer, live, held),
            goal=goal_among(offers),
            offers=tuple(offer for offer in offers if offer.can_have)[:FEW_TICKETS],
            vouchers=tuple(vouchers_of(tenant=brand.id, customer=customer, open_only=True, limit=FEW_TICKETS)),
            lines=customer_statement(
                tenant=brand.id, customer=customer, locale=locale, limit=LAST_MOVEMENTS, names_of=rule_names
            ).items,
            promises=tuple(promises(brand=brand, locale=locale, live=live)),
            notices=tuple(notices_for(tenant=brand.id, customer=customer)) if uses.notices else (),
            tier=tier_card(tenant=brand.id, customer=customer) if uses.tiers else None,
            plans=current_plans(tenant=brand.id, customer=customer) if uses.plans else (),
            events=tuple(gatherings_for(tenant=brand.id, customer=customer))[:FEW_EVENTS] if uses.gatherings else (),
            goals=_open_goals(brand, customer)[:1] if uses.challenges else (),
            can_refer=uses.referrals,
        )


def _open_goals(brand: TenantInfo, customer: UUID) -> tuple[Progress, ...]:
    return tuple(each for each in progress_of(tenant=brand.id, customer=customer) if not each.is_complete)


def holdings_of(*, brand: TenantInfo, customer: UUID) -> tuple[Holding, ...]:
    """The customer's balances, with a zero for each unit that the brand gives and they have not earned yet."""
    with tenant_scope(brand.id, read_only=True):
        held = spendable_balances(tenant=brand.id, customer=customer)
        return _holdings(brand, customer, live_programs(brand=brand), held)


def goal_among(offers: Sequence[Offer]) -> Offer | None:
    """The offer to save for: priced, and kept from the customer by its price alone."""
    wanted = [offer for offer in offers if [reason.code for reason in offer.reasons] == ["insufficient_balance"]]
    return min(wanted, key=lambda offer: (offer.missing_amount, offer.coupon.name), default=None)


def _holdings(
    brand: TenantInfo, customer: UUID, live: Sequence[ProgramInfo], held: Sequence[BalanceInfo]
) -> tuple[Holding, ...]:
    rows = {row.unit: row for row in held}
    units = dict.fromkeys([*units_of(live), *rows])
    every = [rows.get(unit) or BalanceInfo(unit, 0, 0, 0, 0) for unit in units]
    return holdings(tenant=brand.id, customer=customer, held=every)
