"""Brands and files for imports."""

from pathlib import Path

import pytest

from smartbis.tenancy.selectors import TenantInfo
from tests.imports.loading import make_gift_shop


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path: Path) -> Path:
    """Uploaded files go to a folder of the test's own."""
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def gifts(db: None) -> TenantInfo:
    """A shop in London that reckons in pounds and gave 20 % cashback before the year 2009 was over."""
    return make_gift_shop()
