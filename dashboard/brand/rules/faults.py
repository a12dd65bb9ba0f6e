"""What the rules' room finds wrong, said to a brand's owner: what to change, in the active language."""

import re
from collections.abc import Callable
from datetime import date
from re import Match

from django.utils.formats import date_format
from django.utils.translation import gettext as _

_Say = Callable[["Match[str]"], str]

_SAID: list[tuple[str, _Say]] = [
    (r"A whole number from (\d+) to (\d+) is needed\.", lambda m: _("Use um número inteiro de %(least)s a %(most)s.")
     % {"least": m[1], "most": m[2]}),
    (r"Choose one of .*", lambda m: _("Escolha uma das opções.")),
    (r"Text of up to (\d+) characters is needed\.", lambda m: _("Use até %(most)s letras.") % {"most": m[1]}),
    (r"A list of names is needed\.", lambda m: _("Escreva um nome por linha, com até 200 letras.")),
    (r"At most (\d+) are taken\.", lambda m: _("São aceitos no máximo %(most)s.") % {"most": m[1]}),
    (r"A day like .*", lambda m: _("Escolha um dia.")),
    (r"Hours like .*|Up to ten pairs .*", lambda m: _("Use horários como 18:30, em até dez faixas.")),
    (r"A stretch of hours needs .*", lambda m: _("O começo e o fim do horário precisam ser diferentes.")),
    (r"Name at least one rule\.", lambda m: _("Deixe pelo menos uma regra.")),
    (r"A version holds at most (\d+) rules\.", lambda m: _("São no máximo %(most)s regras.") % {"most": m[1]}),
    (r"Another rule of this version has this key\.", lambda m: _("Outra regra já usa esta chave: duplique de novo.")),
    (r"The last day lies before the first.*",
     lambda m: _("O último dia vem antes do primeiro: nenhuma venda ganharia.")),
    (r"The last purchase comes before the first.*",
     lambda m: _("A última compra vem antes da primeira: nenhuma venda ganharia.")),
    (r"None of these weekdays lies between.*",
     lambda m: _("Nenhum destes dias da semana cai no período: mude os dias ou o período.")),
    (r"Taking part is no sale:.*",
     lambda m: _("Participar não é uma venda: tire esta condição, ou faça outra regra para vendas.")),
    (r"Taking part has no amount:.*",
     lambda m: _("Participar não tem valor: dê um valor fixo, um multiplicador, um voucher ou um plano.")),
    (r"What this rule gives has its own budget:.*",
     lambda m: _("O que esta regra dá tem verba própria: defina no cupom, ou limite por unidades.")),
    (r"Things cannot be compared by value:.*",
     lambda m: _("Coisas não se comparam pelo valor: escolha “Soma”, ou “Só esta” com prioridade.")),
    (r"Points for tiers cost no money:.*", lambda m: _("Pontos de nível não custam dinheiro: limite pela quantidade.")),
    (r"Less than the limit of a (\w+), which.*",
     lambda m: _("Menor que o limite de um período mais curto, que nunca seria alcançado: aumente este.")),
    (r"More than another limit of this rule allows.*",
     lambda m: _("Maior que outro limite desta regra: nunca seria alcançado. Diminua este.")),
    (r"Less than the fixed amount:.*", lambda m: _("Menor que o valor fixo: diminua o valor em vez de limitar.")),
    (r"No rule gives value for the same sales:.*",
     lambda m: _("Nenhuma regra dá algo nas mesmas vendas: não haveria o que multiplicar. Mude as condições.")),
    (r"There is nothing to multiply:.*",
     lambda m: _("Não há o que multiplicar: acrescente uma regra que dê cashback ou pontos.")),
    (r"It excludes others, and so does “(.*)”, with.*",
     lambda m: _("Esta regra é “só esta”, e “%(other)s” também, nas mesmas vendas: dê a uma delas prioridade maior.")
     % {"other": m[1]}),
    (r"Cashback earns by percentage, points by unit of money\.",
     lambda m: _("Cashback usa percentual; pontos usam “a cada valor gasto”.")),
    (r"There is no store (.*)\.", lambda m: _("Não existe a loja %(stores)s: desmarque.") % {"stores": m[1]}),
    (r"There is no plan (.*)\.", lambda m: _("Não existe o plano %(names)s: desmarque.") % {"names": m[1]}),
    (r"There is no tier (.*)\.", lambda m: _("Não existe o nível %(names)s: desmarque.") % {"names": m[1]}),
    (r"There is no segment (.*)\.", lambda m: _("Não existe o segmento %(names)s: desmarque.") % {"names": m[1]}),
    (r"Every rule is over before this version starts:.*",
     lambda m: _("Todas as regras terminam antes de a versão começar: nenhuma venda ganharia.")),
    (r"There is no such coupon\.", lambda m: _("Este cupom não existe mais: escolha outro.")),
    (r"This coupon's vouchers are made of balance alone:.*",
     lambda m: _("Os vouchers deste cupom nascem só de saldo: escolha outro.")),
    (r"This coupon is a draft:.*", lambda m: _("Este cupom é um rascunho: ponha-o no ar antes, ou escolha outro.")),
    (r"This coupon is paused:.*", lambda m: _("Este cupom está pausado: retome-o antes, ou escolha outro.")),
    (r"This coupon has ended:.*", lambda m: _("Este cupom foi encerrado: escolha outro.")),
    (r"This coupon is over before.*",
     lambda m: _("O período deste cupom termina antes de a regra poder dá-lo: adie o fim dele, ou escolha outro.")),
    (r"This coupon begins only on (.*): start.*",
     lambda m: _("Este cupom só começa em %(day)s: comece a regra nesse dia, ou adiante o começo dele.")
     % {"day": date_format(date.fromisoformat(m[1]), "SHORT_DATE_FORMAT")}),
    (r"This coupon is out of stock:.*",
     lambda m: _("O estoque deste cupom acabou: aumente o estoque, ou escolha outro.")),
    (r"This coupon's budget is used up:.*",
     lambda m: _("A verba deste cupom acabou: aumente a verba, ou escolha outro.")),
    (r"There is no such plan.*", lambda m: _("Este plano não existe mais: escolha outro.")),
    (r"Say what points are worth first.*",
     lambda m: _("Diga antes quanto valem os pontos, mais abaixo: a verba é contada em dinheiro.")),
    (r"This rule has already given (.*): set the budget.*",
     lambda m: _("Esta regra já deu %(given)s: ponha uma verba igual ou maior.") % {"given": m[1]}),
    (r"A new version takes effect now or later\.", lambda m: _("Escolha um momento de agora em diante.")),
    (r"Use 1 to 80 characters\.", lambda m: _("Use de 1 a 80 letras.")),
]  # fmt: skip
_COMPILED = [(re.compile(pattern, re.DOTALL), say) for pattern, say in _SAID]


def said(sentence: str) -> str:
    """A sentence of the rules' room as people of the brand read it; one without words here stays as it is."""
    for pattern, say in _COMPILED:
        if match := pattern.fullmatch(sentence):
            return say(match)
    return sentence
