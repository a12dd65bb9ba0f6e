"""Vouchers in words of the active language: where they stand, where they came from."""

from django.utils.translation import gettext as _

from dashboard.brand.states import State


def voucher_state(status: str) -> State:
    """Where a voucher stands."""
    states = {
        "issued": State(_("aberto"), "ok", "ticket"),
        "redeemed": State(_("usado"), "", "ticket-check"),
        "cancelled": State(_("cancelado"), "bad", "circle-x"),
        "lapsed": State(_("vencido"), "warn", "hourglass"),
    }
    return states.get(status, State(status))


def origin(name: str) -> str:
    """How a voucher came to be."""
    return {
        "balance": _("Trocado por saldo"),
        "manual": _("Dado pela equipe"),
        "rule": _("Regra do programa"),
        "campaign": _("Emissão para muitos"),
        "plan": _("Plano"),
        "import": _("Importado"),
    }.get(name, name)
