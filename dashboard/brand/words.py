"""What people of the team read: amounts, refusals and states, in the active language."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_compact_currency, format_compact_decimal, format_currency, format_decimal
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext, to_locale
from django.utils.translation import gettext as _

from programs.selectors.explanations import in_words
from smartbis.kernel.errors import DomainError
from smartbis.kernel.money import format_money
from smartbis.kernel.units import minor_digits

_WHOLE_UNITS = 1_000_000


def locale() -> str:
    """The active language as Babel names it: `pt_BR`, `en`."""
    return to_locale(get_language() or "pt-br")


def number(value: int) -> str:
    """A count with its grouping: `12.480`."""
    return str(format_decimal(value, locale=locale()))


def amount(value: int, unit: str) -> str:
    """Minor units or points: `R$ 18,50`, `38 pontos`, `38 pontos de nível`."""
    return in_words(value, unit, locale())


def cost(micros: int, currency: str) -> str:
    """Millionths of a unit, with as many digits of a cent as it takes: `US$ 0,0068`, `US$ 12,40`."""
    units = Decimal(micros).scaleb(-6)
    if abs(micros) >= _WHOLE_UNITS:
        return str(format_currency(units, currency, locale=locale()))
    pattern = "¤#,##0.00##" if locale().startswith("en") else "¤\xa0#,##0.00##"
    return str(format_currency(units, currency, pattern, locale=locale(), currency_digits=False))


def costs(amounts: Mapping[str, int]) -> str:
    """Micros by currency, side by side: they are never added up."""
    return " + ".join(cost(micros, currency) for currency, micros in amounts.items()) or "—"


def short_money(minor: int, currency: str) -> str:
    """Money without cents that are zero: `R$ 10`, `R$ 9,90`."""
    text = format_money(minor, currency, locale())
    return text[:-3] if text.endswith((",00", ".00")) else text


def compact(value: float, currency: str = "") -> str:
    """A figure for an axis: `1,2 mil`, `R$ 12 mil`; money comes in minor units."""
    if not currency:
        return str(format_compact_decimal(round(value), locale=locale(), fraction_digits=1))
    units = value / 10 ** minor_digits(currency)
    digits = 1 if units >= 1000 and units % 1000 else 0
    return str(format_compact_currency(units, currency, locale=locale(), fraction_digits=digits))


def percentage(basis_points: int) -> str:
    """`20%`, `12,5%`."""
    whole, rest = divmod(basis_points, 100)
    separator = "." if locale().startswith("en") else ","
    return f"{whole}{separator}{rest:02d}".rstrip("0") + "%" if rest else f"{whole}%"


def day(at: datetime) -> str:
    """A day of the brand's calendar: `12/12/2026`."""
    return date_format(localtime(at), "SHORT_DATE_FORMAT")


def month(key: str) -> str:
    """A month of `2026-12` as people read it: `dez. 2026`."""
    return str(format_date(date.fromisoformat(f"{key}-01"), "MMM y", locale=locale()))


def moment(at: datetime) -> str:
    """A day and a time of the brand's calendar: `12/12/2026 14:05`."""
    return date_format(localtime(at), "SHORT_DATETIME_FORMAT")


def when(weekdays: Sequence[int], hours: Sequence[tuple[str, str]]) -> str:
    """`seg, ter, qua; das 14:00 às 18:00`."""
    names = (_("seg"), _("ter"), _("qua"), _("qui"), _("sex"), _("sáb"), _("dom"))
    parts = [", ".join(names[number - 1] for number in sorted(weekdays))] if weekdays else []
    parts += [_("das %(start)s às %(end)s") % {"start": start, "end": end} for start, end in hours]
    return "; ".join(parts)


def channel(name: str) -> str:
    """Through what something came, in words."""
    names = {
        "counter": _("balcão"),
        "store": _("loja"),
        "portal": _("portal"),
        "whatsapp": "WhatsApp",
        "api": "API",
        "online": _("loja online"),
        "import": _("importação"),
        "demo": _("demonstração"),
    }
    return names.get(name, name)


def goal(kind: str, value: int, category: str, currency: str) -> str:
    """A challenge's goal: `3 compras`, `somar R$ 300`, `2 × Café`."""
    if kind == "spend":
        return _("somar %(money)s") % {"money": short_money(value, currency)}
    if kind == "category":
        return f"{value} × {category}"
    names = {
        "purchases": ngettext("%(n)s compra", "%(n)s compras", value),
        "stores": ngettext("%(n)s loja", "%(n)s lojas", value),
        "events": ngettext("%(n)s evento", "%(n)s eventos", value),
    }
    return names.get(kind, kind) % {"n": value}


def refusal(error: DomainError) -> str:
    """Why something was not done, and what to do about it."""
    words = _refusals().get(error.code)
    return words or _("Isto não é possível agora. Nada foi alterado.")


def _refusals() -> Mapping[str, str]:
    return {
        "nobody_wrote": _("Mande primeiro um “oi” do seu celular para este número; o teste responde a ele."),
        "channel_not_checked": _("A Meta não respondeu. Nada foi mudado: tente de novo."),
        "channel_refused": _("A Meta não aceita mais as credenciais deste número: ligue-o de novo."),
        "slug_taken": _("Este nome ou código já está em uso."),
        "identity_taken": _("Outro cliente já tem este contato."),
        "identity_missing": _("O cliente precisa de ao menos um telefone, e-mail, CPF ou código."),
        "customer_erased": _("Este cliente foi apagado: nada mais pode ser mudado."),
        "segment_key_taken": _("Já há um segmento com este nome. Escolha outro."),
        "segments_full": _("Há segmentos demais. Apague um que não serve mais."),
        "segment_is_living": _("Este segmento é um filtro: quem entra e sai é a regra que diz."),
        "merge_same_customer": _("É o mesmo cadastro. Escolha outro."),
        "merge_cpf_conflict": _("Os dois cadastros têm CPF, e são diferentes. Diga qual fica."),
        "invitation_pending": _("Esta pessoa ainda não usou o convite."),
        "last_owner": _("A marca precisa de ao menos um dono ativo."),
        "refund_exceeds_purchase": _("O valor é maior que o que resta desta venda."),
        "refund_conflict": _("Já há uma devolução com este número e outro valor."),
        "purchase_cancelled": _("Esta venda foi cancelada."),
        "purchase_changed": _("Esta venda acaba de mudar. Confira e tente de novo."),
        "purchase_not_pending": _("Esta venda não espera mais o pagamento."),
        "redemption_already_reversed": _("Este uso já foi desfeito."),
        "coupon_out_of_stock": _("O estoque deste cupom acabou."),
        "coupon_limit_reached": _("Este cliente já teve todos os vouchers a que tem direito neste cupom."),
        "coupon_not_eligible": _("Este cupom é para outro grupo de clientes."),
        "coupon_not_live": _("Este cupom não está publicado ou está fora do período."),
        "budget_exhausted": _("A verba deste cupom acabou."),
        "insufficient_balance": _("O saldo do cliente não é suficiente."),
        "ledger_too_large": _(
            "São movimentos demais para somar nesta página. Quem cuida do sistema confere por comando."
        ),
        "adjustment_conflict": _("Esta página ficou velha. Confira e confirme de novo."),
        "adjustment_decided": _("Outra pessoa já decidiu este ajuste."),
        "adjustment_own_request": _("Você pediu este ajuste: outra pessoa precisa decidir."),
        "adjustment_above_limit": _("Este ajuste passa do seu limite: peça a alguém com limite maior."),
        "idempotency_key_reused": _("Esta página ficou velha. Confira e confirme de novo."),
        "request_in_progress": _("O mesmo pedido já está em andamento."),
        "rule_effective_in_past": _("Escolha um momento de agora em diante."),
        "program_changed": _(
            "Outra versão foi publicada enquanto você editava: abra as regras de novo e faça a mudança sobre ela."
        ),
        "notice_over": _("Este aviso já saiu da página dos participantes: fica como foi lido."),
        "backtest_ended": _("Este teste já terminou."),
        "backtests_waiting": _("Há testes demais na fila: pare um, ou espere que terminem."),
        "import_not_undoable": _("Só dá para desfazer uma importação que terminou."),
        "referral_decided": _("Esta indicação não espera decisão."),
        "challenge_closed": _("Este desafio se encerrou."),
        "event_not_found": _("Este evento não existe."),
        "event_cancelled": _("Este evento foi cancelado."),
        "registration_closed": _("As inscrições deste evento não estão abertas."),
        "event_not_eligible": _("Este evento é para outro grupo de clientes."),
        "registration_not_found": _("Esta entrada não é de nenhuma inscrição."),
        "registration_ended": _("Esta inscrição já saiu da lista."),
        "registration_waiting": _("Esta pessoa está na lista de espera e ainda não tem lugar."),
        "registration_unpaid": _("Falta pagar. Receba e use “Recebi, chegou”."),
        "check_in_too_early": _("A porta abre 12 horas antes do início."),
        "entry_of_another_event": _("Esta entrada é de outro evento."),
        "not_arrived": _("Não há chegada para desfazer."),
        "already_arrived": _("Esta pessoa já chegou."),
        "voucher_already_redeemed": _("Esta entrada já foi usada."),
        "voucher_not_found": _("Nenhuma entrada tem este código. Confira os caracteres."),
        "voucher_expired": _("Esta entrada venceu."),
        "store_unknown": _("Esta loja não existe mais ou está fora do seu alcance."),
        "plan_closed": _("Este plano não é mais vendido, ou o seu último dia já passou."),
        "plan_already_paid": _("Este cliente já tem o plano até o seu último dia: mais um período não mudaria nada."),
        "plan_not_for_points": _("Este plano não se paga com pontos."),
        "plan_source_conflict": _("Este comprovante já foi registrado, com outro cliente, plano ou valor."),
        "permission_missing": _("O seu papel na equipe não permite isto."),
    }
