"""Every route has a row in the matrix, lets in whom it names and nobody else, and never answers across brands."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from messaging.whatsapp.guard import tolerating_test_transaction
from smartbis.kernel.codes import new_code
from smartbis.kernel.ids import new_id
from tests.contracts.matrix import MATRIX
from tests.contracts.matrix_rows import Row
from tests.contracts.principals import ANONYMOUS, CUSTOMER, KEY, PRINCIPALS, client_of
from tests.contracts.world import World

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
SIGN_IN = re.compile(r"/(sign-in|join)/")
REFUSED = frozenset({400, 401, 403, 404, 405, 409, 410, 415, 422})
SHUT = frozenset({401, 403, 404, 405})
pytestmark = pytest.mark.no_cover  # what a sweep runs through, nobody has looked at
STRONGEST = frozenset({ANONYMOUS, "owner", CUSTOMER, KEY})


def _walk(patterns: list[Any], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        text = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, text)
        elif isinstance(pattern, URLPattern):
            yield text


def routes() -> list[str]:
    """Every route of the web process; those made of regular expressions in a readable form."""
    found = _walk(get_resolver().url_patterns)
    return [re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route.replace("^", "").replace("$", "")) for route in found]


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    known, rows = set(routes()), set(MATRIX)
    assert known - rows == set(), "add their rows to tests/contracts/matrix.py, or to what it is made of"
    assert rows - known == set(), "these routes are gone"


def test_every_path_argument_has_a_value(shared_worlds: tuple[World, World]) -> None:
    missing = [
        f"{route}: {name}"
        for route in MATRIX
        for name in ARGUMENT.findall(route)
        if name not in ("path",) and name not in shared_worlds[0].ids and name not in shared_worlds[0].names
    ]
    assert missing == [], "give them values in tests/contracts/world.py"


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_no_route_answers_about_another_brand(shared_worlds: tuple[World, World], principal: str) -> None:
    """As every principal of ours, with their ids in path and body: a refusal, and never a word of theirs."""
    ours, theirs = shared_worlds
    faults: list[str] = []
    client = client_of(ours, principal)
    for route, row in MATRIX.items():
        for method in _tried(principal, row):
            answer = _call(client, method, _path(route, theirs), _body(row, method, theirs))
            if not row.is_public:
                faults += _crossed(
                    f"{principal} {method} {route}", answer, theirs, named=_names_theirs(route, row, method)
                )
    assert faults == []


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_a_route_lets_in_whom_its_row_names_and_nobody_else(shared_worlds: tuple[World, World], principal: str) -> None:
    """As every principal of ours, with our own ids: the named get past the door, the others do not."""
    ours, _ = shared_worlds
    faults: list[str] = []
    client = client_of(ours, principal)
    for route, row in MATRIX.items():
        if row.any_method:
            continue
        for method in _tried(principal, row):
            answer = _call(client, method, _path(route, ours), _body(row, method, ours))
            is_shut = answer.status_code in SHUT or _asks_to_sign_in(answer)
            may = principal in row.who.get(method, frozenset())
            if may == is_shut or answer.status_code >= 500:
                faults.append(f"{principal} {method} {route}: {answer.status_code}, {'may' if may else 'may not'}")
    assert faults == []


def _tried(principal: str, row: Row) -> tuple[str, ...]:
    """Every method as nobody and as the strongest at each door; as the others those that are for anybody at all."""
    return METHODS if principal in STRONGEST else tuple(method for method in METHODS if method in row.who)


def test_theirs_and_nobodys_are_the_same_to_a_key(shared_worlds: tuple[World, World]) -> None:
    """Another brand's id and one that nobody has give the same bytes: the API is no oracle."""
    ours, theirs = shared_worlds
    nobody = _nobody(theirs)
    client = client_of(ours, KEY)
    for route, row in MATRIX.items():
        if not route.startswith("api/v1/") or not ARGUMENT.search(route):
            continue
        for method in row.who:
            answers = [
                _call(client, method, _path(route, world), _body(row, method, theirs)) for world in (theirs, nobody)
            ]
            assert answers[0].status_code == 404, (route, method, answers[0].content)
            assert answers[0].content == answers[1].content, (route, method)


def test_their_key_opens_nothing_of_ours(shared_worlds: tuple[World, World]) -> None:
    """The same the other way round, so that neither brand is first by chance."""
    ours, theirs = shared_worlds
    client = client_of(theirs, KEY)
    faults: list[str] = []
    for route, row in MATRIX.items():
        for method in METHODS:
            answer = _call(client, method, _path(route, ours), _body(row, method, ours))
            if not row.is_public:
                faults += _crossed(f"{method} {route}", answer, ours, named=_names_theirs(route, row, method))
    assert faults == []


def _crossed(what: str, answer: HttpResponse, other: World, *, named: bool) -> Iterator[str]:
    text = answer.getvalue().decode("utf-8", "replace") if hasattr(answer, "getvalue") else ""
    if other.canary in text or other.canary in str(answer.headers):
        yield f"{what}: {answer.status_code} shows their texts"
    if named and not (answer.status_code in REFUSED or _asks_to_sign_in(answer)):
        yield f"{what}: {answer.status_code}"
    if answer.status_code >= 500:
        yield f"{what}: {answer.status_code}"


def _names_theirs(route: str, row: Row, method: str) -> bool:
    """Whether a call says anything that is theirs."""
    return bool(ARGUMENT.search(route)) or method in row.body


def _asks_to_sign_in(answer: HttpResponse) -> bool:
    return answer.status_code == 302 and bool(SIGN_IN.search(answer.headers["Location"]))


def _path(route: str, world: World) -> str:
    if route == "api/.*":
        return f"/api/v1/nothing/{world.ids['customer']}"
    return "/" + ARGUMENT.sub(lambda found: "x" if found[1] == "path" else str(world.argument(found[1])), route)


def _body(row: Row, method: str, world: World) -> Any:
    return row.body[method](world) if method in row.body else {}


def _call(client: Client, method: str, path: str, body: Any) -> HttpResponse:
    """One call, whose effects are undone, cookies that it takes away too."""
    before = deepcopy(client.cookies)
    kind = "application/json" if path.startswith(("/api/", "/webhooks/")) else "application/x-www-form-urlencoded"
    data = json.dumps(body) if kind.endswith("json") else "&".join(f"{name}={value}" for name, value in body.items())
    with transaction.atomic(), tolerating_test_transaction(len(connection.atomic_blocks)):
        answer: Any = client.generic(
            method, path, "" if method == "GET" else data, content_type=kind, headers={"Idempotency-Key": str(new_id())}
        )
        transaction.set_rollback(True)
    client.cookies = before
    return answer  # type: ignore[no-any-return]


def _nobody(like: World) -> World:
    """Ids and names that no brand has."""
    return replace(like, ids={name: new_id() for name in like.ids}, names={name: new_code() for name in like.names})


@pytest.fixture(autouse=True)
def _errors_are_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failing view answers 500 as it would in production, and is a fault of the sweep."""
    monkeypatch.setattr(Client, "__init__", _patient(Client.__init__))


def _patient(whole: Any) -> Any:
    def init(self: Client, **options: Any) -> None:
        whole(self, **{"raise_request_exception": False} | options)

    return init
