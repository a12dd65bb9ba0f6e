"""What balances must come to, by a way of its own: reads the file itself, counts in whole pence, shares no code.

    python tests/imports/independent.py FILE [BASIS_POINTS]

prints each customer's cashback. A sale is every line of an invoice with a quantity above zero; its base is the sum of
quantity × price; cashback is that share of it, half-up to the penny. A line below zero is a return: it takes pieces
back from earlier invoices of the same customer and article, those of the same price first, then the newest (by time,
then invoice number, then place on the invoice), up to what is left there. Of each invoice the returned share of its
cashback is lost, half-up on the total returned. Codes for postage, fees and corrections are no articles.
"""

import csv
import gzip
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

Entries = dict[str, dict[str, Any]]
NO_ARTICLES = {"POST", "DOT", "C2", "D", "M", "S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK"}


def is_article(code: str) -> bool:
    return not (code.upper() in NO_ARTICLES or code.upper().startswith(("ADJUST", "TEST")))


def pence(text: str) -> int:
    whole, _, part = text.partition(".")
    assert len(part) <= 2, text
    return int(whole) * 100 + int((part + "00")[:2])


def half_up(top: int, bottom: int) -> int:
    return (top * 2 + bottom) // (bottom * 2)


def read(path: str | Path) -> tuple[Entries, Entries]:
    """Sales and returns by invoice: time, customer, lines of [code, pieces, price]."""
    sales: Entries = {}
    returns: Entries = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            pieces = int(row["Quantity"])
            kept = sales if pieces > 0 else returns
            entry = kept.setdefault(
                row["Invoice"], {"at": row["InvoiceDate"], "customer": row["Customer ID"], "lines": []}
            )
            entry["at"] = min(entry["at"], row["InvoiceDate"])
            if is_article(row["StockCode"]):
                entry["lines"].append([row["StockCode"], abs(pieces), pence(row["Price"])])
    return sales, returns


def take_back(sales: Entries, returns: Entries) -> tuple[dict[str, int], int]:
    """Pieces given back from each invoice's lines, and how many lines found no or too few pieces."""
    bought = defaultdict(list)
    for number, sale in sales.items():
        for place, (code, pieces, price) in enumerate(sale["lines"]):
            bought[sale["customer"], code].append(
                {"at": sale["at"], "number": number, "place": place, "price": price, "left": pieces}
            )
    returned: dict[str, int] = defaultdict(int)
    unmatched = 0
    for number in sorted(returns, key=lambda number: returns[number]["at"]):  # a stable sort keeps the file's order
        back = returns[number]
        for code, pieces, price in back["lines"]:
            earlier = [line for line in bought[back["customer"], code] if line["at"] < back["at"] and line["left"]]
            earlier.sort(key=lambda line: (line["at"], line["number"], line["place"]), reverse=True)
            earlier.sort(key=lambda line: line["price"] != price)
            for line in earlier:
                part = min(pieces, line["left"])
                line["left"] -= part
                pieces -= part
                returned[line["number"]] += part * line["price"]
            unmatched += pieces > 0
    return returned, unmatched


def balances(path: str | Path, basis_points: int = 2000) -> tuple[dict[str, int], dict[str, int]]:
    """Each customer's cashback in pence, and some counts of what was found on the way."""
    sales, returns = read(path)
    returned, unmatched = take_back(sales, returns)
    found: dict[str, int] = defaultdict(int)
    counted = 0
    for number, sale in sales.items():
        base = sum(pieces * price for _, pieces, price in sale["lines"])
        if not base:
            continue
        counted += 1
        earned = half_up(base * basis_points, 10_000)
        lost = earned if returned[number] == base else min(earned, half_up(earned * returned[number], base))
        found[sale["customer"]] += earned - lost
    return dict(found), {"sales": counted, "unmatched": unmatched, "returned": sum(returned.values())}


if __name__ == "__main__":
    cashback, counts = balances(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 2000)
    for customer, amount in sorted(cashback.items()):
        print(customer, amount)
    print(counts, sum(cashback.values()), file=sys.stderr)
