"""A project of a few lines that the house can run instead of Smartbis: same names, none of the weight."""

import shutil
from pathlib import Path

from smartbis.local.supervision import ROOT

MANAGE = """
import json, os, sys
from smartbis.tenancy.logins import derived_url
import psycopg
from urllib.parse import urlsplit

def migrate():
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as db:
        db.execute("CREATE TABLE IF NOT EXISTS outbox_heartbeat (queue text PRIMARY KEY, beaten_at timestamptz)")
        for login in ("app", "platform"):
            role = urlsplit(derived_url(os.environ["DATABASE_URL"], login))
            if not db.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role.username]).fetchone():
                db.execute(f"CREATE ROLE {role.username} LOGIN PASSWORD '{role.password}'")
        db.execute("GRANT SELECT, INSERT, UPDATE ON outbox_heartbeat TO smartbis_app")

def load_demo(path):
    if os.path.exists(path):
        return
    base = os.environ["BASE_URL"]
    users = [{"role": "owner", "email": "owner@example.com", "password": os.urandom(8).hex()}]
    tenant = {"slug": "one", "name": "One", "portal_url": base + "/p/one/", "users": users}
    with open(path, "w") as file:
        json.dump({"base_url": base, "tenants": [tenant]}, file)

if sys.argv[1] == "migrate":
    migrate()
if sys.argv[1] == "load_demo":
    load_demo(sys.argv[sys.argv.index("--credentials-to") + 1])
"""

WSGI = """
import json, os

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(dict(os.environ)).encode()]
"""

CELERY = """
import os
import psycopg
from celery import Celery

app = Celery("smartbis", broker=os.environ["REDIS_URL"])
app.conf.beat_schedule = {
    queue: {"task": "smartbis.celery.beat", "schedule": 1.0, "args": [queue], "options": {"queue": queue}}
    for queue in ("relay", "send", "bulk")
}

@app.task(ignore_result=True)
def beat(queue):
    with psycopg.connect(os.environ["DATABASE_APP_URL"], autocommit=True) as db:
        db.execute(
            "INSERT INTO outbox_heartbeat VALUES (%s, now()) ON CONFLICT (queue) DO UPDATE SET beaten_at = now()",
            [queue],
        )
"""

SANDBOX = """
import sys
from http.server import HTTPServer, BaseHTTPRequestHandler

class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Answer).serve_forever()
"""


def build(folder: Path) -> Path:
    """Write the project into `folder`, with the house's own code as it is."""
    shutil.copytree(
        ROOT / "smartbis" / "local",
        folder / "smartbis" / "local",
        ignore=shutil.ignore_patterns("__pycache__", "management", "demo"),
    )
    files = {
        "manage.py": MANAGE,
        "smartbis/__init__.py": "",
        "smartbis/wsgi.py": WSGI,
        "smartbis/celery.py": CELERY,
        "smartbis/tenancy/__init__.py": "",
        "smartbis/tenancy/logins.py": (ROOT / "smartbis" / "tenancy" / "logins.py").read_text(),
        "sandbox/__init__.py": "",
        "sandbox/__main__.py": SANDBOX,
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder
