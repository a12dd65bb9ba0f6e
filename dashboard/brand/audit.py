"""Lines of the audit trail in words."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from smartbis.tenancy.selectors import AuditRow


@dataclass(frozen=True)
class AuditLine:
    """One line: who did what when, and what was refused."""

    at: datetime
    who: str
    what: str
    why: str


def audit_line(row: AuditRow) -> AuditLine:
    """A row with its action in words; an action without words shows its code."""
    return AuditLine(row.at, row.actor or _("Sistema"), _actions().get(row.action, row.action), _why(row.reason))


def _why(reason: str) -> str:
    if reason == "permission_missing":
        return _("recusado: o papel não permite")
    return reason


def _actions() -> dict[str, str]:
    return {
        "adjustment.approve": _("aprovou um ajuste de saldo"),
        "adjustment.limits": _("mudou os limites de ajuste"),
        "adjustment.post": _("ajustou um saldo"),
        "adjustment.refuse": _("recusou um ajuste de saldo"),
        "adjustment.request": _("pediu um ajuste de saldo"),
        "backtest.start": _("testou regras no histórico"),
        "backtest.stop": _("parou um teste no histórico"),
        "balance.adjust": _("tentou ajustar um saldo"),
        "brand.change": _("tentou mudar a marca"),
        "challenge.change": _("mudou um desafio"),
        "challenge.create": _("criou um desafio"),
        "channel.connect": _("ligou um número de WhatsApp"),
        "channel.test": _("experimentou um número de WhatsApp"),
        "rates.load": _("trouxe uma tabela de preços de mensagens"),
        "sending_rules.change": _("mudou as regras de envio"),
        "campaign.change": _("mudou uma campanha"),
        "campaign.create": _("criou uma campanha"),
        "coupon.change": _("mudou um cupom"),
        "coupon.codes": _("trouxe códigos de outra empresa"),
        "coupon.create": _("criou um cupom"),
        "coupon.status": _("mudou a situação de um cupom"),
        "customer.change": _("mudou o cadastro de um cliente"),
        "customer.erase": _("apagou os dados de um cliente"),
        "customer.export": _("baixou os dados de um cliente"),
        "customer.merge": _("juntou dois cadastros"),
        "customer.merge_dismiss": _("disse que dois cadastros são de pessoas diferentes"),
        "customer.tag": _("pôs uma etiqueta"),
        "customer.tag_many": _("etiquetou um segmento"),
        "customer.untag": _("tirou uma etiqueta"),
        "event.cancel": _("cancelou um evento"),
        "event.change": _("mudou um evento"),
        "event.create": _("criou um evento"),
        "event.paid": _("confirmou o pagamento de uma inscrição"),
        "import.start": _("começou uma importação"),
        "import.undo": _("desfez uma importação"),
        "issuance.pause": _("pausou uma emissão de vouchers"),
        "issuance.resume": _("continuou uma emissão de vouchers"),
        "issuance.start": _("emitiu vouchers para muitos"),
        "issuance.stop": _("parou uma emissão de vouchers"),
        "key.create": _("criou uma chave de API"),
        "key.revoke": _("revogou uma chave de API"),
        "partner.add": _("cadastrou uma parceira"),
        "plan.buy_with_points": _("trocou pontos por um plano"),
        "plan.change": _("mudou um plano"),
        "plan.open": _("abriu um plano"),
        "plan.payment": _("registrou o pagamento de um plano"),
        "plan.withdraw": _("retirou um plano de um cliente"),
        "program.correct_notice": _("corrigiu um aviso de mudança"),
        "program.live": _("voltou a premiar num programa"),
        "program.open": _("abriu um programa"),
        "program.paused": _("pausou um programa"),
        "program.publish_rule": _("publicou uma regra"),
        "referral.accept": _("aceitou uma indicação"),
        "referral.refuse": _("recusou uma indicação"),
        "referral.terms": _("mudou as indicações"),
        "sale.cancel": _("cancelou uma venda"),
        "sale.confirm": _("confirmou uma venda"),
        "segment.add": _("pôs clientes numa lista"),
        "segment.change": _("mudou um segmento"),
        "segment.create": _("criou um segmento"),
        "segment.delete": _("apagou um segmento"),
        "segment.remove": _("tirou clientes de uma lista"),
        "staff.add": _("deu acesso a uma pessoa"),
        "staff.change": _("mudou o acesso de uma pessoa"),
        "staff.invite": _("convidou uma pessoa"),
        "staff.join": _("aceitou o convite"),
        "store.add": _("cadastrou uma loja"),
        "store.change": _("mudou uma loja"),
        "template.choose": _("escolheu a versão de um modelo"),
        "template.submit": _("enviou um modelo à Meta"),
        "tenant.change": _("mudou a marca"),
        "tenant.open": _("abriu a conta"),
        "tenant.status": _("mudou a situação da conta"),
        "tiers.change": _("mudou os níveis"),
        "till.terms": _("mudou o balcão e o checkout"),
        "voucher.cancel": _("cancelou um voucher"),
        "voucher.guessed": _("tentou muitos códigos que não existem"),
        "voucher.import_undo": _("desfez vouchers importados"),
        "voucher.issue": _("emitiu um voucher"),
        "voucher.redeem": _("validou um voucher"),
        "voucher.reverse": _("desfez o uso de um voucher"),
    }
