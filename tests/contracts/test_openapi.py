"""The published description of REST v1 is that of the code, and says enough to integrate by."""

import json
from pathlib import Path
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.validation import validate_schema

from api.schema import PROBLEMS
from tests.contracts.matrix_rest import REST

DOCS = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
PUBLISHED: dict[str, Any] = json.loads(DOCS.read_text(encoding="utf-8"))
CALLS = [
    pytest.param(path, method, operation, id=f"{method.upper()} {path}")
    for path, operations in PUBLISHED["paths"].items()
    for method, operation in operations.items()
]


def test_the_committed_description_is_the_codes() -> None:
    generated = SchemaGenerator().get_schema(request=None, public=True)
    validate_schema(generated)
    text = OpenApiJsonRenderer().render(generated, renderer_context={}).decode()
    assert json.loads(text) == PUBLISHED, "docs/openapi.json is behind: make openapi"


def test_every_route_of_the_matrix_is_described_and_no_other() -> None:
    described = {(path, method.upper()) for path, methods in PUBLISHED["paths"].items() for method in methods}
    routed = {
        (f"/{route}".replace("<uuid:", "{").replace("<str:", "{").replace("<slug:", "{").replace(">", "}"), method)
        for route, row in REST.items()
        if route.startswith("api/v1/") and not route.endswith("openapi.json")
        for method in row.who
    }
    assert described == routed


@pytest.mark.parametrize(("path", "method", "operation"), CALLS)
def test_a_call_is_described(path: str, method: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["operationId"].isidentifier()
    assert operation["tags"]
    assert operation["security"] == [{"ApiKey": []}]
    answers = operation["responses"]
    assert any(status.startswith("2") for status in answers)
    assert {"401", "403", "429", "503"} <= set(answers)
    if "{" in path:
        assert "404" in answers
    if "requestBody" in operation:
        assert {"400", "413", "415"} <= set(answers)
        (media,) = operation["requestBody"]["content"].values()
        assert media["schema"]
        assert media.get("examples"), "a call with a body shows one"


def test_every_problem_points_at_an_example() -> None:
    examples = PUBLISHED["components"]["examples"]
    assert set(examples) <= set(PROBLEMS)
    for code, example in examples.items():
        assert example["value"]["code"] == code
        assert example["value"]["status"] == PROBLEMS[code][0]
