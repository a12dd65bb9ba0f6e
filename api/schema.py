"""How calls are described to OpenAPI: one decorator, and the table of every problem code."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from api.problems import MEDIA_TYPE, TYPE_PREFIX

F = TypeVar("F", bound=Callable[..., Any])

PROBLEMS: dict[str, tuple[int, str]] = {
    "invalid": (400, "Some fields need another look."),
    "malformed_json": (400, "The body is not valid JSON in UTF-8."),
    "idempotency_key_missing": (400, "Send an Idempotency-Key of 1 to 255 characters with this call."),
    "import_file_refused": (400, "This file cannot be read as a table."),
    "import_mapping_refused": (400, "The columns of this file need another look."),
    "rule_invalid": (400, "This rule cannot work as it is."),
    "rule_effective_in_past": (400, "A new version takes effect now or later."),
    "currency_mismatch": (400, "This currency is not the programme's."),
    "store_unknown": (400, "There is no such store."),
    "phone_invalid": (400, "This phone number cannot be called. Send it with its area code."),
    "cpf_invalid": (400, "This CPF does not exist. Please check the digits."),
    "email_invalid": (400, "This is not an e-mail address."),
    "identity_missing": (400, "A phone, an e-mail address, a CPF or an id of the shop is needed."),
    "merge_same_customer": (400, "These are one and the same customer."),
    "cursor_invalid": (400, "This page does not exist. Please start at the first page."),
    "key_missing": (401, "Send your API key as `Authorization: Bearer <key>`."),
    "key_invalid": (401, "This API key is unknown or was revoked."),
    "scope_missing": (403, "This API key does not carry the scope that the call needs."),
    "tenant_suspended": (403, "This programme is suspended."),
    "not_found": (404, "There is nothing at this address."),
    "customer_not_found": (404, "There is no such customer."),
    "purchase_not_found": (404, "There is no such purchase."),
    "coupon_not_found": (404, "There is no such coupon."),
    "campaign_not_found": (404, "There is no such campaign."),
    "issuance_not_found": (404, "There is no such issuance."),
    "voucher_not_found": (404, "There is no voucher with this code."),
    "redemption_not_found": (404, "There is no such redemption."),
    "adjustment_not_found": (404, "There is no such adjustment."),
    "referral_not_found": (404, "There is no such referral."),
    "challenge_not_found": (404, "There is no such challenge."),
    "program_not_found": (404, "There is no such programme."),
    "plan_not_found": (404, "There is no such plan."),
    "plan_period_not_found": (404, "There is no such period to take back."),
    "no_tiers": (404, "This brand has no tiers."),
    "event_not_found": (404, "There is no such event."),
    "registration_not_found": (404, "There is no such registration."),
    "import_not_found": (404, "There is no such import."),
    "segment_not_found": (404, "There is no such segment."),
    "conversation_not_found": (404, "There is no such conversation."),
    "method_not_allowed": (405, "Method not allowed."),
    "request_in_progress": (409, "The first request with this key is still running. Ask again in a moment."),
    "identity_taken": (409, "Another customer already has this identity."),
    "merge_cpf_conflict": (409, "The two customers have different CPFs. Say which one stays."),
    "segment_key_taken": (409, "Another segment already has this key."),
    "segment_is_living": (
        409,
        "This segment is a filter: its members are looked up. Change the filter, or make a list.",
    ),
    "segments_full": (409, "There are too many segments. Delete one first."),
    "purchase_conflict": (409, "This store already sent a sale with this number and other content."),
    "purchase_not_pending": (409, "This sale is not pending any more."),
    "purchase_cancelled": (409, "This sale was cancelled."),
    "refund_conflict": (409, "This sale already has a refund with this number and other content."),
    "refund_exceeds_purchase": (409, "More would be refunded than is left of this sale."),
    "participation_conflict": (409, "This participation was sent before for another customer."),
    "adjustment_conflict": (409, "This key was used for another adjustment."),
    "adjustment_decided": (409, "This adjustment was decided already."),
    "adjustment_own_request": (409, "A second person has to decide on this adjustment."),
    "adjustment_above_limit": (409, "This adjustment is above your limit."),
    "referral_decided": (409, "This referral does not wait for a decision."),
    "challenge_closed": (409, "This challenge cannot be joined."),
    "program_changed": (
        409,
        "Another version was published meanwhile. Look at it, and make your changes to it.",
    ),
    "slug_taken": (409, "This name or code is already in use."),
    "plan_closed": (409, "This plan cannot be started or renewed any more."),
    "plan_already_paid": (
        409,
        "The customer has this plan until its fixed end: another period would add nothing.",
    ),
    "plan_not_for_points": (409, "This plan has no price in points."),
    "plan_source_conflict": (409, "This payment was booked before, for another customer, plan or amount."),
    "insufficient_balance": (409, "The balance does not suffice."),
    "balance_below_minimum": (409, "The balance is below the minimum from which it can be used."),
    "sale_below_minimum": (409, "This sale is below the minimum for using balance."),
    "store_excluded": (409, "Balance cannot be used at this store."),
    "share_of_sale": (409, "Balance may pay only a part of this sale."),
    "articles_excluded": (409, "Balance cannot pay for all of these articles."),
    "coupon_out_of_stock": (409, "This coupon is out of stock."),
    "coupon_limit_reached": (409, "This customer has reached the limit of this coupon."),
    "coupon_not_eligible": (409, "This coupon is not for this customer."),
    "coupon_not_live": (409, "This coupon cannot be had now."),
    "budget_exhausted": (409, "The budget of this coupon is used up."),
    "voucher_already_redeemed": (409, "This voucher was already used."),
    "voucher_expired": (409, "This voucher has expired."),
    "voucher_not_yet_valid": (409, "This voucher cannot be used yet."),
    "voucher_wrong_store": (409, "This voucher cannot be used in this store."),
    "voucher_wrong_time": (409, "This voucher cannot be used at this time."),
    "voucher_below_minimum": (409, "The sale is below this voucher's minimum."),
    "voucher_cancelled": (409, "This voucher was cancelled."),
    "voucher_held": (409, "This voucher is held by an open checkout."),
    "voucher_wrong_customer": (409, "This voucher belongs to another customer, who has to be named."),
    "voucher_limit_reached": (409, "This customer has reached the limit for these vouchers."),
    "voucher_not_combinable": (409, "This voucher cannot be used together with the other one on this sale."),
    "issuance_ended": (409, "This issuance has ended."),
    "entry_needs_check_in": (409, "This is an entry to an event: use the event's check-in."),
    "voucher_sale_refunded": (409, "This sale was refunded or cancelled: no voucher can be used on it."),
    "redemption_already_reversed": (409, "This redemption was already reversed."),
    "purchase_changed": (409, "This sale has just changed. Please try again."),
    "checkout_not_found": (404, "There is no such checkout."),
    "checkout_expired": (409, "This checkout has expired and holds nothing any more. Ask for a new quote."),
    "checkout_changed": (409, "The sale is not the one that was quoted."),
    "checkout_closed": (409, "This checkout is closed."),
    "event_cancelled": (409, "This event was cancelled."),
    "registration_closed": (409, "Registration for this event is not open."),
    "event_not_eligible": (409, "This event is not for this customer."),
    "registration_ended": (409, "This registration has ended."),
    "registration_waiting": (409, "This customer is on the waiting list and has no place yet."),
    "registration_unpaid": (409, "The price of this registration has not been paid."),
    "check_in_too_early": (409, "Check-in for this event has not opened."),
    "entry_of_another_event": (409, "This entry is for another event."),
    "not_arrived": (409, "This customer has not been checked in."),
    "already_arrived": (409, "This customer has been checked in."),
    "backtest_not_found": (404, "There is no such backtest."),
    "backtest_ended": (409, "This backtest has ended already."),
    "backtests_waiting": (
        409,
        "Too many backtests are waiting: stop one, or wait for them to end.",
    ),
    "import_not_undoable": (409, "This import cannot be undone in its present state."),
    "window_closed": (409, "The 24-hour window is closed. Only an approved template may be sent."),
    "customer_erased": (410, "This customer was erased."),
    "body_too_large": (413, "The body is larger than this call takes."),
    "batch_too_large": (413, "A batch takes up to 1,000 sales."),
    "unsupported_media_type": (415, "Unsupported media type in request."),
    "idempotency_key_reused": (422, "This Idempotency-Key was used with other input."),
    "rate_limited": (429, "Request was throttled."),
    "ledger_too_large": (503, "There are too many transfers to add up while this call waits."),
    "busy": (503, "The service is busy. Nothing has changed; please try again."),
}
_ALWAYS = ("key_missing", "key_invalid", "scope_missing", "rate_limited", "busy")
_WITH_BODY = ("invalid", "malformed_json", "body_too_large", "unsupported_media_type")
_KEYED = ("request_in_progress", "idempotency_key_reused")
_TITLES = {400: "Bad request", 401: "No valid key", 403: "Not allowed", 404: "Not found", 405: "Method not allowed",
           409: "Refused in the present state", 410: "Erased", 413: "Too large", 415: "Unsupported media type",
           422: "Key used with other input", 429: "Too many calls", 503: "Busy, try again"}  # fmt: skip


class ProblemOut(serializers.Serializer[Any]):
    """RFC 9457. Refusals carry the facts behind them as further members, such as `missing_minor` or `until`."""

    type = serializers.CharField(help_text=f"`{TYPE_PREFIX}` and the code.")
    status = serializers.IntegerField()
    title = serializers.CharField()
    detail = serializers.CharField(help_text="For people; may change. Programs read `code`.")
    code = serializers.CharField(help_text="Stable.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`errors` means something else on a serializer, so that member is added here."""
        sentences = serializers.ListField(child=serializers.CharField())
        words = "Sentences by field, dotted for inner ones: `items.0.quantity`."
        errors = serializers.DictField(child=sentences, required=False, help_text=words)
        return {**super().get_fields(), "errors": errors}


def call(
    operation: str,
    tag: str,
    summary: str,
    *,
    description: str = "",
    body: Any = None,
    answers: Mapping[Any, Any],
    problems: Sequence[str] = (),
    key: str = "",
    query: type[serializers.BaseSerializer[Any]] | None = None,
    replies: Mapping[int, str] | None = None,
    examples: Sequence[OpenApiExample] = (),
    media_types: Sequence[str] = (),
) -> Callable[[F], F]:
    """Describe a call.

    `key` is `required` or `optional` for calls that take an Idempotency-Key; `problems` names the codes that only this
    call has; `replies` says what an answer's status means.
    """
    codes = [*_ALWAYS, *problems]
    parameters: list[Any] = [query] if query else []
    if body is not None:
        codes += _WITH_BODY
    if query is not None:
        codes.append("invalid")
    if key:
        codes += _KEYED
        parameters.append(_key_parameter(required=key == "required"))
        if key == "required":
            codes.append("idempotency_key_missing")
    responses: dict[Any, Any] = {
        status: OpenApiResponse(answer, description=(replies or {}).get(status, ""))
        for status, answer in answers.items()
    }
    return extend_schema(
        operation_id=operation,
        tags=[tag],
        summary=summary,
        description=description,
        request=dict.fromkeys(media_types, body) if media_types else body,
        responses=responses | _problem_responses(codes),
        parameters=parameters,
        examples=list(examples),
    )


def sent(name: str, value: Any, *, media_type: str = "application/json") -> OpenApiExample:
    """An example of a body."""
    return OpenApiExample(name, value=value, summary=name, request_only=True, media_type=media_type)


def answered(name: str, value: Any, status: int = 200, summary: str = "") -> OpenApiExample:
    """An example of an answer."""
    return OpenApiExample(name, value=value, summary=summary or name, response_only=True, status_codes=[str(status)])


def _key_parameter(*, required: bool) -> OpenApiParameter:
    return OpenApiParameter(
        "Idempotency-Key",
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        required=required,
        description="1 to 255 characters of your choice, one per intention. A repeat within 72 hours gives the first "
        "answer with `Idempotent-Replayed: true`; refusals are judged anew.",
    )


def _problem_responses(codes: Sequence[str]) -> dict[Any, Any]:
    by_status: dict[int, list[str]] = {}
    for code in dict.fromkeys(codes):
        by_status.setdefault(PROBLEMS[code][0], []).append(code)
    return {
        (str(status), MEDIA_TYPE): OpenApiResponse(
            ProblemOut,
            description=f"{_TITLES[status]}: " + ", ".join(f"`{code}`" for code in found),
            examples=[_problem_example(code) for code in found],
        )
        for status, found in sorted(by_status.items())
    }


def _problem_example(code: str) -> OpenApiExample:
    status, sentence = PROBLEMS[code]
    value: dict[str, Any] = {
        "type": TYPE_PREFIX + code,
        "status": status,
        "title": sentence,
        "detail": sentence,
        "code": code,
    }
    if code == "invalid":
        value["errors"] = {"amount_minor": ["A valid integer is required."]}
    return OpenApiExample(code, value=value, response_only=True, status_codes=[str(status)], media_type=MEDIA_TYPE)


def only_rest(endpoints: list[Any]) -> list[Any]:
    """A hook of the generator: describe REST v1 and nothing else."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]


TAGS = {
    "Customers": "Who takes part. A customer has at least one of phone, CPF, e-mail, or your own id.",
    "Segments": "Living sets of customers, by a filter or kept by hand: rules, coupons and reports name them.",
    "Purchases": "Sales and refunds, and what they earn. The sale's number in its store makes repeats safe for ever.",
    "Participations": "What earns without a sale: events, courses, visits.",
    "Adjustments": "Corrections of balances by hand, with a reason and above a limit with a second person.",
    "Coupons": "What customers can have for their balance, and on which terms.",
    "Vouchers": "One customer's right to a discount: issue, check, redeem, take back.",
    "Programs": "The rules by which customers earn.",
    "Plans": "Memberships with a period: who has them, who renews, and by what.",
    "Tiers": "Levels earned by spend, points or purchases.",
    "Referrals": "Who brought whom, and how the brand rewards it.",
    "Challenges": "Goals that customers reach, and how far they have come.",
    "Imports": "Files of customers, sales, balances and vouchers, read in the background.",
    "Messages": "What was said on WhatsApp.",
    "Reports": "What came of it.",
}
DESCRIPTION = """
Everything that the counter and the dashboard can do with customers, sales and vouchers, for tills and shops.

**Keys.** `Authorization: Bearer <key>`. A key belongs to one tenant and carries scopes; another tenant's ids are 404.

**Money** is `…_minor`, whole minor units with a `currency`; points are whole; instants are RFC 3339 with offset.

**Lists** are `{"results": […], "next": url|null}`.

**Repeats.** Every POST that moves value needs an `Idempotency-Key`; every other write may have one.

**Errors** are `application/problem+json`; programs read `code`, people `detail` and `errors`.

**Limits.** A body is up to 1 MB (a batch 4 MB, an import 256 MB). Who calls too often gets 429 with `Retry-After`.
""".strip()


def finish(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A hook of the generator: say what the API is and what each group of calls is for; keep each problem once."""
    _share_problems(result)
    result["info"] |= {"description": DESCRIPTION, "license": {"name": "MIT", "identifier": "MIT"}}
    used = {
        tag
        for operations in result["paths"].values()
        for operation in operations.values()
        for tag in operation.get("tags", [])
    }
    result["tags"] = [{"name": name, "description": text} for name, text in TAGS.items() if name in used]
    result["servers"] = [{"url": "/", "description": "This installation"}]
    return result


def _share_problems(result: dict[str, Any]) -> None:
    """Move problem responses and their examples to the components, so that every call only points at them."""
    components = result["components"]
    shared, examples = components.setdefault("responses", {}), components.setdefault("examples", {})
    for operations in result["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {}).get(MEDIA_TYPE)
                if content is None:
                    continue
                codes = [example["value"]["code"] for example in content["examples"].values()]
                examples |= dict(zip(codes, content["examples"].values(), strict=True))
                content["examples"] = {code: {"$ref": f"#/components/examples/{code}"} for code in codes}
                name = "-".join([status, *codes])
                shared[name] = response
                operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
