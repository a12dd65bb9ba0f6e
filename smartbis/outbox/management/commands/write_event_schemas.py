"""Write the JSON Schema of every event to `docs/events/`, and remove those of events that are gone."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from smartbis.outbox.events import REGISTRY
from smartbis.outbox.schemas import schema_text


class Command(BaseCommand):
    """`manage.py write_event_schemas`"""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.BASE_DIR / "docs" / "events"
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.glob("*.json"):
            if path.stem not in REGISTRY:
                path.unlink()
        for name, kind in sorted(REGISTRY.items()):
            (folder / f"{name}.json").write_text(schema_text(kind), encoding="utf-8")
        self.stdout.write(f"{len(REGISTRY)} schemas in {folder}")
