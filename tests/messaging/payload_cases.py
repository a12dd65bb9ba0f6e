"""One payload of every kind that the gateway builds, by name."""

from messaging.whatsapp.interactive import (
    Card,
    Flow,
    Reply,
    Row,
    Section,
    flow_message,
    link_button,
    list_message,
    reply_buttons,
)
from messaging.whatsapp.payloads import (
    Media,
    Payload,
    Recipient,
    mark_read,
    media_message,
    reaction_message,
    text_message,
)
from messaging.whatsapp.template_calls import (
    CopyCode,
    FlowStart,
    Parameter,
    QuickReply,
    TemplateCall,
    UrlButton,
    template_message,
)

CARD = Card("Escolha uma opção.", header="Clube", footer="Responda SAIR para parar")
REPLIES = [Reply("sim", "Sim"), Reply("nao", "Não")]
ROWS = [Row("cafe", "Café", "100 pontos"), Row("bolo", "Bolo")]


def templates(to: Recipient) -> dict[str, Payload]:
    """Every way to fill a template."""
    calls = {
        "template without values": TemplateCall("hello", "pt_BR"),
        "template by position": TemplateCall("t", "pt_BR", [Parameter("Ana"), Parameter("10")], {0: UrlButton("abc/")}),
        "template by name": TemplateCall("t", "en", [Parameter("Ana", name="first_name")], header=Parameter("Loja")),
        "template with image": TemplateCall("t", "pt_BR", header=Media("image", "123")),
        "template with video": TemplateCall("t", "pt_BR", header=Media("video", "123")),
        "template with document": TemplateCall("t", "pt_BR", header=Media("document", "1", filename="regras.pdf")),
        "template with buttons": TemplateCall("t", "pt_BR", buttons={0: QuickReply("stop"), 2: UrlButton("x")}),
    }
    return {name: template_message(to, call, tracker="id") for name, call in calls.items()}


def later_buttons(to: Recipient) -> dict[str, Payload]:
    """Button kinds whose parameters the published description does not know."""
    calls = {
        "template with code": TemplateCall("t", "pt_BR", buttons={0: CopyCode("CLUBE10")}),
        "template with flow": TemplateCall("t", "pt_BR", buttons={1: FlowStart("token", {"points": 10})}),
    }
    return {name: template_message(to, call, tracker="id") for name, call in calls.items()}


def within_window(to: Recipient) -> dict[str, Payload]:
    """Every kind but templates; media ids are invented."""
    sections = [Section(ROWS[:1], "Quentes"), Section(ROWS[1:], "Doces")]
    flow = Flow("77", "Responder", "token", "START", {"points": 10})
    return {
        "text": text_message(to, "Olá!", tracker="id"),
        "text as answer": text_message(to, "Olá!", tracker="id", reply_to="wamid.1", preview_url=True),
        "image": media_message(to, Media("image", "123", caption="Olhe"), tracker="id"),
        "audio": media_message(to, Media("audio", "123"), tracker="id", reply_to="wamid.1"),
        "video": media_message(to, Media("video", "123", caption="Olhe"), tracker="id"),
        "document": media_message(to, Media("document", "1", caption="x", filename="a.pdf"), tracker="id"),
        "sticker": media_message(to, Media("sticker", "123"), tracker="id"),
        "reaction": reaction_message(to, "wamid.1", "👍", tracker="id"),
        "reaction taken away": reaction_message(to, "wamid.1", "", tracker="id"),
        "reply buttons": reply_buttons(to, CARD, REPLIES, tracker="id"),
        "reply buttons under an image": reply_buttons(
            to, Card("Certo?", header=Media("image", "123")), REPLIES, tracker="id"
        ),
        "list": list_message(to, CARD, "Ver prêmios", [Section(ROWS)], tracker="id"),
        "list in sections": list_message(to, CARD, "Ver prêmios", sections, tracker="id", reply_to="wamid.1"),
        "link": link_button(to, Card("Veja"), "Abrir", "https://clube.example/p/aurora/", tracker="id"),
        "flow": flow_message(to, Card("Conte para nós"), flow, tracker="id"),
    }


def marks() -> dict[str, Payload]:
    """Marks on received messages."""
    return {"read": mark_read("wamid.1"), "read with typing": mark_read("wamid.1", typing=True)}
