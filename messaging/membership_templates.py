"""The templates about tiers and plans: what a member has, until when, and what keeps it."""

from messaging.template_specs import notice

_PATH = "membership/"

_TIER_REACHED = notice(
    "tier_reached",
    path=_PATH,
    examples={"first_name": "Ana", "tier": "Ouro", "brand": "Clube Aurora", "kept": "até 31/12/2026"},
    in_english={"kept": "until 31 Dec 2026"},
    pt=(
        "Olá, {first_name}! O seu nível agora é {tier}, registrado na sua conta em {brand}. "
        "Prazo deste nível: {kept}. O que ele inclui está na página da sua conta.",
        "Ver meu nível",
    ),
    en=(
        "Hello, {first_name}! Your level is now {tier}, as kept in your account with {brand}. "
        "Term of this level: {kept}. What it includes is on the page of your account.",
        "See my level",
    ),
)

_TIER_ENDING = notice(
    "tier_ending",
    path=_PATH,
    examples={"first_name": "Ana", "tier": "Ouro", "day": "31/12/2026", "missing": "R$ 120,00"},
    in_english={"day": "31 Dec 2026"},
    pt=(
        "Olá, {first_name}! O seu nível {tier} será avaliado de novo depois de {day}. "
        "Pelas contas de hoje, faltam {missing} até lá para que ele continue. O detalhe está na sua conta.",
        "Ver meu nível",
    ),
    en=(
        "Hello, {first_name}! Your level {tier} will be judged again after {day}. "
        "By today's figures, {missing} more are needed by then for it to go on. The detail is in your account.",
        "See my level",
    ),
)

_PLAN_STARTED = notice(
    "plan_started",
    path=_PATH,
    examples={"first_name": "Ana", "plan": "Sócio anual", "until": "até 20/11/2027"},
    in_english={"until": "until 20 Nov 2027"},
    pt=(
        "Olá, {first_name}! O seu plano {plan} está ativo, com validade {until}. "
        "O que ele inclui e a data do fim ficam na página da sua conta.",
        "Ver meu plano",
    ),
    en=(
        "Hello, {first_name}! Your plan {plan} is active and valid {until}. "
        "What it includes and its last day are on the page of your account.",
        "See my plan",
    ),
)

_PLAN_RENEWED = notice(
    "plan_renewed",
    path=_PATH,
    examples={"first_name": "Ana", "plan": "Sócio anual", "until": "até 20/11/2028"},
    in_english={"until": "until 20 Nov 2028"},
    pt=(
        "Olá, {first_name}! A renovação do seu plano {plan} foi registrada: ele continua, com validade {until}. "
        "Cada período está na página da sua conta.",
        "Ver meu plano",
    ),
    en=(
        "Hello, {first_name}! The renewal of your plan {plan} was recorded: it goes on and is valid {until}. "
        "Every period is on the page of your account.",
        "See my plan",
    ),
)

_PLAN_ENDING = notice(
    "plan_ending",
    path=_PATH,
    examples={
        "first_name": "Ana",
        "plan": "Sócio anual",
        "day": "20/11/2027",
        "how": "por Pix, com a chave tesouraria@associacao.example",
    },
    in_english={"day": "20 Nov 2027", "how": "by Pix, with the key tesouraria@associacao.example"},
    pt=(
        "Olá, {first_name}! O seu plano {plan} termina em {day}. "
        "Para renovar: {how}. Depois de conferido, o novo período aparece na sua conta.",
        "Ver meu plano",
    ),
    en=(
        "Hello, {first_name}! Your plan {plan} ends on {day}. "
        "To renew: {how}. Once it is confirmed, the new period is shown in your account.",
        "See my plan",
    ),
)

_PLAN_LAPSED = notice(
    "plan_lapsed",
    path=_PATH,
    examples={"first_name": "Ana", "plan": "Sócio anual", "day": "20/11/2027", "brand": "Clube Aurora"},
    in_english={"day": "20 Nov 2027"},
    pt=(
        "Olá, {first_name}! O seu plano {plan} terminou em {day}. "
        "O seu saldo em {brand} continua seu; a página da sua conta mostra como retomar o plano.",
        "Ver meu plano",
    ),
    en=(
        "Hello, {first_name}! Your plan {plan} ended on {day}. "
        "Your balance with {brand} remains yours; the page of your account shows how to take the plan up again.",
        "See my plan",
    ),
)

MEMBERSHIP = (_TIER_REACHED, _TIER_ENDING, _PLAN_STARTED, _PLAN_RENEWED, _PLAN_ENDING, _PLAN_LAPSED)
