"""Brands and files for imports."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from programs.services import open_program
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor
from tests.imports.loading import make_gift_shop
from tests.programs.conftest import CASHBACK_20


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path: Path) -> Path:
    """Uploaded files go to a folder of the test's own."""
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def gifts(db: None) -> TenantInfo:
    """A shop in London that reckons in pounds and gave 20 % cashback before the year 2009 was over."""
    return make_gift_shop()


@pytest.fixture
def shop(aurora: TenantInfo, boreal: TenantInfo) -> TenantInfo:
    """A brand with 20 % cashback since long ago."""
    open_program(
        tenant=aurora.id,
        name="Cashback",
        kind="cashback",
        spec=CASHBACK_20,
        actor=actor("owner"),
        effective_at=datetime(2020, 1, 1, tzinfo=UTC),
    )
    return aurora
