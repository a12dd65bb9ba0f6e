"""States as badges: a word, an icon and a tone, so that colour never stands alone."""

from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class State:
    """A state in one or two words."""

    label: str
    tone: str = ""
    icon: str = ""


def message_state(status: str) -> State:
    """Where a message stands, as WhatsApp's own ticks tell it."""
    states = {
        "queued": State(_("na fila"), "", "clock"),
        "sending": State(_("enviando"), "", "send"),
        "accepted": State(_("aceita"), "", "check"),
        "sent": State(_("enviada"), "", "check"),
        "delivered": State(_("entregue"), "ok", "circle-check"),
        "read": State(_("lida"), "ok", "eye"),
        "failed": State(_("falhou"), "bad", "circle-alert"),
        "unknown": State(_("sem resposta"), "warn", "circle-help"),
        "held": State(_("retida"), "warn", "hourglass"),
        "received": State(_("recebida"), "info", "inbox"),
    }
    return states.get(status, State(status))


def message_reason(reason: str) -> str:
    """Why a message is held or failed, and what to do, in one sentence."""
    reasons = {
        "no_consent": _("O cliente não aceitou este tipo de mensagem."),
        "no_contact": _("O cliente não tem telefone nem WhatsApp."),
        "no_channel": _("Nenhum número de WhatsApp está ligado."),
        "template_not_approved": _("O modelo ainda não foi aprovado pela Meta; sai quando for."),
        "tenant_suspended": _("A conta da marca está suspensa."),
        "customer_erased": _("O cliente foi apagado."),
        "expired": _("Passou da hora de enviar."),
        "superseded": _("Um código mais novo tomou o lugar deste."),
        "opted_out": _("A pessoa pediu para não receber ofertas."),
        "undeliverable": _("O WhatsApp não entrega a este número."),
        "window_closed": _("A pessoa não escreve há mais de 24 horas: só um modelo aprovado chega a ela."),
        "retries_exhausted": _("Várias tentativas falharam."),
        "request_wrong": _("A Meta recusou o conteúdo da mensagem."),
        "no_answer": _("A Meta não respondeu: pode ter saído."),
        "worker_lost": _("O envio foi interrompido: pode ter saído."),
        "quiet_hours": _("Horas de silêncio no lugar da pessoa."),
        "holiday": _("Feriado: a marca descansa."),
        "marketing_cap": _("A pessoa já recebeu as ofertas que as regras permitem no período."),
        "notice_cap": _("A pessoa já recebeu os avisos que as regras permitem por dia."),
        "recipient_capped": _("O WhatsApp não entrega mais ofertas a esta pessoa hoje."),
        "unreachable": _("Três mensagens seguidas não chegaram a este número: ele descansa por um mês."),
        "daily_limit": _("O limite diário de pessoas da conta na Meta está cheio."),
        "account_restricted": _("A Meta só deixa esta conta responder, por enquanto."),
        "template_resting": _("O modelo foi recusado várias vezes seguidas e descansa."),
        "billing_stopped": _("Falta resolver o pagamento da conta na Meta: o que é pago espera."),
        "template_dead": _("A Meta não aceita mais o modelo."),
        "held_for_quality": _("A Meta segura a mensagem para avaliar a qualidade."),
    }
    return reasons.get(reason, reason.replace("_", " "))


def channel_quality(quality: str) -> State:
    """How Meta rates a number by what people say of its messages."""
    states = {
        "GREEN": State(_("qualidade alta"), "ok", "circle-check"),
        "YELLOW": State(_("qualidade média"), "warn", "circle-help"),
        "RED": State(_("qualidade baixa"), "bad", "circle-alert"),
    }
    return states.get(quality, State(_("qualidade ainda não medida"), "", "circle-help"))


def channel_notice(notice: str) -> str:
    """The last news from Meta of a number or its account, in one sentence."""
    sentences = {
        "": "",
        "flagged": _("A Meta marcou o número: pessoas o bloqueiam ou denunciam. Escreva menos, e só a quem espera."),
        "unflagged": _("A Meta tirou a marca do número."),
        "throughput_upgrade": _("A Meta aumentou a velocidade do número."),
        "upgrade": _("A Meta aumentou o limite diário da conta."),
        "downgrade": _("A Meta diminuiu o limite diário da conta."),
        "disabled_update": _("A Meta mudou a situação da conta."),
        "account_restriction": _("A Meta restringiu a conta."),
        "account_violation": _("A Meta aponta uma violação das regras."),
    }
    return sentences.get(notice, _("Aviso da Meta: %(notice)s.") % {"notice": notice.replace("_", " ")})


def channel_stop(reason: str) -> str:
    """Why nothing goes out by a number, and what to do, in one or two sentences."""
    token = _("A Meta não aceita mais o token: nada sai até alguém trocar as credenciais.")
    account = _("A Meta bloqueou a conta: nada sai. Resolva com ela, e depois use “Conferir com a Meta”.")
    number = _(
        "O número não está registrado na Meta: nada sai. Registre-o no painel dela, e depois use “Conferir com a Meta”."
    )
    reasons = {
        "account_disabled": _("A Meta desativou a conta: nada sai até ela a reativar."),
        **dict.fromkeys(("code_0", "code_104", "code_190"), token),
        **dict.fromkeys(("code_368", "code_131031"), account),
        **dict.fromkeys(("code_33", "code_131045", "code_133010"), number),
        "code_131037": _(
            "A Meta ainda não aprovou o nome do número: nada sai. Quando aprovar, use “Conferir com a Meta”."
        ),
    }
    other = _(
        "A Meta recusou o número ou a conta (%(code)s): nada sai. Resolva com ela, e depois use “Conferir com a Meta”."
    )
    return reasons.get(reason) or other % {"code": reason.removeprefix("code_")}


def template_name(key: str) -> str:
    """A template of the library, by what it tells."""
    names = {
        "welcome": _("Boas-vindas"),
        "purchase_credited": _("Compra creditada"),
        "voucher_issued": _("Voucher emitido"),
        "voucher_ending": _("Voucher por vencer"),
        "voucher_redeemed": _("Voucher usado"),
        "event_registered": _("Inscrição em evento"),
        "event_place_freed": _("Lugar em evento"),
        "event_starting": _("Lembrete de evento"),
        "event_cancelled": _("Evento cancelado"),
        "event_removed": _("Inscrição cancelada pela equipe"),
        "referral_settled": _("Indicação premiada"),
        "challenge_reached": _("Desafio concluído"),
        "rules_changed": _("Regras novas"),
        "purchase_refunded": _("Devolução registrada"),
        "balance_adjusted": _("Acerto de saldo"),
        "voucher_restored": _("Voucher de volta"),
        "voucher_lapsed": _("Voucher vencido"),
        "tier_reached": _("Nível alcançado"),
        "tier_ending": _("Nível por terminar"),
        "plan_started": _("Plano iniciado"),
        "plan_renewed": _("Plano renovado"),
        "plan_ending": _("Plano por terminar"),
        "plan_lapsed": _("Plano encerrado"),
        "sign_in_code": _("Código de acesso"),
    }
    return names.get(key, key.replace("_", " ") or _("texto livre"))


def template_state(status: str) -> State:
    """What Meta says of a template."""
    states = {
        "APPROVED": State(_("aprovado"), "ok", "circle-check"),
        "PENDING": State(_("em análise"), "warn", "hourglass"),
        "REJECTED": State(_("recusado"), "bad", "circle-x"),
        "REFUSED": State(_("recusado"), "bad", "circle-x"),
        "PAUSED": State(_("pausado"), "warn", "hourglass"),
        "DISABLED": State(_("desativado"), "bad", "ban"),
    }
    return states.get(status, State(status.lower().replace("_", " ")))


def purchase_state(status: str, refunded_minor: int, amount_minor: int) -> State:
    """Where a sale stands, with what came back of it."""
    if status == "cancelled":
        return State(_("cancelada"), "bad", "ban")
    if status == "pending":
        return State(_("pendente"), "warn", "hourglass")
    if refunded_minor >= amount_minor:
        return State(_("devolvida"), "", "undo-2")
    if refunded_minor:
        return State(_("devolvida em parte"), "", "undo-2")
    return State(_("confirmada"), "ok", "circle-check")


def coupon_state(status: str) -> State:
    """Whether an offer can be had."""
    states = {
        "draft": State(_("rascunho"), "", "pencil"),
        "scheduled": State(_("agendado"), "info", "clock"),
        "live": State(_("publicado"), "ok", "circle-check"),
        "paused": State(_("pausado"), "warn", "hourglass"),
        "ended": State(_("encerrado"), "", "ban"),
    }
    return states.get(status, State(status))


def issuance_state(status: str) -> State:
    """How far an order of vouchers for many is."""
    states = {
        "running": State(_("em andamento"), "info", "loader"),
        "paused": State(_("descansando"), "warn", "hourglass"),
        "done": State(_("concluída"), "ok", "circle-check"),
        "stopped": State(_("parada"), "", "ban"),
    }
    return states.get(status, State(status))


def issuance_reason(code: str) -> str:
    """Why a customer got no voucher, or why an order rests."""
    reasons = {
        "coupon_out_of_stock": _("O estoque acabou: aumente-o e continue."),
        "budget_exhausted": _("A verba acabou: aumente-a e continue."),
        "coupon_not_live": _("O cupom não está publicado: publique-o e continue."),
        "coupon_not_eligible": _("Não é para este cliente"),
        "coupon_limit_reached": _("Já tem o máximo permitido"),
        "customer_gone": _("Cadastro apagado"),
        "issued_already": _("Já recebeu por outro cadastro"),
    }
    return reasons.get(code, code)


def event_state(phase: str) -> State:
    """What an event is now."""
    states = {
        "draft": State(_("rascunho"), "", "pencil"),
        "soon": State(_("inscrições em breve"), "info", "clock"),
        "open": State(_("inscrições abertas"), "ok", "circle-check"),
        "full": State(_("lotado"), "warn", "users"),
        "closed": State(_("inscrições encerradas"), "", "ban"),
        "running": State(_("acontecendo"), "info", "calendar"),
        "over": State(_("realizado"), "", "check"),
        "cancelled": State(_("cancelado"), "bad", "ban"),
    }
    return states.get(phase, State(phase))


def registration_state(status: str) -> State:
    """Where somebody stands on an event's list."""
    states = {
        "registered": State(_("inscrito"), "info", "ticket"),
        "arrived": State(_("chegou"), "ok", "circle-check"),
        "waiting": State(_("em espera"), "warn", "hourglass"),
        "left": State(_("saiu"), "", "ban"),
    }
    return states.get(status, State(status))


def referral_state(status: str) -> State:
    """Where a referral stands."""
    states = {
        "held": State(_("em análise"), "warn", "eye"),
        "waiting": State(_("sem compra"), "", "clock"),
        "settling": State(_("no prazo"), "info", "hourglass"),
        "settled": State(_("premiada"), "ok", "circle-check"),
        "refused": State(_("recusada"), "", "ban"),
    }
    return states.get(status, State(status))


def import_state(status: str, is_undoing: bool = False) -> State:
    """How far a file has come."""
    if is_undoing:
        return State(_("desfazendo"), "warn", "undo-2")
    states = {
        "queued": State(_("na fila"), "", "clock"),
        "running": State(_("em andamento"), "info", "loader"),
        "done": State(_("terminada"), "ok", "circle-check"),
        "failed": State(_("falhou"), "bad", "circle-alert"),
        "undone": State(_("desfeita"), "", "undo-2"),
    }
    return states.get(status, State(status))


def backtest_state(status: str) -> State:
    """Where a backtest stands."""
    states = {
        "queued": State(_("na fila"), "", "clock"),
        "running": State(_("rodando"), "info", "hourglass"),
        "done": State(_("pronto"), "ok", "circle-check"),
        "failed": State(_("falhou"), "bad", "circle-alert"),
        "stopped": State(_("parado"), "warn", "circle-alert"),
    }
    return states.get(status, State(status))
