"""Templates in words: when each goes out, what its data are, what Meta would refuse, what reads as marketing."""

from django.utils.translation import gettext as _

from dashboard.brand.states import State
from messaging.category_advice import Hint
from messaging.header_files import FileRefused
from messaging.own_templates import ButtonKind
from messaging.template_faults import Fault


def when_sent(key: str) -> str:
    """What sends a template, in half a sentence."""
    occasions = {
        "welcome": _("quando alguém se cadastra"),
        "purchase_credited": _("quando uma compra rende"),
        "voucher_issued": _("quando um voucher é emitido"),
        "voucher_ending": _("antes de um voucher vencer"),
        "voucher_redeemed": _("quando um voucher é usado"),
        "event_registered": _("quando alguém se inscreve num evento"),
        "event_place_freed": _("quando um lugar abre para quem esperava"),
        "event_starting": _("na véspera de um evento, para quem tem lugar"),
        "event_cancelled": _("quando um evento é cancelado"),
        "event_removed": _("quando a equipe tira alguém da lista de um evento"),
        "referral_settled": _("quando uma indicação é premiada"),
        "challenge_reached": _("quando um desafio é concluído"),
        "rules_changed": _("quando as regras do programa mudam"),
        "purchase_refunded": _("quando uma compra que rendeu é devolvida"),
        "balance_adjusted": _("quando a equipe acerta um saldo"),
        "voucher_restored": _("quando o uso de um voucher é desfeito"),
        "voucher_lapsed": _("quando um voucher vence e o valor volta"),
        "tier_reached": _("quando o nível de alguém muda"),
        "tier_ending": _("antes de um nível ser avaliado"),
        "plan_started": _("quando um plano começa"),
        "plan_renewed": _("quando um plano é renovado"),
        "plan_ending": _("antes de um plano terminar"),
        "plan_lapsed": _("quando um plano termina"),
        "sign_in_code": _("quando alguém entra na sua conta"),
    }
    return occasions.get(key, "")


def datum_name(name: str) -> str:
    """What a datum of a message is."""
    names = {
        "first_name": _("Primeiro nome"),
        "brand": _("Nome da marca"),
        "store": _("Loja"),
        "earned": _("O que ganhou"),
        "balance": _("Saldo"),
        "next_step": _("Próximo passo"),
        "voucher": _("Voucher"),
        "code": _("Código"),
        "until": _("Validade"),
        "day": _("Dia"),
        "at": _("Dia e hora"),
        "event": _("Evento"),
        "place": _("Local"),
        "reason": _("Motivo"),
        "returned": _("O que voltou"),
        "friend": _("Quem foi indicado"),
        "challenge": _("Desafio"),
        "program": _("Programa"),
        "from": _("A partir de"),
        "change": _("O que muda"),
        "tier": _("Nível"),
        "kept": _("Prazo do nível"),
        "missing": _("Quanto falta"),
        "plan": _("Plano"),
        "how": _("Como renovar"),
        "amount": _("Quanto"),
    }
    return names.get(name, name.replace("_", " "))


def language_name(language: str) -> str:
    """A language of templates."""
    return {"pt_BR": _("Português"), "en": _("Inglês")}.get(language, language)


def category_name(category: str) -> str:
    """A category of Meta's."""
    names = {"utility": _("aviso"), "marketing": _("oferta"), "authentication": _("código de acesso")}
    return names.get(category.lower(), category.lower())


def wording_state(status: str, is_retired: bool) -> State:
    """Where a wording stands before Meta has it; None of these once it has."""
    if status == "DRAFT":
        return State(_("rascunho"), "", "pencil")
    if is_retired:
        return State(_("guardada"), "", "ban")
    return State(_("a caminho da Meta"), "info", "send")


def template_quality(quality: str) -> State | None:
    """How Meta rates a template by what people do with it; None before it does."""
    states = {
        "GREEN": State(_("qualidade alta"), "ok", "circle-check"),
        "YELLOW": State(_("qualidade média"), "warn", "circle-help"),
        "RED": State(_("qualidade baixa"), "bad", "circle-alert"),
    }
    return states.get(quality)


def button_kind(kind: str) -> str:
    """What a button does."""
    kinds = {
        ButtonKind.PAGE: _("Abrir a página do cliente"),
        ButtonKind.SHOP: _("Comprar na loja"),
        ButtonKind.ADDRESS: _("Abrir um endereço"),
        ButtonKind.PHONE: _("Ligar para um número"),
        ButtonKind.COPY: _("Copiar um código"),
        ButtonKind.REPLY: _("Responder com este texto"),
    }
    return kinds[ButtonKind(kind)]


def button_icon(kind: ButtonKind) -> str:
    """What the phone shows beside a button's words."""
    icons = {ButtonKind.PHONE: "phone", ButtonKind.COPY: "copy", ButtonKind.REPLY: "undo-2"}
    return icons.get(kind, "external-link")


def file_name(kind: str) -> str:
    """What is on top of a message."""
    return {"text": _("Título"), "image": _("Imagem"), "video": _("Vídeo"), "document": _("Documento (PDF)")}[kind]


def file_icon(kind: str) -> str:
    """What stands for a file that cannot be shown."""
    return "file-text" if kind == "document" else "camera"


def file_fault(error: FileRefused) -> str:
    """Why a file is not taken."""
    sentences = {
        "too_large": _("O arquivo pode ter até %(limit)s MB."),
        "not_image": _("Envie uma imagem PNG, JPEG ou WebP."),
        "not_video": _("Envie um vídeo MP4."),
        "not_document": _("Envie um documento PDF."),
    }
    return sentences[error.code] % {"limit": error.limit}


def fault_words(fault: Fault) -> str:
    """Why Meta would refuse it, and what to do."""
    sentences = {
        "empty": _("Escreva o texto."),
        "too_long": _("São no máximo %(limit)s letras, com os dados preenchidos: há %(has)s."),
        "braces": _("As chaves { } só servem para dados da lista, como {first_name}."),
        "unknown_value": _("Esta mensagem não traz {%(name)s}. Escolha um dado da lista."),
        "no_values": _("Aqui o texto é fixo: sem dados entre chaves."),
        "one_value": _("O título leva no máximo um dado."),
        "one_line": _("Escreva numa linha só."),
        "plain_text": _("O título é texto simples: tire “%(found)s”."),
        "blanks": _("No máximo uma linha em branco e quatro espaços seguidos, e nada de tabulação."),
        "value_at_edge": _("O texto não pode começar nem terminar com um dado: ponha palavras antes e depois."),
        "values_touch": _("Dois dados seguidos precisam de uma palavra entre eles."),
        "too_many_values": _("Há dados demais para tão pouco texto: são precisas %(words)s palavras, e há %(has)s."),
        "too_many_buttons": _("No máximo %(limit)s botões."),
        "too_many_addresses": _("No máximo %(limit)s botões que abrem páginas."),
        "too_many_phones": _("No máximo um botão que liga."),
        "same_label": _("Dois botões dizem o mesmo."),
        "no_label": _("Escreva o que o botão diz."),
        "no_file": _("Escolha o arquivo que vai no alto da mensagem."),
        "no_code": _("Escreva o código, ou escolha um dado que seja um."),
        "code_too_long": _("Um código tem no máximo %(limit)s letras, com os dados preenchidos: há %(has)s."),
        "too_many_codes": _("No máximo um botão que copia um código."),
        "no_shop": _("Antes diga o endereço da loja em Configurações."),
        "phone": _("Escreva o número com código do país, como +551133334444."),
        "address": _("Escreva um endereço inteiro, como https://loja.exemplo.com.br/outono."),
        "shortened": _("A Meta recusa endereços encurtados (%(host)s): escreva o verdadeiro."),
        "back_to_whatsapp": _("A Meta recusa botões que levam de volta ao WhatsApp (%(host)s)."),
    }
    sentence = sentences.get(fault.code, fault.code)
    return sentence % fault.params if fault.params else sentence


def hint_words(hint: Hint) -> str:
    """Why a phrase reads as marketing."""
    reasons = {
        "discount": _("fala de desconto"),
        "offer": _("anuncia uma oferta ou novidade"),
        "gift": _("promete algo grátis"),
        "urgency": _("apressa a pessoa"),
        "invitation": _("convida a comprar ou visitar"),
        "price": _("diz um preço sem falar de uma compra feita"),
    }
    return reasons[hint.reason]


def part_name(where: str) -> str:
    """A part of a template."""
    if where.startswith("button-"):
        return _("Botão %(number)s") % {"number": int(where.removeprefix("button-")) + 1}
    names = {"header": _("Título"), "body": _("Texto"), "footer": _("Rodapé"), "buttons": _("Botões")}
    return names.get(where, _("Botão"))
