"""Why a row or a file was not taken, in words for the people who fix it, by code."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    # the row's shape
    "quote_open": _("Aspas que não fecham nesta linha."),
    "too_few_cells": _("A linha tem menos colunas que o cabeçalho."),
    "too_many_cells": _("A linha tem mais colunas que o cabeçalho."),
    # cells
    "external_id_missing": _("Falta o número da venda."),
    "amount_missing": _("Falta o valor."),
    "amount_invalid": _("Este valor não é um número de dinheiro."),
    "amount_unclear": _("Não dá para saber se este ponto ou vírgula separa milhares ou centavos."),
    "amount_not_positive": _("O valor precisa ser maior que zero."),
    "amount_too_large": _("Este valor é alto demais para ser verdade."),
    "amounts_disagree": _("As linhas desta venda dizem totais diferentes."),
    "price_invalid": _("Este preço não é um número de dinheiro."),
    "quantity_invalid": _("Esta quantidade não é um número."),
    "instant_missing": _("Falta a data da venda."),
    "instant_invalid": _("Esta data não existe ou está num formato desconhecido."),
    "instant_out_of_range": _("Esta data está no futuro ou longe demais no passado."),
    "date_invalid": _("Esta data não existe ou está num formato desconhecido."),
    "answer_invalid": _("Responda sim ou não."),
    "unit_invalid": _("O saldo é na moeda da marca ou em pontos."),
    "code_missing": _("Falta o código."),
    "sku_missing": _("Falta o código do artigo."),
    "text_too_long": _("Este texto é comprido demais."),
    "invalid": _("Algum campo desta linha não faz sentido."),
    # what rows name
    "store_missing": _("Falta a loja."),
    "store_unknown": _("Esta loja não existe ou está inativa."),
    "currency_mismatch": _("Esta moeda não é a da marca."),
    "customer_missing": _("Falta dizer de quem é."),
    "identity_missing": _("O cliente precisa de telefone, CPF, e-mail ou código."),
    "customer_not_found": _("Este cliente não existe mais."),
    "phone_invalid": _("Este telefone não existe, ou falta o DDD."),
    "cpf_invalid": _("Este CPF não existe."),
    "email_invalid": _("Este e-mail não existe."),
    "source_missing": _("Falta dizer de que sistema vem."),
    "reason_missing": _("Falta o motivo."),
    # among rows
    "sale_incomplete": _("Outra linha desta venda tem um erro: a venda inteira ficou de fora."),
    "rows_disagree": _("As linhas desta venda dizem clientes ou lojas diferentes."),
    "lines_apart": _(
        "As linhas desta venda não estão juntas no arquivo. Ordene o arquivo pelo número da venda e importe de novo; "
        "se uma parte dela já foi gravada, desfaça antes a importação."
    ),
    "purchase_conflict": _("Esta loja já tem uma venda com este número e outro conteúdo."),
    "refund_conflict": _("Esta venda já tem uma devolução com este número e outro conteúdo."),
    "refund_exceeds_purchase": _("A devolução é maior que o que resta da venda."),
    "purchase_cancelled": _("Esta venda foi cancelada."),
    "purchase_not_found": _("A venda desta devolução não existe."),
    "opening_conflict": _("Este saldo inicial já foi importado com outro valor."),
    "voucher_code_taken": _("Este código já é de outro voucher."),
    "voucher_conflict": _("Este voucher já foi importado com outro valor ou para outra pessoa."),
    "voucher_expired": _("Este voucher já venceu."),
    "row_refused": _("O banco de dados não aceitou esta linha."),
    # notes
    "return_unmatched": _("Devolução sem venda anterior deste artigo e cliente."),
    "return_partly_matched": _("Devolução maior que o que o cliente ainda tinha deste artigo."),
    "return_worthless": _("O artigo devolvido não tinha custado nada."),
    "not_an_article": _("Frete, taxa ou acerto: não conta como compra."),
    # whole files
    "file_gone": _("O arquivo não está mais no servidor: envie de novo."),
    "internal": _("A importação parou por um erro nosso. Nada do que já entrou se perdeu."),
}


def sentence_for(code: str) -> str:
    """The sentence of a code in the active language; the code itself for one that has none."""
    return str(SENTENCES.get(code, code))
