"""Imports over REST: a file taken in, loaded by the worker, watched, taken back."""

import gzip
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from programs.imports import services
from programs.imports.files import folder, take_in
from programs.imports.services import sweep_files
from smartbis.kernel.context import scoped_tenant
from smartbis.kernel.ids import new_id
from smartbis.ledger.selectors import check_ledger
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.selectors import TenantInfo
from tests.api.conftest import Caller
from tests.api.problems import problem
from tests.api.test_purchases import cashback

__all__ = ["cashback"]  # a fixture
SALES = """external_id,occurred_at,amount,store,customer_phone,customer_name
A-1,2026-11-01T10:00:00-03:00,"129,90",centro,11987654321,Ana Souza
A-2,2026-11-02T10:00:00-03:00,10.00,nowhere,11987654321,Ana Souza
"""


def send_file(api: Caller, content: bytes = SALES.encode(), *, key: str = "", **fields: Any) -> Any:
    """Post a form with a file, as browsers and curl do."""
    form = {"kind": "purchases", "file": SimpleUploadedFile("vendas.csv", content)} | fields
    headers = {"Authorization": f"Bearer {api.secret}"} | ({"Idempotency-Key": key} if key else {})
    return api.client.post("/api/v1/imports", form, headers=headers)


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path


@pytest.mark.django_db(transaction=True)
def test_a_file_is_loaded_watched_and_taken_back(aurora: TenantInfo, cashback: None, api: Caller) -> None:
    made = send_file(api)
    assert made.status_code == 202, made.content
    assert (made.json()["status"], made.json()["filename"]) == ("queued", "vendas.csv")
    path = f"/imports/{made.json()['id']}"
    drain_queue("bulk")
    done = api.get(path).json()
    assert (done["status"], done["rows_total"], done["rows_done"], done["rows_failed"]) == ("done", 2, 2, 1)
    assert [each["id"] for each in api.get("/imports").json()["results"]] == [done["id"]]
    errors = api.get(f"{path}/errors.csv")
    assert errors.headers["Content-Type"].startswith("text/csv")
    text = b"".join(errors.streaming_content).decode()
    assert "store_unknown" in text
    assert "A-2" in text
    (sale,) = api.get("/purchases").json()["results"]
    assert (sale["external_id"], sale["amount_minor"]) == ("A-1", 12990)
    assert api.post(f"{path}/undo").status_code == 202
    drain_queue("bulk")
    assert api.get(path).json()["status"] == "undone"
    assert api.get("/purchases").json()["results"] == []
    assert check_ledger(tenant=aurora.id).ok


def test_gzip_and_mapping_are_taken(cashback: None, api: Caller) -> None:
    plain = b"n,at,v,tel\nB-1,2026-11-01 10:00,5,11987654321\n"
    columns = {"external_id": "n", "occurred_at": "at", "amount": "v", "customer_phone": "tel"}
    mapping = json.dumps({"columns": columns, "store": "centro"})
    assert send_file(api, gzip.compress(plain), mapping=mapping).status_code == 202
    refused = json.dumps({"columns": columns, "store": "nowhere"})
    problem(send_file(api, plain, mapping=refused), 400, "store_unknown", "mapping.store")
    wrong = json.dumps({"columns": {"external_id": "nothing"}})
    problem(send_file(api, plain, mapping=wrong), 400, "import_mapping_refused")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "people"}, "kind"),
        ({"mapping": "{"}, "mapping"),
        ({"mapping": '{"a": NaN}'}, "mapping"),
        ({"mapping": "{" + "[" * 9000}, "mapping"),
        ({"dry_run": "perhaps"}, "dry_run"),
        ({"file": "text"}, "file"),
    ],
)
def test_an_odd_form_is_400(cashback: None, api: Caller, fields: dict[str, Any], field: str) -> None:
    problem(send_file(api, **fields), 400, "invalid", field)


@pytest.mark.parametrize("content", [b"PK\x03\x04zip", b"\x1f\x8bbroken", b"\x00\x01\x02", b"no header at all"])
def test_a_file_that_is_no_table_is_400(cashback: None, api: Caller, content: bytes) -> None:
    answer = send_file(api, content)
    assert answer.status_code == 400, answer.content
    assert answer.json()["code"] in ("import_file_refused", "import_mapping_refused")


def test_json_is_415_and_a_form_without_an_end_400(api: Caller) -> None:
    problem(api.post("/imports", {}), 415, "unsupported_media_type")
    broken = api.post("/imports", b"--x\r\n", Content_Type="multipart/form-data")
    problem(broken, 400, "malformed_body")


def test_a_key_takes_a_file_in_once(
    cashback: None, api: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files are taken in before the key is claimed, and those that no import came of are gone."""
    scopes: list[Any] = []

    def watched(**given: Any) -> Any:
        scopes.append(scoped_tenant())
        return take_in(**given)

    monkeypatch.setattr(services, "take_in", watched)
    first = send_file(api, key="file-1")
    again = send_file(api, key="file-1")
    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    problem(send_file(api, key="file-1", dry_run="true"), 422, "idempotency_key_reused")
    assert scopes == [None, None, None]
    assert len(list((tmp_path / "imports").iterdir())) == 1


def test_a_file_that_a_dying_process_left_is_swept_after_a_day(
    aurora: TenantInfo, boreal: TenantInfo, cashback: None, api: Caller
) -> None:
    assert send_file(api).status_code == 202
    for brand in (aurora, boreal):
        take_in(tenant=brand.id, file=io.BytesIO(b"a,b\n"))
    assert sweep_files(tenant=aurora.id) == 0
    for path in folder().iterdir():
        os.utime(path, (0, 0))
    assert sweep_files(tenant=aurora.id) == 1
    assert sorted(path.name[:32] for path in folder().iterdir()) == sorted([aurora.id.hex, boreal.id.hex])


def test_another_brands_import_is_not_found(cashback: None, api: Caller, rival: Caller) -> None:
    theirs = send_file(api).json()["id"]
    for method, path in (("GET", ""), ("GET", "/errors.csv"), ("POST", "/undo")):
        answer = rival.send(method, f"/imports/{theirs}{path}")
        problem(answer, 404, "import_not_found")
        assert answer.content == rival.send(method, f"/imports/{new_id()}{path}").content
