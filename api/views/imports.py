"""Imports: files taken in, watched, and taken back."""

from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from api.parsing import FileParser
from api.references import StoreCodeUnknown
from api.rendering import csv_file
from api.schema import answered, call, sent
from api.serializers.base import PageQuery
from api.serializers.imports import ImportIn, ImportOut, ImportPageOut
from api.views.base import ApiView, rendered
from programs.imports import errors_csv, get_import, imports_page, queue_import, received, undo_import
from smartbis.tenancy.errors import StoreUnknown

IMPORT = {
    "id": "0199a3f2-be55-7162-8d34-6f7081920314",
    "kind": "purchases",
    "status": "running",
    "filename": "vendas-outubro.csv",
    "dry_run": False,
    "rows_total": 18240,
    "rows_done": 9000,
    "rows_failed": 3,
    "rows_repeated": 0,
    "rows_noted": 0,
    "made": 8990,
    "refunds": 7,
    "failure": "",
    "failure_sentence": "",
    "can_undo": True,
    "is_undoing": False,
    "created_at": "2026-11-21T18:04:05Z",
    "started_at": "2026-11-21T18:04:06Z",
    "finished_at": None,
    "undone_at": None,
}


class Imports(ApiView):
    """`/imports`"""

    scopes = {"GET": "imports:write", "POST": "imports:write"}
    parser_classes = [FileParser]

    @call(
        "listImports",
        "Imports",
        "List the imports",
        query=PageQuery,
        answers={200: ImportPageOut},
        problems=["cursor_invalid"],
        examples=[answered("The imports", {"results": [IMPORT], "next": None})],
    )
    def get(self, request: Request) -> Response:
        """List."""
        return self.page(lambda cursor, limit: imports_page(tenant=self.tenant, cursor=cursor, limit=limit), ImportOut)

    @call(
        "startImport",
        "Imports",
        "Import a file",
        description="Takes the file in and answers at once; a worker loads it row by row. Rows that cannot be taken "
        "stop no others and are kept with their reason. The same file again changes nothing.",
        body=ImportIn,
        media_types=["multipart/form-data"],
        answers={202: ImportOut},
        replies={202: "Taken in."},
        problems=["import_file_refused", "import_mapping_refused", "currency_mismatch", "store_unknown"],
        key="optional",
        examples=[
            sent("A file of sales", {"kind": "purchases", "file": "vendas.csv"}, media_type="multipart/form-data"),
            answered("Taken in", IMPORT | {"status": "queued", "rows_done": 0, "made": 0}, 202),
        ],
    )
    def post(self, request: Request) -> Response:
        """Take in."""
        given = self.parsed(ImportIn)
        file = given["file"]
        try:
            with received(
                tenant=self.tenant,
                kind=given["kind"],
                file=file,
                filename=file.name,
                mapping=given.get("mapping"),
                dry_run=given["dry_run"],
                actor=self.actor,
            ) as arrival:
                return self.perhaps_once(
                    lambda: (202, rendered(ImportOut, queue_import(tenant=self.tenant, arrival=arrival))),
                    fingerprint=[given["kind"], given.get("mapping"), given["dry_run"], arrival.sha256],
                )
        except StoreUnknown as error:
            raise StoreCodeUnknown({"mapping.store": [StoreCodeUnknown.sentence]}) from error


class OneImport(ApiView):
    """`/imports/{id}`"""

    scopes = {"GET": "imports:write"}

    @call(
        "getImport",
        "Imports",
        "Watch an import",
        answers={200: ImportOut},
        problems=["import_not_found"],
        examples=[answered("Half way", IMPORT)],
    )
    def get(self, request: Request, import_id: UUID) -> Response:
        """Watch."""
        return Response(rendered(ImportOut, get_import(tenant=self.tenant, import_id=import_id)))


class ImportErrors(ApiView):
    """`/imports/{id}/errors.csv`"""

    scopes = {"GET": "imports:write"}

    @call(
        "getImportErrors",
        "Imports",
        "Read the rows that were not taken",
        description="As CSV: line, code, sentence, and the row as it was sent.",
        answers={(200, "text/csv"): OpenApiTypes.STR},
        problems=["import_not_found"],
    )
    def get(self, request: Request, import_id: UUID) -> HttpResponseBase:
        """Read."""
        get_import(tenant=self.tenant, import_id=import_id)
        return csv_file(errors_csv(tenant=self.tenant, import_id=import_id), name=f"errors-{import_id}")


class ImportUndo(ApiView):
    """`/imports/{id}/undo`"""

    scopes = {"POST": "imports:write"}

    @call(
        "undoImport",
        "Imports",
        "Take an import back",
        description="Asks a worker to take back everything that the import made, and frees its sale numbers. Asking "
        "again changes nothing. Enrolled customers stay.",
        answers={202: ImportOut},
        replies={202: "Asked for."},
        problems=["import_not_found", "import_not_undoable"],
        key="optional",
        examples=[answered("Asked for", IMPORT | {"status": "running", "is_undoing": True}, 202)],
    )
    def post(self, request: Request, import_id: UUID) -> Response:
        """Ask for it."""
        return self.perhaps_once(
            lambda: (
                202,
                rendered(ImportOut, undo_import(tenant=self.tenant, import_id=import_id, actor=self.actor)),
            )
        )
