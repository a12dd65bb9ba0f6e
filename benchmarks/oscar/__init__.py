"""The peer of our vouchers: django-oscar's, on a database of its own beside ours.

It lies in a folder of its own (`build/oscar`, fetched once by pip), because it brings a shop's worth of other packages.
Each client has a product and an offer of R$ 10 of its own, with vouchers of a single use and a basket for each of
those: no two clients write one row, as they would in one campaign. Stock is not tracked, there is no tax and nothing to
ship, and nobody is signed in.
"""

import json
from urllib.parse import urlsplit

import psycopg

from benchmarks.oscar.process import told

NAME = "smartbis_bench_oscar"
# As many as the quickest way of using them gets through in a round; the fewer, the better for the peer.
MOST_VOUCHERS = 24_000


def made(owner_url: str, *, vouchers: int, clients: int) -> str:
    """A fresh database with oscar's tables, an open basket for each voucher; its address. Raises RuntimeError."""
    dropped(owner_url)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {NAME}")
    url = urlsplit(owner_url)._replace(path=f"/{NAME}").geturl()
    told(url, "open", min(vouchers, MOST_VOUCHERS), clients)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
    return url


def dropped(owner_url: str) -> None:
    """Remove the database again."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


def good_again(url: str) -> None:
    """Forget every use and open every basket again, so that a round never runs out of vouchers."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("TRUNCATE voucher_voucherapplication")
        connection.execute("UPDATE basket_basket SET status = 'Open' WHERE status <> 'Open'")
        connection.execute("VACUUM (ANALYZE) voucher_voucher, offer_conditionaloffer, basket_basket")


def raced(url: str, way: str, *, rivals: int, races: int) -> list[int]:
    """So many rivals at once on one code of a single use, again and again: how many uses each code has then.

    `way` is "placed" or "recorded", see `benchmarks.oscar.shop`. Raises RuntimeError.
    """
    good_again(url)
    return [int(each) for each in json.loads(told(url, way, rivals, races))]
