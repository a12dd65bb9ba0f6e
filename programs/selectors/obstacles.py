"""Why balance cannot be used, in words of the active language that fit the portal and the till alike."""

from typing import Any

from django.utils.translation import gettext as _

from smartbis.kernel.money import format_money


def why_not_usable(code: str, facts: dict[str, Any], locale: str) -> str:
    """One sentence for a refusal of `programs.errors.BalanceNotUsable`; empty for any other code."""
    shown = {
        name.removesuffix("_minor"): format_money(value, facts.get("currency", "BRL"), locale)
        for name, value in facts.items()
        if name.endswith("_minor")
    }
    if code == "balance_below_minimum":
        return _("O saldo pode ser usado a partir de %(minimum)s: faltam %(missing)s.") % shown
    if code == "sale_below_minimum":
        return _("O saldo vale em compras a partir de %(minimum)s: faltam %(missing)s.") % shown
    if code == "share_of_sale":
        return _("O saldo paga só uma parte de cada compra: até %(most)s nesta.") % shown
    told = {
        "store_excluded": _("O saldo não vale nesta loja."),
        "articles_excluded": _("O saldo não paga estes produtos."),
    }
    return told.get(code, "")
