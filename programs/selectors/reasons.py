"""Why a rule gave nothing, or less than it would, in the active language."""

from django.utils.translation import gettext as _

from programs.rules.conditions import Reason


def why_nothing(reason: Reason, cut_by: str | None = None) -> str:
    """One sentence for the reason why a rule gives nothing."""
    if reason == "limit_reached":
        return why_less(cut_by)
    return _reasons()[reason]


def why_less(cut_by: str | None) -> str:
    """One sentence for the limit that took something."""
    name = (cut_by or "").partition(".")[0]
    return {
        "per_purchase": _("O máximo por compra cortou."),
        "per_customer": _("O máximo por cliente foi alcançado."),
        "times_per_customer": _("O cliente já ganhou quantas vezes podia."),
        "per_rule": _("O máximo da regra para todos foi alcançado."),
        "budget_minor": _("A verba acabou."),
    }.get(name, _("Um limite foi alcançado."))


def _reasons() -> dict[Reason, str]:
    return {
        "kind_not_rewarded": _("É para outra ocasião: vendas e participações têm regras próprias."),
        "other_store": _("É para outra loja."),
        "other_channel": _("É para outro canal."),
        "other_payment_method": _("É para outra forma de pagamento."),
        "other_weekday": _("É para outro dia da semana."),
        "other_hour": _("É para outro horário."),
        "before_period": _("O período ainda não começou."),
        "after_period": _("O período já terminou."),
        "other_purchase": _("É para outra compra do cliente, como a primeira."),
        "not_birthday": _("Não é a época do aniversário."),
        "not_in_plan": _("O cliente não tem o plano."),
        "not_in_tier": _("O cliente não está no nível."),
        "not_in_segment": _("O cliente não está no segmento."),
        "not_in_community": _("O cliente não é da comunidade."),
        "without_tag": _("O cliente não tem a etiqueta."),
        "no_such_article": _("A venda não tem os produtos da regra."),
        "nothing_paid": _("Nada foi pago."),
        "below_minimum": _("A venda não chega ao valor mínimo."),
        "below_quantity": _("A venda não chega à quantidade mínima."),
        "excluded_by_other": _("Outra regra vale sozinha aqui."),
        "less_than_best": _("Outra regra dá mais, e só a maior vale."),
        "nothing_to_multiply": _("Nenhuma outra regra deu algo para multiplicar."),
        "nothing_after_rounding": _("O valor é pequeno demais: arredondado, dá zero."),
        "limit_reached": _("Um limite foi alcançado."),
    }
