"""The documents of the widget: sent by their ids, which the built manifest explains to the site."""

import json

import httpx
import pytest

from furlong.settings import ServeSettings
from tests.embedding.conftest import Site

pytestmark = pytest.mark.usefixtures("web_installed")


async def test_the_site_knows_every_document_that_the_widget_sends_by_its_id(sites: Site) -> None:
    """Each query and mutation of the built manifest is answered by the id alone."""
    built = ServeSettings().page / "documents" / "persisted-documents.json"
    documents: dict[str, str] = json.loads(built.read_text(encoding="utf-8"))
    assert documents
    app = sites.make(["https://www.northbet.example"])
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://site.test") as client,
    ):
        for name, text in documents.items():
            if text.startswith("subscription"):
                continue
            body = {"documentId": name, "variables": {"brand": "northbet", "input": {}}}
            answer = (await client.post("/graphql", json=body)).json()
            codes = {error.get("extensions", {}).get("code") for error in answer.get("errors", [])}
            assert not {code for code in codes if str(code).startswith("PERSISTED")}, answer
            assert codes <= {None, "BAD_USER_INPUT"}, answer
