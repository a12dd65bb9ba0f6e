"""The few calls of Smartbis' REST API that a shop needs, by the standard library alone."""

import contextlib
import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

TRIES = 3
TIMEOUT_SECONDS = 10


class Refused(Exception):
    """A problem that the API answered: its stable `code`, words for people, and the facts beside them."""

    def __init__(self, problem: dict[str, Any]) -> None:
        self.code = str(problem.get("code", "unknown"))
        self.problem = problem
        super().__init__(str(problem.get("detail", "")))


class Unreachable(Exception):
    """No answer came, however often it was tried."""


class Smartbis:
    """One brand's API, by its key. Writes are tried again with the same key when the line breaks."""

    def __init__(self, address: str, key: str) -> None:
        self._address, self._key = f"{address.rstrip('/')}/api/v1", key

    def validate(self, code: str, *, store: str, customer: dict[str, str], amount_minor: int) -> dict[str, Any]:
        """Whether a voucher could be used now, and why not. Changes nothing, so it has no key. Raises Refused."""
        body = {"store": store, "customer": customer, "amount_minor": amount_minor}
        return self._post(f"/vouchers/{urllib.parse.quote(code.strip(), safe='')}/validate", body)

    def quote(self, basket: dict[str, Any], *, key: str) -> dict[str, Any]:
        """The best use of what the customer has, held for minutes. Raises Refused."""
        return self._post("/checkouts", basket, key)

    def commit(self, checkout: str, *, number: str, amount_minor: int) -> dict[str, Any]:
        """The quoted sale takes place, under the shop's number. Raises Refused."""
        body = {"external_id": number, "amount_minor": amount_minor}
        return self._post(f"/checkouts/{checkout}/commit", body, f"order-{number}-commit-{checkout}")

    def cancel(self, checkout: str) -> dict[str, Any]:
        """Let go of what a quote holds. Raises Refused."""
        return self._post(f"/checkouts/{checkout}/cancel", {}, f"cancel-{checkout}")

    def refund(self, purchase: str, *, number: str, amount_minor: int) -> dict[str, Any]:
        """Goods came back, in part or whole. Raises Refused."""
        body = {"external_id": number, "amount_minor": amount_minor}
        return self._post(f"/purchases/{purchase}/refunds", body, f"refund-{number}")

    def _post(self, path: str, body: dict[str, Any], key: str = "") -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310  (the address is the shop's own setting)
            self._address + path,
            data=json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self._key}",
                "Content-Type": "application/json",
                "Accept-Language": "pt-br",
                **({"Idempotency-Key": key} if key else {}),
            },
        )
        for _ in range(TRIES):
            try:
                with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                    found: dict[str, Any] = json.load(answer)
                    return found
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    problem = {}
                    with contextlib.suppress(ValueError):  # something on the way answered, not the API
                        problem = json.load(error)
                    raise Refused(problem) from error
            except OSError:
                continue  # nobody knows whether it arrived: the key makes asking again harmless
        raise Unreachable(path)
