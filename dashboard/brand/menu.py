"""The dashboard's menu: what a person may see, in the order of a day's work."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from smartbis.kernel.people import Actor
from smartbis.tenancy.permissions import may


@dataclass(frozen=True)
class Entry:
    """One line of the menu."""

    key: str
    label: Promise
    icon: str
    verb: str

    @property
    def href(self) -> str:
        """Where it leads."""
        return reverse(f"dashboard:{self.key}")


_DAY = (
    Entry("overview", _("Visão geral"), "layout-dashboard", "dashboard.see"),
    Entry("customers", _("Clientes"), "users", "customer.list"),
    Entry("segments", _("Segmentos"), "filter", "segment.see"),
    Entry("purchases", _("Vendas"), "shopping-bag", "sale.list"),
    Entry("programs", _("Programa"), "percent", "program.see"),
    Entry("plans", _("Planos"), "refresh-cw", "plan.see"),
    Entry("tiers", _("Níveis"), "crown", "plan.see"),
    Entry("coupons", _("Cupons"), "ticket", "coupon.see"),
    Entry("adjustments", _("Ajustes"), "wallet", "adjustment.see"),
    Entry("events", _("Eventos"), "calendar", "event.see"),
    Entry("challenges", _("Desafios"), "target", "challenge.see"),
    Entry("referrals", _("Indicações"), "user-plus", "referral.see"),
    Entry("messages", _("Mensagens"), "message-circle", "message.see"),
    Entry("reports", _("Relatórios"), "chart-line", "report.see"),
)
_SETUP = (
    Entry("imports", _("Importações"), "upload", "import.see"),
    Entry("stores", _("Lojas"), "store", "store.see"),
    Entry("team", _("Equipe"), "user-check", "team.see"),
    Entry("keys", _("Chaves de API"), "key-round", "key.see"),
    Entry("settings", _("Marca"), "settings", "brand.change"),
    Entry("ledger_liability", _("Razão"), "shield-check", "ledger.see"),
    Entry("audit", _("Histórico de ações"), "history", "audit.see"),
)


def menu_of(actor: Actor) -> list[tuple[str, list[Entry]]]:
    """The groups of the menu with their titles; empty groups are left out."""
    groups = [("", _DAY), (str(_("Configuração")), _SETUP)]
    seen = [(title, [entry for entry in entries if may(actor, entry.verb)]) for title, entries in groups]
    return [(title, entries) for title, entries in seen if entries]
