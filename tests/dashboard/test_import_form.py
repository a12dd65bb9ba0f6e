"""The upload form: what may be loaded, and by whom."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from programs.models import ImportBatch
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.dashboard.desk import sign_in

BALANCES = b"customer_phone,balance\n11987654821,25.00\n"


@pytest.mark.parametrize(("role", "offered"), [("owner", True), ("manager", False)])
def test_opening_balances_are_offered_to_the_owner_alone(
    aurora: TenantInfo, boreal: TenantInfo, role: str, offered: bool
) -> None:
    client, address = sign_in(aurora, role).client, reverse("dashboard:import_new")
    page = client.get(address).content.decode()
    assert ("Saldos iniciais" in page) == offered
    assert "Vouchers em aberto" in page
    file = SimpleUploadedFile("saldos.csv", BALANCES, content_type="text/csv")
    looked = client.post(address, {"kind": "balances", "file": file, "action": "look"})
    assert looked.status_code == (200 if offered else 422)
    assert ("customer_phone" in looked.content.decode()) == offered
    for brand in (aurora, boreal):
        with tenant_scope(brand.id):
            assert not ImportBatch.objects.exists()
