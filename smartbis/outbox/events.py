"""What an event is: a frozen dataclass of ids, whole numbers, texts and flags, with a dotted, versioned name."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from types import UnionType
from typing import Any, ClassVar, Self, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from smartbis.kernel.ids import text_of

ALLOWED = (UUID, int, str, bool, type(None))
_PLAIN = frozenset({int, str, bool, type(None)})


@dataclass(frozen=True, kw_only=True)
class Event:
    """The base of every event; `event(name)` registers a subclass."""

    name: ClassVar[str] = ""

    def payload(self) -> dict[str, Any]:
        """The fields as JSON can hold them."""
        return {name: value if type(value) in _PLAIN else _plain(value) for name, value in vars(self).items()}

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """The event that `payload()` described; fields it does not know are ignored, missing ones raise TypeError."""
        kinds = get_type_hints(cls)
        known = _names(cls)
        return cls(**{name: _rich(kinds[name], value) for name, value in payload.items() if name in known})


_NAMES: dict[type[Event], tuple[str, ...]] = {}


def _names(kind: type[Event]) -> tuple[str, ...]:
    if kind not in _NAMES:
        _NAMES[kind] = tuple(field.name for field in fields(kind))
    return _NAMES[kind]


E = TypeVar("E", bound=Event)
REGISTRY: dict[str, type[Event]] = {}


def event(name: str) -> Callable[[type[E]], type[E]]:
    """Name an event class and register it. Raises ValueError for a second class of the same name."""

    def register(cls: type[E]) -> type[E]:
        if name in REGISTRY and REGISTRY[name].__qualname__ != cls.__qualname__:
            raise ValueError(f"two events are called {name}")
        cls.name = name
        REGISTRY[name] = cls
        return cls

    return register


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return text_of(value)
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, ALLOWED):
        return value
    raise TypeError(f"an event cannot hold a {type(value).__name__}")


def _rich(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if get_origin(kind) in (Union, UnionType):
        kind = next(each for each in get_args(kind) if each is not type(None))
    if kind is UUID:
        return UUID(value)
    if get_origin(kind) in (list, tuple):
        inner = get_args(kind)[0]
        return get_origin(kind)(_rich(inner, each) for each in value)
    return value
