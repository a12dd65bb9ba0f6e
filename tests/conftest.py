"""What every test stands on: two brands, the application's login under row-level security, an honest database."""

import gc
import os
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.test import TransactionTestCase, override_settings
from django.utils import translation

from smartbis.tenancy.selectors import TenantInfo
from tests import database, factories
from tests.chromium import launch_options
from tests.pokes import hold_pokes


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a whole house comes first: one process starts one. What takes minutes begins the second half.

    Two processes are given a half each, so that nothing long is left for last.
    """
    items.sort(key=lambda item: "e2e" not in item.path.parts)
    long = [item for item in items if item.get_closest_marker("takes_minutes")]
    others = [item for item in items if item not in long]
    middle = len(items) // 2
    items[:] = [*others[:middle], *long, *others[middle:]]


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    database.prepare(None)


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """Create and migrate the test database as its owner, then hand it to the application's login."""
    from django.test.utils import setup_databases, teardown_databases

    keep = request.config.getoption("reuse_db") and not request.config.getoption("create_db")
    with django_db_blocker.unblock():
        database.use_login(database.owner_login())
        _make_logins()
        made = setup_databases(verbosity=0, interactive=False, keepdb=keep, serialized_aliases=[])
        database.use_login(database.app_login())
        if keep:
            database.empty_every_table()
    yield
    with django_db_blocker.unblock():
        database.use_login(database.owner_login())
        if not keep:
            gc.collect()  # threads that ended leave their connections to it
            try:
                teardown_databases(made, verbosity=0)
            except OperationalError as error:  # every test has been judged by now
                warnings.warn(f"the test database stays, its server has it in use: {error}", stacklevel=1)


def _make_logins() -> None:
    """Roles belong to the whole cluster: make them through the database that is there already."""
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = database.owner_login()["NAME"]
    with open(os.devnull, "w") as silence:
        call_command("create_logins", stdout=silence)
    connection.close()
    connection.settings_dict["NAME"] = name


@pytest.fixture(autouse=True, scope="session")
def _flush_as_owner() -> None:
    """Tests with real transactions leave an empty database behind; only the owner may empty it."""

    def teardown(self: TransactionTestCase) -> None:
        database.empty_every_table()

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]


@pytest.fixture(autouse=True, scope="session")
def _static_files_found_when_asked_for() -> Iterator[None]:
    """Each client of a test makes the middleware anew; it need not walk through all the static files for that."""
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(autouse=True)
def _no_waiting_pokes(monkeypatch: pytest.MonkeyPatch) -> None:
    hold_pokes(monkeypatch)


@pytest.fixture(autouse=True)
def _in_the_language_of_the_sources() -> None:
    """A request leaves its language behind in its thread; the next request sets its own, a service does not."""
    translation.deactivate()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The one browser of a run is the machine's own; Playwright bears no second one beside it."""
    return launch_options()


@pytest.fixture
def aurora(db: None) -> TenantInfo:
    """A brand with the stores `centro` and `moema`."""
    return factories.make_brand("aurora", "Café Aurora")


@pytest.fixture
def boreal(db: None) -> TenantInfo:
    """Another brand with stores of the same codes, which must never see the first one's anything."""
    return factories.make_brand("boreal", "Clube Boreal")
