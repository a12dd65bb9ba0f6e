"""A real Chromium on pages of a few lines, served from memory under the product's own content security policy."""

import mimetypes
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route

STATIC = Path(__file__).parents[2] / "static"
ADDRESS = "http://localhost/"
POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:"


@pytest.fixture
def show(page: Page) -> Iterator[Callable[..., Page]]:
    """Show a body of HTML with the real scripts, `show('<input …>', 'js/money.js')`; script errors fail it."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)

    def show(body: str, *scripts: str) -> Page:
        tags = "".join(f'<script type="module" src="/static/{script}"></script>' for script in scripts)
        head = '<!doctype html><html lang="pt-br"><head><meta charset="utf-8"><title>x</title></head>'
        html = f"{head}<body>{body}{tags}</body></html>"

        def answer(route: Route) -> None:
            path = route.request.url.removeprefix(ADDRESS)
            if path.startswith("static/"):
                file = STATIC / path.removeprefix("static/")
                kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
                route.fulfill(body=file.read_bytes(), content_type=kind)
            else:
                route.fulfill(body=html, content_type="text/html", headers={"Content-Security-Policy": POLICY})

        page.route("**/*", answer)
        page.goto(ADDRESS)
        return page

    yield show
    assert errors == []
