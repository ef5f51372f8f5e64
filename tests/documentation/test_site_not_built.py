"""`/docs` before the documentation is built."""

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from furlong.serve import page
from furlong.serve.page import documentation_routes


async def test_the_page_says_how_to_build_it_until_it_is_built(tmp_path: Path) -> None:
    """A demo that runs serves the documentation from the moment when it is built."""
    app = Starlette(routes=documentation_routes(tmp_path))
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://demo")
    missing = await client.get("/docs/")
    assert missing.status_code == 404
    assert "make docs" in missing.text
    assert "<style>" in missing.text
    assert "style-src 'unsafe-inline'" in missing.headers["content-security-policy"]
    (tmp_path / "index.html").write_text("<title>Built</title>")
    built = await client.get("/docs/")
    assert (built.status_code, "Built" in built.text) == (200, True)


def test_where_there_is_no_clone_nothing_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed wheel has no documentation to build."""
    monkeypatch.setattr(page, "ROOT", tmp_path)
    assert documentation_routes(tmp_path / "html") == []
