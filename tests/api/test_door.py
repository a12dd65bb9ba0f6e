"""Who may come in, how often, and what is said to whom who may not."""

from collections.abc import Callable

import pytest
from django.test import Client

from smartbis.kernel.people import SYSTEM
from smartbis.tenancy.models import Tenant
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo, api_keys
from smartbis.tenancy.services import create_api_key, revoke_api_key
from tests.api.conftest import Caller
from tests.api.problems import problem


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "smb_sk_nothing"])
def test_a_call_without_a_key_is_401(aurora: TenantInfo, header: str | None) -> None:
    given = {} if header is None else {"Authorization": header}
    response = Client().get("/api/v1/customers", headers=given)
    problem(response, 401, "key_missing")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("secret", ["smb_sk_12345678_nothing", "x" * 5000, "\xff\xfe", "a b", "' OR 1=1 --"])
def test_an_unknown_key_is_401(aurora: TenantInfo, secret: str) -> None:
    problem(Caller(secret).get("/customers"), 401, "key_invalid")


def test_a_revoked_key_ends_at_once(aurora: TenantInfo, api: Caller) -> None:
    assert api.get("/customers").status_code == 200
    revoke_api_key(tenant=aurora.id, key=api_keys(tenant=aurora.id)[0].id, actor=SYSTEM)
    problem(api.get("/customers"), 401, "key_invalid")


def test_a_key_without_the_scope_is_403_and_told_which(aurora: TenantInfo, caller: Callable[..., Caller]) -> None:
    reader = caller(aurora, "customers:read")
    assert reader.get("/customers").status_code == 200
    body = problem(reader.post("/customers", {"name": "Ana", "phone": "11987654321"}), 403, "scope_missing")
    assert body["scope"] == "customers:write"


def test_a_publishable_key_reads_no_customers(aurora: TenantInfo) -> None:
    _, secret = create_api_key(tenant=aurora.id, name="Site", kind="publishable")
    problem(Caller(secret).get("/customers"), 403, "scope_missing")


def test_a_suspended_brand_is_403(aurora: TenantInfo, api: Caller) -> None:
    with tenant_scope(aurora.id):
        Tenant.objects.filter(id=aurora.id).update(status="suspended")
    problem(api.get("/customers"), 403, "tenant_suspended")


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v2/customers", "/api/v1/customers/"]
)
def test_an_unknown_address_is_a_problem_too(db: None, path: str) -> None:
    problem(Client().get(f"/api/{path}"), 404, "not_found")


def test_a_wrong_method_is_405_and_says_which_are_right(api: Caller) -> None:
    response = api.send("PUT", "/customers", {})
    problem(response, 405, "method_not_allowed")


def test_options_tells_nothing(api: Caller) -> None:
    problem(api.send("OPTIONS", "/customers"), 405, "method_not_allowed")


def test_another_type_of_body_is_415(api: Caller) -> None:
    response = api.post("/customers", b"name=Ana", Content_Type="application/x-www-form-urlencoded")
    problem(response, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"\xff\xfe",
        b'{"name": NaN}',
        b'{"name": "a\x00b"}',
        b'{"name": "a\\u0000b"}',
        b'{"name": "\\ud800"}',
        b'{"\\ud800": 1}',
        b"[" * 200_000,
        b'{"name": ' + b"9" * 5000 + b"}",
        b"{} {}",
    ],
    ids=["cut", "empty", "not-utf8", "nan", "raw-nul", "nul", "surrogate", "surrogate-name", "deep", "huge", "two"],
)
def test_what_is_not_json_is_400(api: Caller, body: bytes) -> None:
    problem(api.post("/customers", body or b" "), 400, "malformed_json")


def test_a_body_over_a_megabyte_is_413(api: Caller) -> None:
    problem(api.post("/customers", b'{"name": "' + b"a" * 1024 * 1024 + b'"}'), 413, "body_too_large")


@pytest.mark.parametrize("body", [[], "Ana", 1, None, True, [[]]])
def test_a_body_that_is_no_object_is_400(api: Caller, body: object) -> None:
    problem(api.post("/customers", body if body is not None else b"null"), 400, "invalid", "body")


@pytest.mark.parametrize(
    "query", ["phone=%00", "phone=11%0a987654321", "limit=x", "limit=0", "limit=999999999999999999999"]
)
def test_an_odd_query_is_400(api: Caller, query: str) -> None:
    problem(api.get(f"/customers?{query}"), 400, "invalid")


@pytest.mark.parametrize("cursor", ["x", "a" * 400, "eA", "MjAyNi0xMy0wMR8x", "8J-YgB8x"])
def test_a_made_up_cursor_is_400(api: Caller, cursor: str) -> None:
    problem(api.get(f"/customers?cursor={cursor}"), 400, "cursor_invalid", "cursor")


def test_who_calls_too_often_is_told_to_wait(api: Caller, settings: object) -> None:
    settings.API_RATE_PER_SECOND, settings.API_RATE_BURST = 1, 3  # type: ignore[attr-defined]
    assert [api.get("/customers").status_code for _ in range(3)] == [200, 200, 200]
    response = api.get("/customers")
    problem(response, 429, "rate_limited")
    assert response.headers["Retry-After"] == "1"


def test_one_keys_haste_is_not_anothers(api: Caller, rival: Caller, settings: object) -> None:
    settings.API_RATE_PER_SECOND, settings.API_RATE_BURST = 1, 1  # type: ignore[attr-defined]
    assert api.get("/customers").status_code == 200
    assert api.get("/customers").status_code == 429
    assert rival.get("/customers").status_code == 200


def test_an_unforeseen_failure_is_a_problem_without_its_reason(api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("the secret is 4711")

    monkeypatch.setattr("api.views.customers.customers_page", fail)
    response = api.get("/customers")
    problem(response, 500, "internal_error")
    assert b"4711" not in response.content


def test_every_answer_has_a_request_id(api: Caller) -> None:
    assert api.get("/customers", X_Request_Id="till-7.0000001").headers["X-Request-Id"] == "till-7.0000001"
    assert len(api.get("/customers").headers["X-Request-Id"]) >= 8


def test_the_docs_run_under_the_content_policy(client: Client, db: None) -> None:
    page = client.get("/api/docs/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "<style" not in text
    assert "<script>" not in text
    script = client.get("/api/docs/?script=")
    assert script.headers["Content-Type"].startswith("application/javascript")
    assert "/api/v1/openapi.json" in script.content.decode()
    assert "script-src" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("method", ["get", "post", "patch", "delete"])
def test_an_address_that_is_none_is_404_for_programs_too(db: None, method: str) -> None:
    program = Client(enforce_csrf_checks=True)
    problem(
        getattr(program, method)("/api/v1/vouchers/a/b/validate", content_type="application/json"), 404, "not_found"
    )
