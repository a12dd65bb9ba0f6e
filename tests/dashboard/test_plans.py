"""Plans and tiers at the desk, the counter and in the portal; two brands."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.test import Client
from django.urls import reverse

from dashboard.brand.forms.base import new_nonce
from portal.cookies import keep_session
from portal.services.sessions import open_session
from programs.selectors import current_plans, find_ladder, get_plan, tier_card
from programs.services import PlanTerms, change_plan, confirm_payment, create_plan
from programs.services.standings import walk
from smartbis.kernel.clock import frozen, now
from smartbis.tenancy.selectors import TenantInfo
from tests.dashboard.desk import OWNER, sell, sign_in
from tests.factories import make_customer

PLAN = {
    "name": "Sócio anual",
    "price": "120,00",
    "length": "months",
    "count": "12",
    "skus": "ANUIDADE\nANUIDADE-2",
    "reminder_days": "30, 7",
    "benefits": "Café\nSala",
    "pix_key": "pix@casa.example",
}
LADDER = {
    "measure": "spend",
    "window": "rolling",
    "window_days": "365",
    "keep": "days",
    "keep_days": "365",
    "fall": "one_step",
    "warn_days": "30",
    "name_0": "Prata",
    "threshold_0": "100,00",
    "name_1": "Ouro",
    "threshold_1": "1000,00",
    "benefits_1": "Mesa reservada",
}


def text(client: Client, route: str, *arguments: Any) -> str:
    return client.get(reverse(route, args=arguments)).content.decode().replace("\xa0", " ")


def test_a_plan_is_opened_and_a_payment_confirmed_once(aurora: TenantInfo, boreal: TenantInfo) -> None:
    desk, other = sign_in(aurora), sign_in(boreal)
    assert "Nenhum plano ainda" in text(desk.client, "dashboard:plans")
    assert desk.client.post(reverse("dashboard:plan_new"), PLAN).status_code == 302
    assert get_plan(tenant=aurora.id, key="socio-anual").skus == ("ANUIDADE", "ANUIDADE-2")
    assert "Sócio anual" not in text(other.client, "dashboard:plans")
    ana = make_customer(aurora)
    page = reverse("dashboard:customer_plan", args=[ana.id])
    typed = {"plan": "socio-anual", "way": "payment", "periods": "1", "amount": "120,00", "reference": "E18236"}
    for _ in range(2):
        assert desk.client.post(page, typed | {"nonce": new_nonce()}).status_code == 302
    assert len(current_plans(tenant=aurora.id, customer=ana.id)) == 1
    assert "pagamento confirmado · R$ 120,00 · E18236" in text(desk.client, "dashboard:customer", ana.id)
    refused = desk.client.post(page, typed | {"amount": ""})
    assert (refused.status_code, "Preencha este campo." in refused.content.decode()) == (422, True)
    assert "Marina Souza" in text(desk.client, "dashboard:plan_members")
    assert other.client.post(page, typed).status_code == 404
    attendant = sign_in(aurora, "attendant").client
    assert attendant.post(page, typed | {"way": "gift", "reason": "porque sim"}).status_code == 422


def test_a_plan_that_nobody_can_buy_says_so(aurora: TenantInfo, boreal: TenantInfo) -> None:
    page = reverse("dashboard:plans")
    create_plan(tenant=aurora.id, key="socio", terms=PlanTerms(name="Sócio"), actor=OWNER)
    create_plan(tenant=boreal.id, key="socio", terms=PlanTerms(name="Sócio", price_points=10), actor=OWNER)
    warned = [b"Ningu\xc3\xa9m consegue comprar" in sign_in(each).client.get(page).content for each in (aurora, boreal)]
    assert warned == [True, False]


def test_a_new_brand_is_led_to_the_till_for_its_first_sale(aurora: TenantInfo) -> None:
    page = sign_in(aurora).client.get(reverse("dashboard:overview")).content.decode()
    assert "Registre a primeira venda" in page
    assert page.rindex(reverse("counter:home")) > page.index("Registre a primeira venda")


def test_a_payment_counts_from_the_day_it_came_in(aurora: TenantInfo, boreal: TenantInfo) -> None:
    bought, booked = datetime(2026, 3, 5, 15, tzinfo=UTC), datetime(2026, 4, 20, 15, tzinfo=UTC)
    terms = PlanTerms(name="Sócio", price_minor=12_000, length="months", count=1, grace_days=10)
    for brand in (aurora, boreal):
        create_plan(tenant=brand.id, key="socio", terms=terms, actor=OWNER)
    ana, other = make_customer(aurora), make_customer(boreal)
    typed = {"plan": "socio", "way": "payment", "periods": "1", "amount": "120,00", "reference": "E200"}
    for brand, customer, paid_on in ((aurora, ana, "2026-04-13"), (boreal, other, "")):
        page = reverse("dashboard:customer_plan", args=[customer.id])
        with frozen(bought):
            paid = {"tenant": brand.id, "customer": customer.id, "plan_key": "socio", "amount_minor": 12_000}
            confirm_payment(reference="E100", actor=OWNER, **paid)  # type: ignore[arg-type]
        with frozen(booked):
            client = sign_in(brand).client
            early = client.post(page, typed | {"paid_on": "2026-04-21", "nonce": new_nonce()})
            assert (early.status_code, "Este dia ainda não chegou." in early.content.decode()) == (422, True)
            given = typed | {"paid_on": paid_on, "nonce": new_nonce()}
            assert client.post(page, given).status_code == 302
    with frozen(booked):
        (goes_on,) = current_plans(tenant=aurora.id, customer=ana.id)
        (new,) = current_plans(tenant=boreal.id, customer=other.id)
    assert (goes_on.started_at, goes_on.ends_at) == (bought, datetime(2026, 5, 5, 3, tzinfo=UTC))
    assert (new.started_at, new.ends_at) == (booked, datetime(2026, 5, 20, 3, tzinfo=UTC))


def test_a_ladder_is_set_and_shows_who_stands_where(aurora: TenantInfo, boreal: TenantInfo) -> None:
    desk, other = sign_in(aurora), sign_in(boreal)
    ana = make_customer(aurora)
    sell(aurora, ana.id, 30_000)
    assert "Nenhum nível ainda" in text(desk.client, "dashboard:tiers")
    assert desk.client.post(reverse("dashboard:tiers_change"), LADDER).status_code == 302
    assert "Avaliando os clientes: 0 de 1." in text(desk.client, "dashboard:tiers")
    while walk(tenant=aurora.id):
        pass
    assert "Marina Souza" in text(desk.client, "dashboard:tier_members", "prata")
    shown = text(desk.client, "dashboard:customer", ana.id)
    assert "Faltam R$ 700 para Ouro" in shown
    assert "nenhum → Prata" in shown
    assert find_ladder(tenant=boreal.id) is None
    assert "Nenhum nível ainda" in text(other.client, "dashboard:tiers")
    wrong = desk.client.post(reverse("dashboard:tiers_change"), LADDER | {"threshold_1": "100,00"})
    assert "Dois níveis pedem o mesmo" in wrong.content.decode()
    wrong = desk.client.post(reverse("dashboard:tiers_change"), LADDER | {"keep_days": "30"})
    assert (wrong.status_code, "O nível dura 30 dias" in wrong.content.decode()) == (422, True)


def _portal(brand: TenantInfo, customer: Any) -> Client:
    jar = SimpleNamespace(cookies={}, delete_cookie=lambda *args, **named: None)
    jar.set_cookie = lambda name, value, **named: jar.cookies.__setitem__(name, value)
    keep_session(jar, brand.slug, open_session(tenant=brand.id, customer=customer.id))  # type: ignore[arg-type]
    client = Client(headers={"Accept-Language": "pt-br"})
    for name, value in jar.cookies.items():
        client.cookies[name] = value
    return client


def test_the_portal_shows_the_way_to_the_next_tier_and_how_to_renew(aurora: TenantInfo) -> None:
    desk = sign_in(aurora)
    desk.client.post(reverse("dashboard:tiers_change"), LADDER)
    terms = PlanTerms(name="Sócio", price_minor=12_000, pix_key="pix@casa.example", benefits="Café")
    create_plan(tenant=aurora.id, key="socio", terms=terms, actor=OWNER)
    ana = make_customer(aurora)
    sell(aurora, ana.id, 30_000)
    card = tier_card(tenant=aurora.id, customer=ana.id)
    assert card is not None
    client = _portal(aurora, ana)
    page = client.get(f"/p/{aurora.slug}/membership/").content.decode().replace("\xa0", " ")
    for words in ("Faltam R$ 700 para Ouro", "Mesa reservada", "pix@casa.example", "Assinar"):
        assert words in page
    public = Client().get(f"/p/{aurora.slug}/how-it-works/").content.decode()
    assert "Mesa reservada" in public
    assert "Sócio" in public


def test_the_portal_offers_no_renewal_that_nobody_could_book(aurora: TenantInfo, boreal: TenantInfo) -> None:
    terms = PlanTerms(name="Sócio", price_minor=12_000, pix_key="pix@casa.example")
    season = PlanTerms(name="Temporada", length="until", until=now().date() + timedelta(days=90), price_minor=9_000)
    for brand in (aurora, boreal):
        create_plan(tenant=brand.id, key="socio", terms=terms, actor=OWNER)
        create_plan(tenant=brand.id, key="season", terms=season, actor=OWNER)
    ana, other = make_customer(aurora), make_customer(boreal)
    paid = {"tenant": aurora.id, "customer": ana.id, "amount_minor": 12_000, "actor": OWNER}
    confirm_payment(plan_key="season", reference="E-1", **paid)  # type: ignore[arg-type]
    membership = _portal(aurora, ana).get(f"/p/{aurora.slug}/membership/").content.decode()
    assert ("Renovar" in membership, "pix@casa.example" in membership) == (False, True)
    confirm_payment(plan_key="socio", reference="E-2", **paid)  # type: ignore[arg-type]
    assert "Renovar" in _portal(aurora, ana).get(f"/p/{aurora.slug}/membership/").content.decode()
    change_plan(tenant=aurora.id, key="socio", status="closed", actor=OWNER)
    membership = _portal(aurora, ana).get(f"/p/{aurora.slug}/membership/").content.decode()
    assert ("Renovar" in membership, "pix@casa.example" in membership) == (False, False)
    theirs = _portal(boreal, other).get(f"/p/{boreal.slug}/membership/").content.decode()
    assert "Fale com a equipe na próxima visita." in theirs
    assert "Peça no caixa" not in theirs
