#!/usr/bin/env python
"""Django's command line."""

import os
import sys

OWNER_COMMANDS = {"migrate", "makemigrations", "sqlmigrate", "showmigrations", "create_logins", "dbshell"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartbis.settings")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ.setdefault("DATABASE_LOGIN", "owner")
    from django.core.management import execute_from_command_line

    import smartbis.celery  # noqa: F401  (tasks are sent through our application, not a default one)

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
