"""Who may stand before a route: nobody, six roles, two keys, a customer; each as a client that is signed in."""

from types import SimpleNamespace

from django.contrib.auth import get_user_model
from django.test import Client

from dashboard.counter.access import SESSION_STORE
from portal import cookies
from smartbis.tenancy.middleware import SESSION_TENANT
from tests.contracts.world import ALL_SCOPES, ROLES, World

ANONYMOUS, CUSTOMER, KEY, MUTE_KEY = "anonymous", "customer", "key", "key without scope"
PRINCIPALS = (ANONYMOUS, *ROLES, CUSTOMER, KEY, MUTE_KEY)


def client_of(world: World, principal: str) -> Client:
    """A client of the brand that acts as the principal."""
    if principal in ROLES:
        client = Client()
        client.force_login(get_user_model().objects.get(pk=world.staff[principal].user_id))
        session = client.session
        session[SESSION_TENANT] = str(world.brand.id)
        session[SESSION_STORE] = str(world.ids["store"])
        session.save()
        return client
    if principal == CUSTOMER:
        return _customer(world)
    if principal in (KEY, MUTE_KEY):
        secret = world.keys[ALL_SCOPES if principal == KEY else "no scope"]
        return Client(headers={"Authorization": f"Bearer {secret}"})
    return Client()


def _customer(world: World) -> Client:
    """The cookie as the portal itself sets it, sent below every path, so that a wrong brand's portal gets it too."""
    jar = SimpleNamespace(cookies={}, delete_cookie=lambda *args, **named: None)
    jar.set_cookie = lambda name, value, **named: jar.cookies.__setitem__(name, value)
    cookies.keep_session(jar, world.brand.slug, world.session)  # type: ignore[arg-type]
    client = Client()
    for name, value in jar.cookies.items():
        client.cookies[name] = value
    return client
