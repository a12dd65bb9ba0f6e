"""What a line of the statement says is true of where the value came from."""

from typing import Any

import pytest
from django.utils import translation

from programs.selectors.explanations import explain

EARNED = "O que você ganhou cobriu primeiro um estorno anterior."
RETURNED = "O que voltou do voucher cobriu primeiro um estorno anterior."
BROUGHT = "O saldo trazido cobriu primeiro um estorno anterior."


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"key": "repaid", "code": ""}, EARNED),
        ({"key": "repaid_by_return", "code": "8F3K-2QZP-7XMA"}, RETURNED),
        ({"key": "repaid", "code": "8F3K-2QZP-7XMA"}, RETURNED),  # as it was written at first
        ({"key": "repaid_by_opening", "code": ""}, BROUGHT),
    ],
)
def test_a_repayment_says_what_paid(facts: dict[str, Any], words: str) -> None:
    with translation.override("pt-br"):
        assert explain("repayment", "BRL", 500, facts, "pt-br") == words
