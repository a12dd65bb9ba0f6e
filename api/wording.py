"""What rooms answer, with the words that a caller's language needs."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language, to_locale

from programs.infos import AwardInfo, SaleOutcome
from programs.rules import Names
from programs.selectors import award_facts, explain, participations_of
from programs.selectors.receipts import receipt
from smartbis.kernel.codes import group_code
from smartbis.ledger.selectors import BalanceInfo
from smartbis.tenancy.selectors import TenantInfo


@dataclass(frozen=True)
class WordedAward:
    """An award with its reason in one sentence."""

    program: str
    rule_key: str
    rule_version: int
    unit: str
    amount: int
    status: str
    available_at: datetime | None
    explanation: str


@dataclass(frozen=True)
class WordedSale:
    """A sale's outcome as the till is told."""

    id: UUID
    status: str
    customer_id: UUID | None
    external_id: str
    amount_minor: int
    paid_minor: int
    currency: str
    awards: tuple[WordedAward, ...]
    balances: tuple[BalanceInfo, ...]
    vouchers: tuple[str, ...]
    receipt_text: str
    receipt_qr: str


def locale() -> str:
    """The locale that the caller asked for (`Accept-Language`), as `pt_BR`."""
    return to_locale(get_language() or "pt-br")


def worded_awards(
    awards: tuple[AwardInfo, ...], brand: TenantInfo, names: Names, spoken: str
) -> tuple[WordedAward, ...]:
    """Awards explained in the locale `spoken`; `names` are those of their rules."""
    took_part = participations_of(tenant=brand.id, awards=awards)
    currency = brand.currency
    return tuple(
        WordedAward(
            program=award.program,
            rule_key=award.rule.key if award.rule else "",
            rule_version=award.rule_version,
            unit=award.unit,
            amount=award.amount,
            status=award.status,
            available_at=award.available_at,
            explanation=explain(
                "earn",
                award.unit,
                award.amount,
                award_facts(award, currency=currency, names=names, took_part=took_part),
                spoken,
            ),
        )
        for award in awards
    )


def worded_sale(
    outcome: SaleOutcome, brand: TenantInfo, codes: dict[UUID, str], names: Names, spoken: str
) -> WordedSale:
    """A sale's outcome explained in the locale `spoken`, with its receipt.

    `codes` gives store codes by id, `names` are those of the rules that gave.
    """
    sale = outcome.purchase
    told = receipt(brand=brand, outcome=outcome, store_code=codes.get(sale.store_id, ""), locale=spoken)
    return WordedSale(
        id=sale.id,
        status=sale.status,
        customer_id=sale.customer_id,
        external_id=sale.external_id,
        amount_minor=sale.amount_minor,
        paid_minor=sale.paid_minor,
        currency=sale.currency,
        awards=worded_awards(outcome.awards, brand, names, spoken),
        balances=outcome.balances,
        vouchers=tuple(group_code(code) for code in outcome.vouchers),
        receipt_text=told.text,
        receipt_qr=told.qr,
    )
