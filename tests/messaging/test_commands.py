"""The room's management commands."""

import pytest
from django.core.management import CommandError, call_command

from smartbis.tenancy.selectors import TenantInfo


def test_connecting_needs_an_address_and_a_brand(aurora: TenantInfo) -> None:
    with pytest.raises(CommandError, match="SANDBOX_URL"):
        call_command("connect_sandbox", "aurora", sandbox_url="")
    with pytest.raises(CommandError, match="no brand"):
        call_command("connect_sandbox", "nobody", sandbox_url="http://127.0.0.1:9")
