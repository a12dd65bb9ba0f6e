"""Pages that people wait for: how long, and how many queries, with and without an import beside them."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
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


def visitor(given: tuple[World, Page], place: int) -> Operation:
    """A person who opens the page again and again."""
    _world, page = given
    chance = random.Random(place)
    browsers = [Browser(cookies) for cookies in page.cookies[place % len(page.cookies) :][:1]]
    return lambda: browsers[0].get(chance.choice(page.paths), has=page.has)


def queries_of(page: Page) -> int:
    """How many statements one view of the page takes, BEGIN and COMMIT apart."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(HTTP_HOST="127.0.0.1")
    client.cookies.load(dict(page.cookies[0]))
    client.get(page.paths[0])
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(page.paths[0])
    if answer.status_code != 200:
        raise RuntimeError(f"{page.paths[0]} answered {answer.status_code}")
    return sum(1 for each in captured.captured_queries if each["sql"] not in ("BEGIN", "COMMIT"))
