"""Who is in a segment; of a list kept by hand also who is put on it, and taken off."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from api.references import known_customers
from api.schema import answered, call, sent
from api.serializers.base import PageQuery
from api.serializers.segments import (
    LinesIn,
    LinesOut,
    MembersAddedOut,
    MembersIn,
    SegmentMemberOut,
    SegmentMemberPageOut,
)
from api.views.base import ApiView, rendered
from api.views.segments import shown
from insights.selectors import segment_members
from insights.services import add_to_segment, add_to_segment_by_list, remove_from_segment
from smartbis.customers.selectors import get_customer

LIST = {
    "key": "convidados",
    "name": "Convidados",
    "kind": "manual",
    "filter": {},
    "size": 41,
    "refreshed_at": "2026-11-21T18:04:05Z",
    "is_waiting": False,
}


class SegmentMembers(ApiView):
    """`/segments/{key}/members`"""

    scopes = {"GET": "customers:read", "POST": "customers:write"}

    @call(
        "listSegmentMembers",
        "Segments",
        "List who is in a segment",
        query=PageQuery,
        answers={200: SegmentMemberPageOut},
        problems=["segment_not_found", "cursor_invalid"],
    )
    def get(self, request: Request, segment: str) -> Response:
        """List."""
        return self.page(
            lambda cursor, limit: segment_members(tenant=self.tenant, key=segment, cursor=cursor, limit=limit),
            SegmentMemberOut,
        )

    @call(
        "addSegmentMembers",
        "Segments",
        "Put customers on a list",
        description="Of a segment kept by hand. Who is on it stays; nobody is enrolled. Up to 1,000 at once.",
        body=MembersIn,
        answers={200: MembersAddedOut},
        problems=["segment_not_found", "segment_is_living"],
        key="optional",
        examples=[
            sent("Two customers", {"customers": [{"phone": "+5511987654321"}, {"external_id": "crm-77"}]}),
            answered("The second is not known", {"segment": LIST, "unknown": [1]}),
        ],
    )
    def post(self, request: Request, segment: str) -> Response:
        """Add."""
        given = self.parsed(MembersIn)["customers"]

        def work() -> tuple[int, Any]:
            found = known_customers(self.tenant, given)
            known = [each for each in found if each]
            info = add_to_segment(tenant=self.tenant, key=segment, customers=known, actor=self.actor)
            unknown = [place for place, each in enumerate(found) if each is None]
            return 200, rendered(MembersAddedOut, {"segment": shown(info), "unknown": unknown})

        return self.perhaps_once(work)


class SegmentLines(ApiView):
    """`/segments/{key}/members/import`"""

    scopes = {"POST": "customers:write"}

    @call(
        "importSegmentMembers",
        "Segments",
        "Put whom a list of lines names on a list",
        description="As people paste it: a phone, a CPF, an e-mail address or your own id a line, up to 20,000. With "
        "`dry_run` only says whom they name.",
        body=LinesIn,
        answers={200: LinesOut},
        problems=["segment_not_found", "segment_is_living"],
        key="optional",
        examples=[
            sent("A look first", {"lines": ["(11) 98765-4321", "ana@example.com", "crm-77"], "dry_run": True}),
            answered(
                "One is not known",
                {
                    "lines": 3,
                    "found": 2,
                    "added": 2,
                    "dry_run": True,
                    "unknown": [{"line": 3, "text": "crm-77"}],
                },
            ),
        ],
    )
    def post(self, request: Request, segment: str) -> Response:
        """Import."""
        given = self.parsed(LinesIn)

        def work() -> tuple[int, Any]:
            result = add_to_segment_by_list(tenant=self.tenant, key=segment, actor=self.actor, **given)
            told = {
                "lines": result.lines,
                "found": len(result.customers),
                "added": result.added,
                "dry_run": given["dry_run"],
                "unknown": [{"line": line, "text": text} for line, text in result.unknown],
            }
            return 200, rendered(LinesOut, told)

        return self.perhaps_once(work)


class SegmentMember(ApiView):
    """`/segments/{key}/members/{customer}`"""

    scopes = {"DELETE": "customers:write"}

    @call(
        "removeSegmentMember",
        "Segments",
        "Take a customer off a list",
        description="Of a segment kept by hand. One who is not on it is no error.",
        answers={204: None},
        replies={204: "Not on it any more."},
        problems=["segment_not_found", "customer_not_found", "segment_is_living"],
    )
    def delete(self, request: Request, segment: str, customer: UUID) -> HttpResponse:
        """Remove."""
        person = get_customer(tenant=self.tenant, customer=customer)
        remove_from_segment(tenant=self.tenant, key=segment, customers=[person.id], actor=self.actor)
        return cast(HttpResponse, Response(status=204))
