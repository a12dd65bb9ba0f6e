"""What a till prints or says after a sale: earned, balance, next step."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import date_format

from programs.infos import AwardInfo, SaleOutcome
from programs.selectors.explanations import in_words
from programs.selectors.spoken import gettext as _
from programs.selectors.spoken import speaking
from smartbis.kernel.clock import now
from smartbis.tenancy.selectors import TenantInfo


@dataclass(frozen=True)
class Receipt:
    """Some lines of plain text, and the address that a QR beside them leads to."""

    text: str
    qr: str


def receipt(*, brand: TenantInfo, outcome: SaleOutcome, store_code: str, locale: str) -> Receipt:
    """The receipt of a sale in words of `locale`; asks nothing of the database.

    An anonymous sale invites to join at its store.
    """
    home = f"{settings.BASE_URL}/p/{brand.slug}/"
    with speaking(locale):
        if outcome.purchase.customer_id is None:
            join = f"{home}join/?store={store_code}"
            return Receipt(
                "\n".join([brand.name, _("Cadastre-se e ganhe em cada compra: %(url)s") % {"url": join}]), join
            )
        lines = [brand.name]
        lines += [_earned(award, brand, locale) for award in outcome.awards]
        owed, can_spend = [], False
        for each in outcome.balances:
            lines.append(_("Saldo: %(balance)s.") % {"balance": in_words(each.available, each.unit, locale)})
            can_spend = can_spend or each.available > 0
            if each.owed:
                owed.append(in_words(each.owed, each.unit, locale))
        if owed:
            lines.append(_("A descontar dos próximos ganhos: %(owed)s.") % {"owed": ", ".join(owed)})
        if can_spend:
            lines.append(_("Use na próxima compra ou troque por vouchers: %(url)s") % {"url": home})
        else:
            lines.append(_("Acompanhe em %(url)s") % {"url": home})
        return Receipt("\n".join(lines), home)


def _earned(award: AwardInfo, brand: TenantInfo, locale: str) -> str:
    amount = in_words(award.amount, award.unit, locale)
    if award.status == "pending":
        if award.available_at and award.available_at > now():
            return _("Você ganhou %(amount)s, a liberar em %(day)s.") % {
                "amount": amount,
                "day": _day(award.available_at, brand),
            }
        return _("Você ganhou %(amount)s, a liberar após a confirmação.") % {"amount": amount}
    return _("Você ganhou %(amount)s.") % {"amount": amount}


def _day(instant: datetime, brand: TenantInfo) -> str:
    return date_format(instant.astimezone(ZoneInfo(brand.timezone)), "MONTH_DAY_FORMAT")
