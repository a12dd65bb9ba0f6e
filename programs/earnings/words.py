"""Why a rule gave nothing, or less than it would, in the active language."""

from django.utils.translation import gettext as _

from programs.earnings.infos import Closed, EarnedIn
from programs.rules.conditions import Reason
from programs.rules.looking_back import Passed


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


def why_passed(passed: Passed) -> str:
    """Why a rule gave nothing for a recorded sale; where that rests on what may be otherwise by now, it says so."""
    if passed.reason is None:
        return _(
            "Pelo que se sabe hoje, daria algo. O que ela olha no cadastro ou no catálogo mudou depois da venda, "
            "e como era na hora não ficou guardado."
        )
    if passed.reason == "limit_reached" and len(passed.limits) > 1:
        names = list(dict.fromkeys(_limit(each) for each in passed.limits))
        if len(names) > 1:
            return _("Um limite foi alcançado; qual deles não ficou guardado: %(limits)s.") % {
                "limits": ", ".join(names)
            }
    text = why_nothing(passed.reason, passed.limits[0] if passed.limits else None)
    return text if passed.is_sure else " ".join([text, _("É o que se sabe hoje: na hora da venda podia ser outro.")])


def why_closed(closed: Closed) -> str:
    """Why a whole programme gave nothing for a sale."""
    return {
        "no_customer": _("Sem cliente identificado, a venda não premiou ninguém."),
        "recorded_before_programme": _("O programa ainda não existia quando a venda foi registrada."),
        "before_first_version": _("A venda é de antes de o programa começar a valer."),
        "programme_paused": _("O programa estava pausado quando a venda foi registrada."),
    }[closed]


def why_programme_gave_nothing(earned: EarnedIn) -> str:
    """Why a programme gave nothing, in one sentence; empty where it gave something."""
    if earned.awards or earned.gifts:
        return ""
    return why_closed(earned.closed) if earned.closed else _("Nenhuma regra deste programa valeu para esta venda.")


def gift_state(status: str) -> str:
    """What became of a thing that a rule gave."""
    return {
        "waiting": _("a entregar"),
        "given": _("entregue"),
        "refused": _("não pôde ser entregue"),
        "taken_back": _("retirado com a devolução"),
    }.get(status, status)


def why_refused(code: str) -> str:
    """Why a thing that a rule gave was not handed out."""
    return {
        "coupon_not_live": _("O cupom não estava no ar."),
        "coupon_out_of_stock": _("O estoque do cupom tinha acabado."),
        "coupon_limit_reached": _("O cliente já tinha todos os vouchers a que tem direito neste cupom."),
        "coupon_not_eligible": _("O cupom é para outro grupo de clientes."),
        "budget_exhausted": _("A verba do cupom tinha acabado."),
        "plan_closed": _("O plano não é mais vendido, ou o seu último dia já passou."),
        "plan_already_paid": _("O cliente já tinha o plano até o seu último dia."),
    }.get(code, _("Motivo registrado: %(code)s.") % {"code": code})


def _limit(name: str) -> str:
    return {
        "per_customer": _("máximo por cliente"),
        "times_per_customer": _("vezes por cliente"),
        "per_rule": _("máximo para todos"),
        "budget_minor": _("verba"),
    }.get(name.partition(".")[0], name)


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
