"""A customer's timeline in words, for the team."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand import words
from dashboard.brand.states import message_state, template_name
from insights.selectors import TimelineEntry


@dataclass(frozen=True)
class Row:
    """One line (`components/timeline_row.html`)."""

    icon_name: str
    title: str
    text: str
    at: datetime
    end: str = ""
    tone: str = ""
    href: str = ""


def timeline_row(entry: TimelineEntry) -> Row:
    """An entry with its icon and words."""
    return _WRITERS[entry.kind](entry, entry.facts)


def _enrolled(entry: TimelineEntry, facts: dict[str, Any]) -> Row:
    through = words.channel(facts["channel"])
    return Row("user-plus", _("Entrou no programa"), _("por %(channel)s") % {"channel": through}, entry.at)


def _sale(entry: TimelineEntry, facts: dict[str, Any]) -> Row:
    parts = [facts["store"], _("venda %(number)s") % {"number": facts["number"]}]
    if facts["refunded_minor"]:
        money = words.amount(facts["refunded_minor"], facts["currency"])
        parts.append(_("%(money)s devolvidos") % {"money": money})
    if facts["status"] == "pending":
        parts.append(_("aguardando confirmação"))
    if facts["status"] == "cancelled":
        parts.append(_("cancelada"))
    return Row(
        "shopping-bag",
        _("Comprou"),
        " · ".join(part for part in parts if part),
        entry.at,
        words.amount(facts["amount_minor"], facts["currency"]),
        href=reverse("dashboard:purchase", args=[entry.id]),
    )


def _value(entry: TimelineEntry, facts: dict[str, Any]) -> Row:
    change = facts["amount"] or facts["pending_change"]
    sign = "+" if change > 0 else "\N{MINUS SIGN}"
    end = f"{sign}{words.amount(abs(change), facts['unit'])}" if change else ""
    icon = "arrow-down-left" if change > 0 else "arrow-up-right" if change < 0 else "wallet"
    if not facts["amount"] and facts["pending_change"]:
        icon = "hourglass"
    return Row(icon, facts["title"], facts["explanation"], entry.at, end, "in" if change > 0 else "")


def _voucher(entry: TimelineEntry, facts: dict[str, Any]) -> Row:
    titles = {
        "issued": ("ticket", _("Recebeu um voucher")),
        "used": ("ticket-check", _("Usou um voucher")),
        "cancelled": ("ban", _("Voucher cancelado")),
        "lapsed": ("clock", _("Voucher venceu")),
    }
    icon, title = titles[facts["step"]]
    return Row(icon, title, f"{facts['name']} · {facts['code']}", entry.at)


def _message(entry: TimelineEntry, facts: dict[str, Any]) -> Row:
    if facts["direction"] == "in":
        return Row("message-circle", _("Escreveu no WhatsApp"), facts["text"], entry.at)
    state = message_state(facts["status"])
    return Row(state.icon, _("Mensagem: %(name)s") % {"name": template_name(facts["template"])}, state.label, entry.at)


def _consent(entry: TimelineEntry, facts: dict[str, Any]) -> Row:
    through = _("por %(channel)s") % {"channel": words.channel(facts["channel"])}
    if facts["category"] == "marketing":
        title = _("Aceitou ofertas") if facts["granted"] else _("Não quer mais ofertas")
    else:
        title = _("Aceitou avisos") if facts["granted"] else _("Não quer mais avisos")
    return Row("bell" if facts["granted"] else "bell-off", title, through, entry.at)


_WRITERS = {
    "enrolled": _enrolled,
    "sale": _sale,
    "value": _value,
    "voucher": _voucher,
    "message": _message,
    "consent": _consent,
}
