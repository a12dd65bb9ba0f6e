"""How values go over a connection of ours."""

from typing import Any

from psycopg import Connection
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, PyFormat
from psycopg.pq import Format
from psycopg.types.numeric import Int8Dumper

from smartbis.kernel.arrays import BinaryArray


def adapt(connection: Connection[Any]) -> None:
    """Let whole numbers go as bigint, whose size would make another statement, and columns as they were packed."""
    connection.adapters.register_dumper(int, Int8Dumper)
    connection.adapters.register_dumper(BinaryArray, _ArrayDumper)


class _ArrayDumper(Dumper):
    """Sends a column under its own type: the driver asks for a dumper for each of the types."""

    format = Format.BINARY

    def get_key(self, obj: BinaryArray, format: PyFormat) -> Any:
        return (self.cls, obj.oid)

    def upgrade(self, obj: BinaryArray, format: PyFormat) -> Dumper:
        made = _ArrayDumper(self.cls)
        made.oid = obj.oid
        return made

    def dump(self, obj: BinaryArray) -> Buffer:
        return obj.data
