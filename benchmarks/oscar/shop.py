"""Two ways of using a voucher in oscar.

*Placed*: an open basket with a product and a voucher becomes an order, by oscar's own applicator, calculators and
`OrderCreator`, which locks the voucher, looks once more whether it is good, and records its usage.
*Recorded*: only what says that a voucher is used, in one transaction: `is_available_to_user` and `record_usage`, on an
order that was there before. Nothing in oscar does just that; it is the least that a use could cost there.
"""

import importlib
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from itertools import cycle
from typing import Any
from uuid import uuid4

from benchmarks.clients import Operation
from benchmarks.oscar.process import CURRENCY, set_up

PRICE, VALUE = Decimal("129.90"), Decimal("10.00")
AT_ONCE = 5_000
Use = Callable[[Any], bool]


def placed(url: str, place: int) -> Operation:
    """A client that places orders with vouchers of its own, one after the other."""
    set_up(url)
    baskets = cycle(list(_of(place).values_list("basket__id", flat=True)))
    return _each_good(_place(), baskets)


def recorded(url: str, place: int) -> Operation:
    """A client that only records the usage of vouchers of its own."""
    set_up(url)
    codes = cycle(list(_of(place).values_list("code", flat=True)))
    return _each_good(_record(place), codes)


def _each_good(use: Use, given: Any) -> Operation:
    def operation() -> None:
        if not use(next(given)):
            raise RuntimeError("a voucher was not good any more: make more of them")

    return operation


def _of(place: int) -> Any:
    return _models("voucher").Voucher.objects.filter(offers__name=_offer_name(place)).order_by("id")


def _offer_name(place: int) -> str:
    return f"R$ 10, client {place}"


def _models(app: str) -> Any:
    return importlib.import_module(f"oscar.apps.{app}.models")


def _place() -> Use:
    """Order placement for the basket of an id, as the last page of oscar's checkout does it."""
    from django.contrib.auth.models import AnonymousUser

    load = importlib.import_module("oscar.core.loading").get_class
    applicator, strategies = load("offer.applicator", "Applicator")(), load("partner.strategy", "Selector")()
    shipping, total = (
        load("shipping.repository", "Repository")(),
        load("checkout.calculators", "OrderTotalCalculator")(),
    )
    creator, baskets, user = load("order.utils", "OrderCreator")(), _models("basket").Basket.open, AnonymousUser()

    def use(basket_id: int) -> bool:
        basket = baskets.get(id=basket_id)
        basket.strategy = strategies.strategy(user=user)
        applicator.apply(basket, user)
        method = shipping.get_default_shipping_method(basket)
        charge = method.calculate(basket)
        try:
            creator.place_order(basket, total.calculate(basket, charge), method, charge, user, order_number=uuid4().hex)
        except ValueError:  # the voucher is used
            return False
        basket.submit()
        return True

    return use


def _record(place: int) -> Use:
    """The recording of a code's usage on the order of a client; whether it was good."""
    from django.contrib.auth.models import AnonymousUser
    from django.db import transaction

    vouchers, user = _models("voucher").Voucher.objects, AnonymousUser()
    order = _models("order").Order.objects.get(number=f"client {place}")

    def use(code: str) -> bool:
        with transaction.atomic():
            voucher = vouchers.get(code=code)
            is_available, _why = voucher.is_available_to_user(user=user)
            if not voucher.is_active() or not is_available:
                return False
            voucher.record_usage(order, user)
            return True

    return use


def open_shop(vouchers: int, clients: int) -> None:
    """Oscar's tables, and for each client its product, offer, order, vouchers, and a basket for each of those."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    catalogue, partner, order = _models("catalogue"), _models("partner"), _models("order")
    kind = catalogue.ProductClass.objects.create(name="Any", requires_shipping=False, track_stock=False)
    seller = partner.Partner.objects.create(name="Bench")
    for place in range(clients):
        order.Order.objects.create(
            number=f"client {place}", currency=CURRENCY, total_incl_tax=PRICE, total_excl_tax=PRICE
        )
        product = catalogue.Product.objects.create(title=f"Article {place}", product_class=kind)
        article = partner.StockRecord.objects.create(
            product=product, partner=seller, partner_sku=str(place), price_currency=CURRENCY, price=PRICE
        )
        _baskets(article, _vouchers(_offer(place), place, vouchers // clients))


def _offer(place: int) -> Any:
    offer = _models("offer")
    everything, _ = offer.Range.objects.get_or_create(name="Everything", defaults={"includes_all_products": True})
    condition, _ = offer.Condition.objects.get_or_create(range=everything, type=offer.Condition.COUNT, value=1)
    benefit, _ = offer.Benefit.objects.get_or_create(range=everything, type=offer.Benefit.FIXED, value=VALUE)
    return offer.ConditionalOffer.objects.create(
        name=_offer_name(place),
        offer_type=offer.ConditionalOffer.VOUCHER,
        condition=condition,
        benefit=benefit,
        max_basket_applications=1,
    )


def _vouchers(offer: Any, place: int, number: int) -> list[Any]:
    from django.utils import timezone

    model = _models("voucher").Voucher
    start, end = timezone.now() - timedelta(days=1), timezone.now() + timedelta(days=30)
    dates = {"start_datetime": start, "end_datetime": end}
    codes = [f"C{place:03}{each:09}" for each in range(number)]
    made = model.objects.bulk_create(
        (model(name=code, code=code, usage=model.SINGLE_USE, **dates) for code in codes), batch_size=AT_ONCE
    )
    through = model.offers.through
    through.objects.bulk_create(
        (through(voucher_id=each.id, conditionaloffer_id=offer.id) for each in made), batch_size=AT_ONCE
    )
    return list(made)


def _baskets(article: Any, vouchers: list[Any]) -> list[Any]:
    """An open basket for each of these vouchers, with one of the article."""
    basket = _models("basket")
    made = list(basket.Basket.objects.bulk_create((basket.Basket() for _ in vouchers), batch_size=AT_ONCE))
    through = basket.Basket.vouchers.through
    through.objects.bulk_create(
        (through(basket_id=each.id, voucher_id=one.id) for each, one in zip(made, vouchers, strict=True)),
        batch_size=AT_ONCE,
    )
    prices = {"price_currency": CURRENCY, "price_excl_tax": PRICE, "price_incl_tax": PRICE}
    reference, line = f"{article.product_id}_{article.id}", basket.Line
    line.objects.bulk_create(
        (
            line(basket=each, line_reference=reference, product=article.product, stockrecord=article, **prices)
            for each in made
        ),
        batch_size=AT_ONCE,
    )
    return made


def race(way: str, rivals: int, races: int) -> list[int]:
    """Let rivals go at one voucher together, one voucher after the other; how many uses each has then."""
    from django.db import connection

    vouchers = list(_of(0)[:races])
    article = _models("partner").StockRecord.objects.order_by("id").first()
    lanes = [_lane(way, place, vouchers, article) for place in range(rivals)]
    starts = [threading.Barrier(rivals) for _ in vouchers]

    def run(use: Use, given: list[Any]) -> None:
        connection.ensure_connection()
        try:
            for start, each in zip(starts, given, strict=True):
                start.wait(30)
                use(each)
        finally:
            connection.close()

    with ThreadPoolExecutor(rivals) as pool:
        for each in [pool.submit(run, *lane) for lane in lanes]:
            each.result()
    return [each.applications.count() for each in vouchers]


def _lane(way: str, place: int, vouchers: list[Any], article: Any) -> tuple[Use, list[Any]]:
    """How one rival uses each of these vouchers, and what it is given for that."""
    if way == "recorded":
        return _record(place), [each.code for each in vouchers]
    return _place(), [each.id for each in _baskets(article, vouchers)]


def say_race(way: str, rivals: int, races: int) -> None:
    """Race, and print the result."""
    print(json.dumps(race(way, rivals, races)))
