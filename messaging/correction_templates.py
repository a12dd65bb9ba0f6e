"""The templates about what was set right: returned sales, undone uses, corrections by hand, what ended."""

from messaging.template_specs import notice

_PURCHASE_REFUNDED = notice(
    "purchase_refunded",
    path="statement/",
    examples={"first_name": "Ana", "returned": "R$ 20,00", "store": "Loja Centro", "balance": "R$ 38,00"},
    in_english={"returned": "R$20.00", "balance": "R$38.00"},
    pt=(
        "Olá, {first_name}! A devolução de {returned} da sua compra em {store} foi registrada. "
        "O que ela tinha rendido foi acertado, e o seu saldo agora é {balance}. Cada lançamento está no seu extrato.",
        "Ver extrato",
    ),
    en=(
        "Hello, {first_name}! The return of {returned} of your purchase at {store} was recorded. "
        "What it had earned was set right, and your balance is now {balance}. Every entry is on your statement.",
        "See statement",
    ),
)

_BALANCE_ADJUSTED = notice(
    "balance_adjusted",
    path="statement/",
    examples={"first_name": "Ana", "brand": "Cartão Aurora", "amount": "+ R$ 10,00", "balance": "R$ 52,00"},
    in_english={"amount": "+ R$10.00", "balance": "R$52.00"},
    pt=(
        "Olá, {first_name}! A equipe de {brand} registrou um acerto de {amount} na sua conta. "
        "O seu saldo agora é {balance}. Cada lançamento está no seu extrato.",
        "Ver extrato",
    ),
    en=(
        "Hello, {first_name}! The team of {brand} recorded a correction of {amount} on your account. "
        "Your balance is now {balance}. Every entry is on your statement.",
        "See statement",
    ),
)

_VOUCHER_RESTORED = notice(
    "voucher_restored",
    path="vouchers/",
    path_parameter="voucher_path",
    examples={
        "first_name": "Ana",
        "voucher": "Café",
        "store": "Loja Centro",
        "code": "8F3K-2QZP-7XMA",
        "until": "até 31/12/2026",
    },
    in_english={"voucher": "Coffee", "until": "until 31 Dec 2026"},
    pt=(
        "Olá, {first_name}! O uso do seu voucher {voucher} em {store} foi desfeito, e ele vale de novo. "
        "O código é {code}, com validade {until}. Mostre o código ou o QR da página no caixa para usar.",
        "Abrir voucher",
    ),
    en=(
        "Hello, {first_name}! The use of your voucher {voucher} at {store} was undone, and it is good again. "
        "Its code is {code} and it is valid {until}. Show the code or the page's QR at the till to use it.",
        "Open voucher",
    ),
)

_VOUCHER_LAPSED = notice(
    "voucher_lapsed",
    path="statement/",
    examples={"first_name": "Ana", "voucher": "Café", "returned": "50 pontos voltaram ao saldo"},
    in_english={"voucher": "Coffee", "returned": "50 points are back on your balance"},
    pt=(
        "Olá, {first_name}! O seu voucher {voucher} venceu sem uso. Situação do que você pagou por ele: {returned}. "
        "Cada lançamento está no seu extrato.",
        "Ver extrato",
    ),
    en=(
        "Hello, {first_name}! Your voucher {voucher} ended unused. Status of what you paid for it: {returned}. "
        "Every entry is on your statement.",
        "See statement",
    ),
)

_EVENT_REMOVED = notice(
    "event_removed",
    path="events/",
    examples={
        "first_name": "Ana",
        "event": "Sarau",
        "at": "12/12/2026 19:00",
        "returned": "50 pontos voltaram ao saldo",
    },
    in_english={
        "event": "Open stage",
        "at": "12 Dec 2026 19:00",
        "returned": "50 points are back on your balance",
    },
    pt=(
        "Olá, {first_name}! A sua inscrição em {event} do dia {at} foi cancelada pela equipe, e a entrada não vale "
        "mais. Situação do seu pagamento: {returned}. Se foi um engano, responda a esta mensagem.",
        "Ver eventos",
    ),
    en=(
        "Hello, {first_name}! Your registration for {event} on {at} was cancelled by the team, and the entry is no "
        "longer valid. Status of your payment: {returned}. If this was a mistake, reply to this message.",
        "See events",
    ),
)

CORRECTIONS = (_PURCHASE_REFUNDED, _BALANCE_ADJUSTED, _VOUCHER_RESTORED, _VOUCHER_LAPSED, _EVENT_REMOVED)
