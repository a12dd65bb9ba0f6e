"""The web process. Refuses to start on a database that does not protect its tenants."""
# ruff: noqa: E402  (Django must be set up before anything of ours is imported)

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartbis.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

import smartbis.celery  # noqa: F401  (tasks are sent through our application, not a default one)
from smartbis.kernel.collecting import collect_rarely
from smartbis.logs import configure_logs
from smartbis.tenancy.catalogue import verify

configure_logs()
verify()
collect_rarely()
