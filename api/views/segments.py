"""Segments: living sets of customers; and tags."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from api.schema import answered, call, sent
from api.serializers.segments import (
    SegmentChangesIn,
    SegmentIn,
    SegmentOut,
    SegmentsOut,
    TagIn,
    TagsOut,
)
from api.views.base import ApiView, rendered
from insights.infos import SegmentInfo
from insights.selectors import get_segment, segments
from insights.services import ask_for_refresh, change_segment, create_segment, delete_segment
from smartbis.customers.selectors import get_customer, memberships_of
from smartbis.customers.services import tag_customer, untag_customer

GONE = {
    "key": "sumidos",
    "name": "Sumidos (60 dias sem comprar)",
    "kind": "filter",
    "filter": {"not_bought_for_days": 60},
    "size": 412,
    "refreshed_at": "2026-11-21T18:04:05Z",
    "is_waiting": False,
}


class Segments(ApiView):
    """`/segments`"""

    scopes = {"GET": "customers:read", "POST": "customers:write"}

    @call(
        "listSegments",
        "Segments",
        "List segments",
        answers={200: SegmentsOut},
        examples=[answered("One filter", {"results": [GONE]})],
    )
    def get(self, request: Request) -> Response:
        """List."""
        return Response({"results": [shown(each) for each in segments(tenant=self.tenant)]})

    @call(
        "createSegment",
        "Segments",
        "Make a segment",
        description="A list kept by hand, or a filter that is looked up at once and every hour. Rules and coupons name "
        "it by its `key`.",
        body=SegmentIn,
        answers={201: SegmentOut},
        replies={201: "Made."},
        problems=["segment_key_taken", "segments_full"],
        key="optional",
        examples=[
            sent("Gone quiet", {"name": "Sumidos", "kind": "filter", "filter": {"not_bought_for_days": 60}}),
            answered("Made", GONE, 201),
        ],
    )
    def post(self, request: Request) -> Response:
        """Make."""
        given = self.parsed(SegmentIn)

        def work() -> tuple[int, Any]:
            info = create_segment(
                tenant=self.tenant,
                name=given["name"],
                kind=given["kind"],
                spec=_plain(given.get("filter")),
                key=given.get("key"),
                actor=self.actor,
            )
            return 201, shown(info)

        return self.perhaps_once(work)


class OneSegment(ApiView):
    """`/segments/{key}`"""

    scopes = {"GET": "customers:read", "PATCH": "customers:write", "DELETE": "customers:write"}

    @call(
        "getSegment",
        "Segments",
        "Read a segment",
        answers={200: SegmentOut},
        problems=["segment_not_found"],
        examples=[answered("A filter", GONE)],
    )
    def get(self, request: Request, segment: str) -> Response:
        """Read."""
        return Response(shown(get_segment(tenant=self.tenant, key=segment)))

    @call(
        "changeSegment",
        "Segments",
        "Change a segment",
        body=SegmentChangesIn,
        answers={200: SegmentOut},
        problems=["segment_not_found"],
        key="optional",
        examples=[sent("Sooner", {"filter": {"not_bought_for_days": 45}}), answered("Changed", GONE)],
    )
    def patch(self, request: Request, segment: str) -> Response:
        """Change."""
        given = self.parsed(SegmentChangesIn)

        def work() -> tuple[int, Any]:
            spec = _plain(given["filter"]) if "filter" in given else None
            name = given.get("name")
            info = change_segment(tenant=self.tenant, key=segment, name=name, spec=spec, actor=self.actor)
            return 200, shown(info)

        return self.perhaps_once(work)

    @call(
        "deleteSegment",
        "Segments",
        "Delete a segment",
        description="Its customers stay. Rules and coupons that name it fit nobody by it any more.",
        answers={204: None},
        replies={204: "Deleted."},
        problems=["segment_not_found"],
    )
    def delete(self, request: Request, segment: str) -> HttpResponse:
        """Delete."""
        delete_segment(tenant=self.tenant, key=segment, actor=self.actor)
        return cast(HttpResponse, Response(status=204))


class SegmentRefresh(ApiView):
    """`/segments/{key}/refresh`"""

    scopes = {"POST": "customers:write"}

    @call(
        "refreshSegment",
        "Segments",
        "Have a filter looked up now",
        description="It takes some seconds: `is_waiting` until then. A list kept by hand stays as it is.",
        answers={200: SegmentOut},
        problems=["segment_not_found"],
        key="optional",
        examples=[answered("Asked for", GONE | {"is_waiting": True})],
    )
    def post(self, request: Request, segment: str) -> Response:
        """Refresh."""
        return self.perhaps_once(lambda: (200, shown(ask_for_refresh(tenant=self.tenant, key=segment))))


class CustomerTags(ApiView):
    """`/customers/{id}/tags`"""

    scopes = {"GET": "customers:read", "POST": "customers:write", "DELETE": "customers:write"}

    @call(
        "listTags",
        "Customers",
        "Read a customer's tags",
        answers={200: TagsOut},
        problems=["customer_not_found"],
        examples=[answered("Two", {"tags": ["gluten-free", "vip"]})],
    )
    def get(self, request: Request, customer: UUID) -> Response:
        """Read."""
        return Response(self._tags(customer))

    @call(
        "addTag",
        "Customers",
        "Tag a customer",
        description="Again changes nothing.",
        body=TagIn,
        answers={200: TagsOut},
        problems=["customer_not_found", "customer_erased"],
        key="optional",
        examples=[sent("A tag", {"tag": "VIP"}), answered("Tagged", {"tags": ["vip"]})],
    )
    def post(self, request: Request, customer: UUID) -> Response:
        """Tag."""
        tag = self.parsed(TagIn)["tag"]

        def work() -> tuple[int, Any]:
            tag_customer(tenant=self.tenant, customer=customer, tag=tag, actor=self.actor)
            return 200, self._tags(customer)

        return self.perhaps_once(work)

    @call(
        "removeTag",
        "Customers",
        "Take a tag off a customer",
        description="A tag that is not there is no error.",
        query=TagIn,
        answers={200: TagsOut},
        problems=["customer_not_found"],
    )
    def delete(self, request: Request, customer: UUID) -> Response:
        """Untag."""
        info = get_customer(tenant=self.tenant, customer=customer)
        tag = self.asked(TagIn)["tag"]
        untag_customer(tenant=self.tenant, customer=info.id, tag=tag, actor=self.actor)
        return Response(self._tags(info.id))

    def _tags(self, customer: UUID) -> dict[str, Any]:
        info = get_customer(tenant=self.tenant, customer=customer)
        belongs = memberships_of(tenant=self.tenant, customer=info.id)
        return {"tags": sorted(key for kind, key in belongs if kind == "tag")}


def shown(info: SegmentInfo) -> Any:
    """A segment as it is answered."""
    return rendered(
        SegmentOut,
        {
            "key": info.key,
            "name": info.name,
            "kind": info.kind,
            "filter": info.spec.write(),
            "size": info.size,
            "refreshed_at": info.refreshed_at,
            "is_waiting": info.is_waiting,
        },
    )


def _plain(given: dict[str, Any] | None) -> dict[str, Any]:
    """The checked filter as the JSON that was sent."""
    plain: dict[str, Any] = {}
    for name, value in (given or {}).items():
        if isinstance(value, list):
            plain[name] = [str(each) for each in value]
        else:
            plain[name] = value.isoformat() if hasattr(value, "isoformat") else value
    return plain
