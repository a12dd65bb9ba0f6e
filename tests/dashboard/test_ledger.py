"""The ledger's pages: what is owed and how old it is, closed days and their proof, and what differs as a file."""

import csv
import hashlib
import io
import re
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.urls import reverse

from dashboard.brand.views import ledger as views
from insights.selectors import liability as reckoning
from programs.management.commands import check_ledger as checking
from programs.selectors import check_books
from programs.services import refund_sale, spend_balance
from smartbis.kernel.clock import frozen
from smartbis.ledger import closing
from smartbis.ledger import differences as adding
from smartbis.ledger.closes import closes
from smartbis.ledger.errors import LedgerTooLarge
from smartbis.ledger.figures import Figures
from smartbis.ledger.models import HolderBalance, Transfer
from smartbis.ledger.selectors import check_ledger
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.checkouts.quoting import quoted
from tests.dashboard.desk import sell, sign_in, with_program
from tests.database import as_owner
from tests.factories import actor, make_brand, make_customer
from tests.ledger.waiting import close_until
from tests.vouchers.shop import give, redeemed

NOON = datetime(2026, 11, 3, 15, tzinfo=UTC)


@pytest.fixture
def both(aurora: TenantInfo, boreal: TenantInfo) -> tuple[TenantInfo, TenantInfo]:
    """Two brands that give cashback."""
    for brand in (aurora, boreal):
        with_program(brand)
    return aurora, boreal


def with_closed_days() -> tuple[TenantInfo, TenantInfo]:
    """Two brands with a sale each, whose first days are closed."""
    brand, other = make_brand("aurora", "Café Aurora"), make_brand("boreal", "Clube Boreal")
    for each in (brand, other):
        with frozen(NOON):
            with_program(each)
            sell(each, make_customer(each).id, 10_000, occurred_at=NOON)
        close_until(each, NOON + timedelta(days=2))
    return brand, other


def test_what_is_owed_is_shown_with_its_age(both: tuple[TenantInfo, TenantInfo]) -> None:
    aurora, boreal = both
    sell(aurora, make_customer(aurora).id, 10_000)
    sell(boreal, make_customer(boreal).id, 77_700)
    client = sign_in(aurora, "analyst").client
    page = client.get(reverse("dashboard:ledger_liability")).content.decode().replace("\xa0", " ")
    assert "R$ 20,00" in page
    assert "Ainda há pouca história para dizer" in page
    assert "155,40" not in page, "another brand's"
    answer = client.get(reverse("dashboard:ledger_liability") + "?format=csv")
    header, row = answer.content.decode("utf-8-sig").splitlines()
    assert header.startswith(
        "Unidade;Disponível;A liberar;Reservado em compras;Em vouchers;A descontar;Total;até 30 dias"
    )
    assert row.startswith("BRL;20,00;0,00;0,00;0,00;0,00;20,00;20,00;0,00")


def test_the_parts_of_what_is_owed_add_up_on_the_page_and_in_the_file(both: tuple[TenantInfo, TenantInfo]) -> None:
    aurora, boreal = both
    marina, indebted = make_customer(aurora), make_customer(aurora, "Rui")
    give(aurora, marina, 3_000)
    quoted(aurora, marina, 10_000)
    sale = sell(aurora, indebted.id, 10_000)
    voucher = spend_balance(tenant=aurora.id, customer=indebted.id, amount_minor=2_000, key="k", actor=actor("owner"))
    redeemed(aurora, voucher, customer=indebted.id, amount_minor=9_000)
    refund_sale(tenant=aurora.id, purchase=sale, external_id="r", amount_minor=10_000, actor=actor())
    client, page = sign_in(aurora, "analyst").client, reverse("dashboard:ledger_liability")
    assert "Reservado em compras" in client.get(page).content.decode()
    assert "Reservado em compras" not in sign_in(boreal, "analyst").client.get(page).content.decode()
    header, row = client.get(f"{page}?format=csv").content.decode("utf-8-sig").splitlines()
    cells = dict(zip(header.split(";"), row.split(";"), strict=True))

    def sum_of(*names: str) -> int:
        return sum(round(100 * float(cells[name].replace(",", "."))) for name in names)

    assert (sum_of("Reservado em compras"), sum_of("A descontar")) == (3_000, 2_000)
    parts = sum_of("Disponível", "A liberar", "Reservado em compras", "Em vouchers")
    assert parts - sum_of("A descontar") == sum_of("Total") == 1_000
    ages = sum_of("até 30 dias", "31 a 90 dias", "91 a 180 dias", "181 a 365 dias", "mais de 365 dias")
    assert sum_of("Devido além do saldo") == 2_000
    assert ages - sum_of("Devido além do saldo") == sum_of("Total")


def test_expected_use_is_told_where_it_is_known(aurora: TenantInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    with_program(aurora)
    sell(aurora, make_customer(aurora).id, 10_000)
    client, page = sign_in(aurora, "analyst").client, reverse("dashboard:ledger_liability")

    def told() -> tuple[str, str]:
        lines = client.get(f"{page}?format=csv").content.decode("utf-8-sig").splitlines()
        header, row = (line.split(";") for line in lines)
        return client.get(page).content.decode().replace("\xa0", " "), row[header.index("Uso esperado")]

    shown, cell = told()
    assert ("Uso esperado" in shown, cell) == (False, "")
    monkeypatch.setattr(reckoning, "expected_use", lambda ages, use: 1_234)
    shown, cell = told()
    assert ("Uso esperado" in shown, "R$ 12,34" in shown, cell) == (True, True, "12,34")


def test_empty_pages_say_what_comes_next(aurora: TenantInfo) -> None:
    client = sign_in(aurora).client
    assert "Ninguém ganhou nada ainda" in client.get(reverse("dashboard:ledger_liability")).content.decode()
    assert "Nenhum dia fechado ainda" in client.get(reverse("dashboard:ledger_closes")).content.decode()


def test_a_ledger_too_large_for_the_page_says_who_checks_it(
    both: tuple[TenantInfo, TenantInfo], monkeypatch: pytest.MonkeyPatch
) -> None:
    aurora, boreal = both
    for brand in both:
        sell(brand, make_customer(brand).id, 10_000)
    slow = "SELECT pg_sleep(0.3), %(tenant)s"
    monkeypatch.setattr(adding, "BROKEN_CHAIN", slow)
    monkeypatch.setattr(views, "check_books", partial(check_books, patience=timedelta(milliseconds=100)))
    answer = sign_in(aurora).client.post(reverse("dashboard:ledger"))
    assert answer.status_code == 200
    assert "Quem cuida do sistema confere por comando" in answer.content.decode()
    with pytest.raises(LedgerTooLarge):
        check_ledger(tenant=boreal.id, patience=timedelta(milliseconds=100))
    monkeypatch.setattr(checking, "LONG", timedelta(milliseconds=100))
    told = io.StringIO()
    with pytest.raises(CommandError, match="does not add up"):
        call_command("check_ledger", "aurora", "boreal", stdout=told)
    assert [f"{each.slug}: not checked" in told.getvalue() for each in (aurora, boreal)] == [True, True]
    monkeypatch.undo()
    assert check_ledger(tenant=aurora.id, patience=timedelta(minutes=1)).ok


@pytest.mark.django_db(transaction=True)
def test_a_file_of_what_differs_says_when_there_is_too_much_to_add_up(
    aurora: TenantInfo, boreal: TenantInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(aurora).client
    cut_short = "SELECT set_config('statement_timeout', '50ms', true), %(tenant)s; SELECT pg_sleep(0.3)"
    monkeypatch.setattr(adding, "SUMS", cut_short)
    answer = client.get(reverse("dashboard:ledger") + "?format=csv")
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/plain; charset=utf-8")
    assert "Quem cuida do sistema confere por comando" in answer.content.decode()
    monkeypatch.undo()
    assert sign_in(boreal).client.get(reverse("dashboard:ledger") + "?format=csv").status_code == 200


def test_what_differs_comes_as_a_file(aurora: TenantInfo) -> None:
    with_program(aurora)
    customer = make_customer(aurora)
    sell(aurora, customer.id, 10_000)
    client = sign_in(aurora).client
    page = reverse("dashboard:ledger") + "?format=csv"
    assert len(client.get(page).content.decode("utf-8-sig").splitlines()) == 1
    with tenant_scope(aurora.id):
        HolderBalance.objects.update(available=2_001)
    _, row = client.get(page).content.decode("utf-8-sig").splitlines()
    assert row == f"{customer.id};BRL;available;2001;2000;balance;"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("available_after = 2001", "{customer};BRL;available;2001;2000;transfer;{transfer}"),
        ("number = 2", "{customer};BRL;last_number;1;2;balance;"),
        ("debit = 'adjusted', credit = 'issued'", ";BRL;left;0;-2000;award;{award}"),
    ],
)
def test_the_file_names_whatever_the_page_names(change: str, line: str) -> None:
    brand, other = make_brand("aurora", "Café Aurora"), make_brand("boreal", "Clube Boreal")
    customers = [make_customer(each).id for each in (brand, other)]
    for each, customer in zip((brand, other), customers, strict=True):
        with_program(each)
        sell(each, customer, 10_000)
    with tenant_scope(brand.id):
        transfer = Transfer.objects.get()
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_transfer DISABLE TRIGGER append_only")
        cursor.execute(f"UPDATE ledger_transfer SET {change} WHERE tenant_id = %s", [brand.id])
        cursor.execute("ALTER TABLE ledger_transfer ENABLE TRIGGER append_only")
    page = reverse("dashboard:ledger")
    client, rival = sign_in(brand).client, sign_in(other).client
    _, *rows = client.get(f"{page}?format=csv").content.decode("utf-8-sig").splitlines()
    assert line.format(customer=customers[0], transfer=transfer.id, award=transfer.award_id) in rows
    told = client.post(page, headers={"HX-Request": "true", "HX-Target": "check"}).content.decode()
    assert told.count("<li>") == len(rows)
    assert len(rival.get(f"{page}?format=csv").content.decode("utf-8-sig").splitlines()) == 1


@pytest.mark.django_db(transaction=True)
def test_closed_days_are_listed_and_a_changed_one_is_named() -> None:
    brand, other = make_brand("aurora", "Café Aurora"), make_brand("boreal", "Clube Boreal")
    for each in (brand, other):
        with frozen(NOON):
            with_program(each)
            sell(each, make_customer(each).id, 10_000 if each is brand else 77_700, occurred_at=NOON)
    close_until(brand, NOON + timedelta(days=2))
    assert [each.day for each in closes(tenant=brand.id).items] == [date(2026, 11, 4), date(2026, 11, 3)]
    client, rival = sign_in(brand, "analyst").client, sign_in(other).client
    page = reverse("dashboard:ledger_closes")
    assert "03/11/2026" in client.get(page).content.decode()
    assert "03/11/2026" not in rival.get(page).content.decode()
    answer = client.post(page).content.decode()
    assert "Nenhum dia mudou" in answer
    assert "movimento por movimento: 2." in answer
    header, first, second = client.get(f"{page}?format=csv").content.decode("utf-8-sig").splitlines()
    assert header.startswith("day;unit;opening;issued")
    assert first.startswith("2026-11-03;BRL;0,00;20,00")
    named = [dict(zip(header.split(";"), line.split(";"), strict=True)) for line in (first, second)]
    assert named[0]["hash"] == named[1]["previous_hash"]
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_dayclose DISABLE TRIGGER append_only")
        cursor.execute("UPDATE ledger_dayclose SET hash = repeat('a', 64) WHERE day = '2026-11-03'")
        cursor.execute("ALTER TABLE ledger_dayclose ENABLE TRIGGER append_only")
    assert "O dia 03/11/2026 não confere" in client.post(page).content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_file_of_closed_days_has_all_that_a_hash_covers() -> None:
    brand, _other = with_closed_days()
    answer = sign_in(brand, "analyst").client.get(reverse("dashboard:ledger_closes") + "?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [row["day"] for row in rows] == ["2026-11-03", "2026-11-04"]
    names = list(Figures.__dataclass_fields__)[1:-1]
    for row in rows:
        figures = " ".join([row["unit"], *(row[name].replace(",", "") for name in names), row["transfers"]])
        figures = re.sub(r"\b0+(?=\d)", "", figures)
        span = f"{row['day']} {row['since']} {row['until']}"
        lines = ["smartbis ledger day 1", row["tenant"], row["previous_hash"], span, figures, row["transfers_digest"]]
        assert hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest() == row["hash"]


@pytest.mark.django_db(transaction=True)
def test_a_day_too_large_to_recount_on_the_page_says_who_checks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    brand, other = with_closed_days()
    page = reverse("dashboard:ledger_closes")
    cut_short = "SELECT set_config('statement_timeout', '50ms', true), %(tenant)s; SELECT pg_sleep(0.3)"
    monkeypatch.setattr(closing, "DIGEST", cut_short)
    client = sign_in(brand, "analyst").client
    whole, part = client.post(page), client.post(page, headers={"HX-Request": "true", "HX-Target": "check"})
    for answer in (whole, part):
        assert answer.status_code == 200
        assert "Quem cuida do sistema confere por comando" in answer.content.decode()
    monkeypatch.undo()
    assert "Nenhum dia mudou" in sign_in(other, "analyst").client.post(page).content.decode()
