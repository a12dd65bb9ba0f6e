"""Our own application inside a benchmark's process: set up once, as the application's login."""

import os
from functools import cache


@cache
def set_up(app_url: str) -> None:
    """Start Django as a web process would, on the measured database."""
    os.environ["DATABASE_APP_URL"] = app_url
    os.environ["DATABASE_LOGIN"] = "app"
    os.environ.setdefault("DATABASE_POOL_SIZE", "20")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartbis.settings")
    import django

    django.setup()
    import smartbis.celery  # noqa: F401  (work is poked through our own application)
    from smartbis.kernel.collecting import collect_rarely
    from smartbis.logs import configure_logs

    configure_logs()
    collect_rarely()
