"""Segments and tags from the dashboard."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from insights.selectors import get_segment, segments
from insights.services import create_segment
from programs.services import open_program
from smartbis.customers.selectors import members_of, memberships_of
from smartbis.kernel.clock import frozen, now
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.selectors import TenantInfo
from tests.dashboard.desk import sell, sign_in, with_coupon
from tests.factories import actor, make_customer
from tests.programs.earning import TENTH


def test_a_preset_becomes_a_segment_with_members(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(now() - timedelta(days=90)):
        gone = make_customer(aurora, "Ana Sumida")
        sell(aurora, gone.id)
        sell(boreal, make_customer(boreal, "Outra").id)
    make_customer(aurora, "Bia Nova")
    client = sign_in(aurora).client
    assert "Sumidos (60 dias sem comprar)" in client.get(reverse("dashboard:segments")).content.decode()
    editor = client.get(reverse("dashboard:segment_new"), {"preset": "gone"}).content.decode()
    assert "1 cliente" in editor
    typed = {"name": "Sumidos", "not_bought_for_days": "60"}
    counted = client.post(reverse("dashboard:segment_count"), {"not_bought_for_days": "60"}).content.decode()
    assert "1 cliente" in counted
    assert segments(tenant=aurora.id) == []
    made = client.post(reverse("dashboard:segment_new"), typed)
    here = reverse("dashboard:segment", args=["sumidos"])
    assert made.headers["Location"] == here
    assert "O filtro está sendo feito" in client.get(here).content.decode()
    drain_queue("bulk")
    page = client.get(here).content.decode()
    assert "Ana Sumida" in page
    assert "Bia Nova" not in page
    assert "não compra há mais de 60 dias" in page
    table = client.get(reverse("dashboard:segment_csv", args=["sumidos"])).content.decode()
    assert "Ana Sumida" in table
    assert "Outra" not in table
    person = client.get(reverse("dashboard:customer", args=[gone.id])).content.decode()
    assert "Sumidos" in person
    change = reverse("dashboard:segment_change", args=["sumidos"])
    assert client.post(change, typed | {"bought_within_days": "30"}).status_code == 422
    assert client.post(change, typed | {"not_bought_for_days": "100"}).status_code == 302
    assert client.post(reverse("dashboard:segment_refresh", args=["sumidos"])).status_code == 302
    drain_queue("bulk")
    assert "Ninguém cabe neste filtro agora" in client.get(here).content.decode()
    assert client.post(reverse("dashboard:segment_delete", args=["sumidos"])).status_code == 302
    assert segments(tenant=aurora.id) == []


def test_a_list_is_pasted_looked_at_and_kept(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = make_customer(aurora, "Ana", phone="11 98765-1111")
    bia = make_customer(aurora, "Bia", external_id="881")
    make_customer(boreal, phone="11 98765-3333")
    client = sign_in(aurora).client
    made = client.post(reverse("dashboard:segment_list_new"), {"name": "Convidados"})
    here = made.headers["Location"]
    assert client.get(here).status_code == 200
    assert client.post(here, {"lines": ""}).status_code == 422
    look = client.post(here, {"lines": "11987651111\n11 98765-3333\nninguem"}).content.decode()
    assert "Linha 2: 11 98765-3333" in look
    assert members_of(tenant=aurora.id, kind="segment", key="convidados") == frozenset()
    client.post(here, {"step": "add", "lines": "11987651111\n11 98765-3333"})
    assert members_of(tenant=aurora.id, kind="segment", key="convidados") == {ana.id}
    upload = SimpleUploadedFile("lista.csv", b"codigo;nome\r\n881;Bia\r\n")
    client.post(here, {"step": "add", "file": upload})
    assert members_of(tenant=aurora.id, kind="segment", key="convidados") == {ana.id, bia.id}
    gone = client.post(reverse("dashboard:segment_remove", args=["convidados", ana.id]))
    assert gone.status_code == 302
    assert get_segment(tenant=aurora.id, key="convidados").size == 1
    assert client.post(reverse("dashboard:segment_tag", args=["convidados"]), {"tag": "Festa"}).status_code == 302
    assert ("tag", "festa") in memberships_of(tenant=aurora.id, customer=bia.id)


def test_tags_are_set_and_taken_off_on_the_customers_page(aurora: TenantInfo) -> None:
    customer = make_customer(aurora)
    client = sign_in(aurora, "attendant").client
    page = reverse("dashboard:customer", args=[customer.id])
    assert client.post(reverse("dashboard:customer_tag", args=[customer.id]), {"tag": "Sem Glúten"}).status_code == 302
    assert "sem-glúten" in client.get(page).content.decode()
    assert client.post(reverse("dashboard:customer_tag", args=[customer.id]), {"tag": "a,b"}).status_code == 422
    assert (
        client.post(reverse("dashboard:customer_untag", args=[customer.id]), {"tag": "sem-glúten"}).status_code == 302
    )
    assert memberships_of(tenant=aurora.id, customer=customer.id) == frozenset()


def test_who_deletes_a_segment_reads_what_asks_for_it(aurora: TenantInfo, boreal: TenantInfo) -> None:
    for brand in (aurora, boreal):
        create_segment(tenant=brand.id, name="Vip", kind="manual", actor=actor("owner"))
    spec = {"rules": [{"key": "base", "effect": TENTH, "when": {"segments": ["vip"]}}]}
    here, client = reverse("dashboard:segment", args=["vip"]), sign_in(aurora).client
    assert "Usam este segmento" not in client.get(here).content.decode()
    open_program(tenant=aurora.id, name="Só & Vip", kind="cashback", spec=spec, actor=actor("owner"))
    with_coupon(aurora, name="Dez", segment="vip")
    assert "Usam este segmento agora: Só &amp; Vip, Dez." in client.get(here).content.decode()
    assert "Usam este segmento" not in sign_in(boreal).client.get(here).content.decode()


def test_an_analyst_reads_and_changes_nothing(aurora: TenantInfo, boreal: TenantInfo) -> None:
    create_segment(tenant=aurora.id, name="Todos", kind="filter", actor=actor("owner"))
    create_segment(tenant=boreal.id, name="Deles", kind="filter", actor=actor("owner"))
    client = sign_in(aurora, "analyst").client
    page = client.get(reverse("dashboard:segments")).content.decode()
    assert "Todos" in page
    assert "Deles" not in page
    assert client.get(reverse("dashboard:segment", args=["deles"])).status_code == 404
    assert client.post(reverse("dashboard:segment_delete", args=["todos"])).status_code == 403
    assert [each.key for each in segments(tenant=aurora.id)] == ["todos"]
