"""The page of the API: everything is on it, and it takes nothing from anywhere."""

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser

import httpx2
import pytest

from gate.interfaces.http.documentation import page
from tests.http_house import HttpHouse

pytestmark = pytest.mark.anyio

LOADING = {"script", "link", "img", "iframe", "object", "embed", "form", "base", "video", "audio", "source"}


class Read(HTMLParser):
    """A page, as a browser takes it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.attributes: dict[str, set[str]] = {}
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, set()).add(value or "")
            if name == "id":
                self.ids.append(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
async def house() -> AsyncIterator[HttpHouse]:
    async with HttpHouse.open() as opened:
        yield opened


@pytest.fixture
async def answer(house: HttpHouse) -> httpx2.Response:
    return await house.http.get("/docs")


async def test_it_shows_every_operation_and_every_schema(house: HttpHouse, answer: httpx2.Response) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    read, document = Read(answer.text), house.app.openapi()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert f"{method.upper()} {path}" in read.text
            assert operation["operationId"] in read.ids
            assert all(parameter["name"] in read.text for parameter in operation.get("parameters", ()))
    for name, schema in document["components"]["schemas"].items():
        assert name in read.ids
        assert all(field in read.text for field in schema["properties"])


async def test_it_loads_nothing_and_runs_nothing(answer: httpx2.Response) -> None:
    read = Read(answer.text)
    assert not read.tags & LOADING
    assert read.attributes.keys() <= {"lang", "charset", "name", "content", "id", "href"}
    assert all(link.startswith("#") for link in read.attributes["href"])
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_its_style_is_the_one_that_the_header_allows(answer: httpx2.Response) -> None:
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]


async def test_every_link_leads_to_something_on_it(answer: httpx2.Response) -> None:
    read = Read(answer.text)
    assert len(read.ids) == len(set(read.ids))
    assert {link.removeprefix("#") for link in read.attributes["href"]} <= set(read.ids)


def test_whatever_the_document_says_is_text() -> None:
    evil = "<script>alert(1)</script>\"'"
    operation = {
        "tags": [evil],
        "operationId": evil,
        "description": evil,
        "parameters": [{"name": evil, "in": evil, "schema": {"type": evil, "pattern": evil}, "description": evil}],
        "requestBody": {"content": {evil: {"schema": {"$ref": evil}}}},
        "responses": {evil: {"description": evil}},
    }
    schema = {
        "description": evil,
        "properties": {evil: {"enum": [evil], "default": evil, "description": evil}},
        "examples": [evil],
    }
    document = {
        "info": {"title": evil, "version": evil, "description": evil},
        "paths": {evil: {"get": operation}},
        "components": {"schemas": {evil: schema}},
    }
    read = Read(page(document))
    assert not read.tags & LOADING
    assert read.attributes.keys() <= {"lang", "charset", "name", "content", "id", "href"}
