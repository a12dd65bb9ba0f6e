"""Rules in sets: awards by rule, what limited rules gave, and gifts."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("programs", "0003_gatherings")]

    operations: ClassVar[list[Operation]] = []
