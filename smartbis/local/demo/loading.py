"""One demo brand loaded in a process of its own. Imports Django only once it is set up."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any


def load_brand(slug: str, target: Path, today: datetime) -> None:
    """Open the brand and let its history pass, in one transaction; its sign-ins are written before it commits."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartbis.settings")
    import django

    django.setup()

    from django.conf import settings
    from django.db import transaction

    import smartbis.celery  # noqa: F401  (as in every process that may wake workers)
    from smartbis.local.demo.brands import BRANDS
    from smartbis.local.demo.history import DAYS, showcase, tell_history
    from smartbis.local.demo.opening import open_brand

    seed, plan = next((place, brand) for place, brand in enumerate(BRANDS) if brand.slug == slug)
    with transaction.atomic():
        brand = open_brand(plan, opened_at=today - timedelta(days=DAYS + 1), base_url=settings.BASE_URL)
        story = tell_history(brand, today=today, seed=seed)
        brand.secrets["customers"] = showcase(story)
        write_private(part_path(target, slug), brand.secrets)


def part_path(target: Path, slug: str) -> Path:
    """Where one brand's sign-ins wait until all are there."""
    return target.with_name(f"{target.stem}.{slug}.json")


def read_part(target: Path, slug: str) -> dict[str, Any] | None:
    """One brand's sign-ins, if they were written."""
    path = part_path(target, slug)
    return json.loads(path.read_text()) if path.exists() else None


def write_private(target: Path, content: dict[str, Any]) -> None:
    """Write JSON that only this user may read."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch(mode=0o600)
    target.chmod(0o600)
    target.write_text(json.dumps(content, indent=2, ensure_ascii=False))
