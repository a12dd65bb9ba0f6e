"""Backtests at the dashboard and over REST: asked for, run by the worker, read, and never another brand's."""

import json
from datetime import timedelta

from api.serializers.backtests import BacktestResultOut
from programs.backtest.runner import work_on_backtests
from smartbis.kernel.clock import now
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import create_api_key
from tests import factories
from tests.api.conftest import Caller
from tests.dashboard.desk import sell, sign_in, with_program

TEN = {"rules": [{"key": "base", "name": "Dez", "effect": {"kind": "percentage", "basis_points": 1000}}]}


def test_a_draft_is_tried_from_the_programmes_page(aurora: TenantInfo, boreal: TenantInfo) -> None:
    program, desk = with_program(aurora), sign_in(aurora)
    customer = factories.make_customer(aurora, name="Clara Lima")
    sell(aurora, customer.id, occurred_at=now() - timedelta(days=40))
    sell(aurora, customer.id, number="2", store=factories.store_of(aurora, "moema").id)
    here = f"/dashboard/programs/{program}/backtests/"
    assert "Nenhum teste ainda" in desk.client.get(here).content.decode()
    assert here in desk.client.get(f"/dashboard/programs/{program}/").content.decode()
    refused = desk.client.post(here, {"spec": "{", "since": "2026-01-01", "until": ""})
    assert refused.status_code == 422
    assert "Isto não é JSON" in refused.content.decode()
    sent = desk.client.post(here, {"spec": json.dumps(TEN)})
    assert sent.status_code == 302
    page = sent.headers["Location"]
    assert "hx-get" in desk.client.get(page).content.decode()
    while work_on_backtests(tenant=aurora.id):
        pass
    told = desk.client.get(page).content.decode()
    for words in ("Clara Lima", "Dez", "Loja Moema", "hoje: 20%", "Custo por mês"):
        assert words in told, words
    assert "hx-get" not in told.split('id="progress"')[1]
    csv = b"".join(desk.client.get(f"{page}customers.csv")).decode()
    assert csv.splitlines()[1].startswith(f"{customer.id},")
    assert page in desk.client.get(here).content.decode()
    stranger = sign_in(boreal)
    assert stranger.client.get(page).status_code == 404
    assert stranger.client.post(here, {"spec": json.dumps(TEN)}).status_code == 404


def test_who_only_reads_sees_the_tests_and_asks_for_none(aurora: TenantInfo) -> None:
    program, desk = with_program(aurora), sign_in(aurora, "analyst")
    here = f"/dashboard/programs/{program}/backtests/"
    assert "<form" not in desk.client.get(here).content.decode().split("page-head")[1].split("</main>")[0]
    assert desk.client.post(here, {"spec": json.dumps(TEN)}).status_code == 403


def test_a_draft_is_tried_over_rest(aurora: TenantInfo, boreal: TenantInfo) -> None:
    program = with_program(aurora)
    sell(aurora, factories.make_customer(aurora).id)
    api = Caller(create_api_key(tenant=aurora.id, name="ERP")[1])
    other = Caller(create_api_key(tenant=boreal.id, name="ERP")[1])
    day = (now() - timedelta(days=1)).date()
    body = {"spec": TEN, "since": (day - timedelta(days=30)).isoformat(), "until": day.isoformat()}
    answer = api.post(f"/programs/{program}/backtests", body)
    assert answer.status_code == 202, answer.content
    path = f"/backtests/{answer.json()['id']}"
    assert api.get(path).json()["status"] == "queued"
    assert other.get(path).status_code == other.post(f"{path}/stop").status_code == 404
    stopped = api.post(f"{path}/stop")
    assert (stopped.status_code, stopped.json()["status"]) == (200, "stopped")
    assert [each["id"] for each in api.get(f"/programs/{program}/backtests").json()["results"]] == [path[11:]]
    assert b"".join(api.get(f"{path}/customers.csv")).startswith(b"customer_id")
    body["spec"] = {"rules": []}
    assert api.post(f"/programs/{program}/backtests", body).status_code == 400


def test_a_result_is_what_its_description_says(aurora: TenantInfo) -> None:
    program = with_program(aurora)
    sell(aurora, factories.make_customer(aurora).id, occurred_at=now() - timedelta(days=3))
    api = Caller(create_api_key(tenant=aurora.id, name="ERP")[1])
    day = now().date()
    limited = {**TEN["rules"][0], "limits": {"per_purchase": 1}}
    draft = {"rules": [limited], "spending": {"minimum_balance": 1000}}
    body = {"spec": draft, "since": (day - timedelta(days=30)).isoformat(), "until": day.isoformat()}
    path = f"/backtests/{api.post(f'/programs/{program}/backtests', body).json()['id']}"
    assert api.get(path).json()["result"] == {}
    while work_on_backtests(tenant=aurora.id):
        pass
    result = api.get(path).json()["result"]
    assert result["rules"][0]["draft"]["cut_by"] == {"per_purchase": 1}
    assert BacktestResultOut().to_representation(result) == result
