"""Pages that people wait for: how long, and how many queries, with and without an import beside them."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from benchmarks.brand import SLUG, World
from benchmarks.clients import Operation
from benchmarks.web import Browser

BROWSERS = 20


@dataclass(frozen=True)
class Page:
    """A page: its name in the table, its addresses, and cookies that may see it. `has` stands on every good answer."""

    name: str
    paths: tuple[str, ...]
    cookies: tuple[Mapping[str, str], ...]
    has: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def all_pages(world: World) -> list[Page]:
    """The pages that are measured."""
    return [portal_home(world), counter_search(world)]


def portal_home(world: World) -> Page:
    """A signed-in customer's first page."""
    return Page(
        "portal home",
        (f"/p/{SLUG}/",),
        tuple(_signed_in_customer(world, each) for each in world.customers[:BROWSERS]),
    )


def _signed_in_customer(world: World, customer: UUID) -> dict[str, str]:
    from django.http import HttpResponse

    from portal.cookies import keep_session
    from portal.services.sessions import open_session

    response = HttpResponse()
    keep_session(response, SLUG, open_session(tenant=world.tenant, customer=customer))
    return {name: morsel.value for name, morsel in response.cookies.items()}


def counter_search(world: World) -> Page:
    """What an operator's field answers to a phone number: the person, balance, vouchers and last sales."""
    numbers = tuple(f"/counter/search/?q={each[3:]}" for each in world.phones[:200])
    operators = tuple(_signed_in_operator(world, number) for number in range(2))
    return Page("counter look-up", numbers, operators, has="Cliente ", headers={"HX-Request": "true"})


def _signed_in_operator(world: World, number: int) -> dict[str, str]:
    from django.contrib.auth import get_user_model
    from django.test import Client

    from smartbis.tenancy.services import add_staff

    email = f"operator{number}@{SLUG}.example"
    member = add_staff(
        tenant=world.tenant,
        email=email,
        role="operator",
        name=f"Operator {number}",
        stores=(world.store,),
        password=None,
    )
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(get_user_model().objects.get(pk=member.user_id))
    return {name: morsel.value for name, morsel in client.cookies.items()}


def visitor(given: tuple[World, Page], place: int) -> Operation:
    """A person who opens the page again and again."""
    _world, page = given
    chance = random.Random(place)
    browser = Browser(page.cookies[place % len(page.cookies)], page.headers)
    return lambda: browser.get(chance.choice(page.paths), has=page.has)


def queries_of(page: Page) -> int:
    """How many statements one view of the page takes, BEGIN and COMMIT apart."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(HTTP_HOST="127.0.0.1")
    client.cookies.load(dict(page.cookies[0]))
    client.get(page.paths[0], headers=dict(page.headers))
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(page.paths[0], headers=dict(page.headers))
    if answer.status_code != 200:
        raise RuntimeError(f"{page.paths[0]} answered {answer.status_code}")
    return sum(1 for each in captured.captured_queries if each["sql"] not in ("BEGIN", "COMMIT"))
