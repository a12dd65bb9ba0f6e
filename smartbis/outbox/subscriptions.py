"""Who wants to hear of what."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from uuid import UUID

from smartbis.outbox.events import Event

# The worker that carries deliveries out (see `relay`).
CARRIER = "relay_deliveries"

E_contra = TypeVar("E_contra", bound=Event, contravariant=True)


class Subscriber(Protocol[E_contra]):
    """`on_<event>(*, tenant, event)`, run in the tenant's scope; it may run again after a rollback."""

    def __call__(self, *, tenant: UUID, event: E_contra) -> None: ...


class Wanted(Protocol[E_contra]):
    """Whether an event concerns a subscriber at all; asked in the transaction that publishes it."""

    def __call__(self, *, tenant: UUID, event: E_contra) -> bool: ...


@dataclass(frozen=True)
class Subscription:
    """One subscriber of one event."""

    name: str
    event: type[Event]
    queue: str
    run: Callable[..., None]
    wanted: Callable[..., bool] | None = None

    def wants(self, tenant: UUID, event: Event) -> bool:
        """Whether a delivery is owed for an event of the tenant in scope."""
        return self.wanted is None or self.wanted(tenant=tenant, event=event)


_by_event: dict[str, list[Subscription]] = {}
_by_name: dict[str, Subscription] = {}


def subscribe(event: type[Event], *, queue: str = "relay", wanted: Wanted[Any] | None = None) -> Callable[[Any], Any]:
    """Register `on_<event>` for `event`; deliveries wait in `queue`. Raises ValueError for a name used twice.

    Without `wanted` every event is delivered. With it, one that nobody would act on is not: for events of the hot
    path, judged by the event and by settings that the scope remembers.
    """

    def register(function: Any) -> Any:
        name = f"{function.__module__.removesuffix('.subscribers')}.{function.__name__}"
        if name in _by_name:
            raise ValueError(f"two subscribers are called {name}")
        subscription = Subscription(name, event, queue, function, wanted)
        _by_name[name] = subscription
        _by_event.setdefault(event.name, []).append(subscription)
        return function

    return register


def subscriptions_to(name: str) -> list[Subscription]:
    """The subscribers of an event's name."""
    return _by_event.get(name, [])


def find_subscription(name: str) -> Subscription | None:
    """The subscriber of this name, if the code still has it."""
    return _by_name.get(name)
