"""Replay one part of a backtest: started by the worker of the queue `bulk`, which reads what this prints."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from programs.backtest.run import serve


class Command(BaseCommand):
    """`replay_backtest '{"tenant": …, "backtest": …, "part": 0, "parts": 4, "sides": ["live", "draft"]}'`"""

    help = "Replays one part of a backtest and prints what it came to as JSON."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The order, as JSON."""
        parser.add_argument("order")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay and print."""
        serve(json.loads(options["order"]), self._tell)

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
