"""Take every other chunk of an import: started by the worker of the queue `bulk`, with which it talks by its pipes."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from programs.imports.beside import serve
from programs.imports.turns import Line
from smartbis.kernel.collecting import collect_rarely


class Command(BaseCommand):
    """`import_beside '{"tenant": …, "import": …, "lease": …}'`"""

    help = "Takes every other chunk of an import that a worker is at."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The order, as JSON."""
        parser.add_argument("order")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load until the worker, or its end, says to stop."""
        collect_rarely()
        serve(json.loads(options["order"]), Line(sys.stdin, sys.stdout))
