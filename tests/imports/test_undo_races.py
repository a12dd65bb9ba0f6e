"""An import is taken back, statement by statement, while one of its sales is returned in parts at a till."""

from functools import partial

import pytest

from smartbis.ledger.selectors import check_ledger
from smartbis.tenancy.selectors import TenantInfo
from tests.imports.loading import held, load, take_back
from tests.imports.test_purchases import AT, HEADER, sale
from tests.programs.conftest import make_cashback
from tests.programs.test_refund_sale import refund
from tests.stepping import Rival, interleave
from tests.unchanged import unchanged

pytestmark = pytest.mark.django_db(transaction=True)
HEAD_STARTS = range(1, 40, 2)


def test_what_a_till_takes_back_meanwhile_is_not_taken_twice(shop: TenantInfo, boreal: TenantInfo) -> None:
    make_cashback(boreal)
    for place, head_start in enumerate(HEAD_STARTS):
        info = load(shop, HEADER + f"S{place},{AT},0.99,centro,store,,C{place},,,\n")
        assert held(shop, f"C{place}") == 20
        number = sale(shop, f"S{place}").id
        till = Rival("till", partial(refund, shop, number, 49, f"R{place}"))
        undo = Rival("undo", partial(take_back, shop, info))
        with unchanged(boreal):
            ring = interleave(undo, till, [0] * head_start + [1] * 300)
        assert ring is None, ring
        assert undo.error is None
        assert held(shop, f"C{place}") == 0, f"{head_start} statements before the till"
    assert check_ledger(tenant=shop.id).ok
