"""What every refusal of the machine door must look like."""

from typing import Any


def problem(response: Any, status: int, code: str, *fields: str) -> dict[str, Any]:
    """The problem's body, once it is seen to be one of this status and code with errors at exactly these fields."""
    assert response.status_code == status, (response.status_code, response.content)
    assert response.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["code"] == code, body
    assert body["type"] == f"urn:smartbis:problem:{code}"
    assert body["title"]
    assert body["detail"]
    if fields:
        assert sorted(body["errors"]) == sorted(fields), body
    return body
