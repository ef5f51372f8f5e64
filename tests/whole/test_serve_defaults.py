"""What `furlong serve` adds to the gateway: settings, and the page."""

from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError
from starlette.applications import Starlette

from foundation.storage.clock import SystemClock
from furlong.embedding.sessions import Brands
from furlong.serve import site
from furlong.serve.page import page_routes
from furlong.settings import ServeSettings
from gateway import GatewaySettings
from gateway.features.documents.settings import KnownDocumentSettings

NO_BRANDS = Brands({}, {})


@pytest.mark.parametrize(("introspection", "offered"), [(False, False), ("known", True), (True, True)])
def test_graphiql_is_offered_only_where_the_schema_may_be_introspected(
    tmp_path: Path, introspection: object, *, offered: bool
) -> None:
    """Without introspection it would show nothing; a folder that the settings name is served anyway."""
    (tmp_path / "graphiql").mkdir()
    serve = ServeSettings(page=tmp_path)
    made = site._with_defaults(GatewaySettings(introspection=introspection), serve, NO_BRANDS)
    assert made.http.graphiql_dir == (tmp_path / "graphiql" if offered else None)
    named = GatewaySettings(introspection=introspection, graphiql_dir=tmp_path)
    assert site._with_defaults(named, serve, NO_BRANDS).http.graphiql_dir == tmp_path


def test_documents_are_smaller_unless_the_settings_say_otherwise(tmp_path: Path) -> None:
    """A new document with as many fields as a gateway allows by default would cost too much here."""
    serve = ServeSettings(page=tmp_path)
    made = site._with_defaults(GatewaySettings(), serve, NO_BRANDS)
    assert (made.limits.fields, made.limits.root_fields) == (250, 10)
    own = site._with_defaults(GatewaySettings(document_fields=400), serve, NO_BRANDS)
    assert (own.limits.fields, own.limits.root_fields) == (400, 10)


async def policy_of_the_page(folder: Path, games: Sequence[str] = ()) -> dict[str, list[str]]:
    """Return the policy that comes with the page: directives with their sources."""
    (folder / "index.html").write_text("<html></html>")
    (folder / "assets").mkdir()
    app = Starlette(routes=page_routes(folder, SystemClock(), games))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://page") as client:
        header = (await client.get("/")).headers["content-security-policy"]
    directives = [directive.split() for directive in header.split(";")]
    return {name: sources for name, *sources in directives}


async def test_the_page_may_stand_in_no_other_sites_page(tmp_path: Path) -> None:
    """Its policy also keeps scripts from elsewhere out."""
    policy = await policy_of_the_page(tmp_path)
    assert policy["frame-ancestors"] == ["'self'"]
    assert policy["script-src"] == ["'self'"]


async def test_no_card_can_be_typed_into_the_page_or_sent_from_it(tmp_path: Path) -> None:
    """It posts no form, frames nothing, and sends requests to its own server alone."""
    policy = await policy_of_the_page(tmp_path)
    assert policy["form-action"] == ["'none'"]
    assert policy["frame-src"] == ["'none'"]
    assert policy["connect-src"] == ["'self'"]
    assert policy["default-src"] == ["'self'"]


async def test_games_are_framed_from_where_the_settings_say_and_nothing_else_is(tmp_path: Path) -> None:
    """Their pictures come from there, too; scripts and requests do not."""
    games = ["https://play.acorn.example", "http://127.0.0.1:9001"]
    policy = await policy_of_the_page(tmp_path, games)
    assert policy["frame-src"] == games
    assert policy["img-src"] == ["'self'", "data:", *games]
    assert (policy["script-src"], policy["connect-src"]) == (["'self'"], ["'self'"])
    app = Starlette(routes=page_routes(tmp_path, SystemClock(), games))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://page") as client:
        assert (await client.get("/game-origins")).json() == {"origins": games}


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "https://*.example",
        "https://games.example/",
        "http://games.example",
        "https://a.example; script-src *",
        "https://a.example\n",
        "data:",
    ],
)
def test_what_is_no_plain_origin_is_not_taken_for_one_of_games(origin: str) -> None:
    """It would open the page's policy."""
    with pytest.raises(ValidationError):
        ServeSettings(game_origins=(origin,))


def test_the_widgets_documents_are_trusted_unless_the_settings_name_manifests(tmp_path: Path) -> None:
    """The build leaves their manifest beside the page."""
    serve = ServeSettings(page=tmp_path)
    assert manifests(GatewaySettings(), serve) == ()
    manifest = tmp_path / "documents" / "persisted-documents.json"
    manifest.parent.mkdir()
    manifest.write_text("{}")
    assert manifests(GatewaySettings(), serve) == (manifest,)
    named = GatewaySettings(documents={"manifests": (tmp_path / "own.json",)})
    assert manifests(named, serve) == (tmp_path / "own.json",)


def manifests(settings: GatewaySettings, serve: ServeSettings) -> tuple[Path, ...]:
    """The manifests of the product's gateway with these settings."""
    return site._with_defaults(settings, serve, NO_BRANDS).of(KnownDocumentSettings).manifests


async def test_the_widgets_scripts_are_for_pages_of_every_origin(tmp_path: Path) -> None:
    """Their addresses stay, so they are kept for minutes; a module needs CORS, and an isolated page CORP."""
    (tmp_path / "index.html").write_text("<html></html>")
    (tmp_path / "assets").mkdir()
    (tmp_path / "widget" / "v1").mkdir(parents=True)
    (tmp_path / "widget" / "v1" / "furlong-club.js").write_text("export {};")
    app = Starlette(routes=page_routes(tmp_path, SystemClock()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://page") as client:
        script = await client.get("/widget/v1/furlong-club.js", headers={"origin": "https://a.example"})
        page = await client.get("/")
        again = await client.get("/", headers={"if-none-match": page.headers["etag"]})
    assert script.headers["access-control-allow-origin"] == "*"
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    assert script.headers["cache-control"].startswith("public, max-age=300")
    assert "etag" in script.headers
    assert (page.headers["cache-control"], again.status_code) == ("no-cache", 304)


def test_subgraphs_see_where_requests_come_from_whatever_the_settings_say(tmp_path: Path) -> None:
    """The header decides on answers, so that caches must know it."""
    serve, header = ServeSettings(page=tmp_path), "cf-ipcountry"
    for settings in (
        GatewaySettings(),
        GatewaySettings(forwarded_headers=("authorization",)),
        GatewaySettings(forwarded_headers=(header,)),
    ):
        made = site._with_defaults(settings, serve, NO_BRANDS, header).http.forwarded_headers
        assert made.count(header) == 1
        assert set(settings.http.forwarded_headers) <= set(made)


def test_visitors_cannot_choose_where_they_are(tmp_path: Path) -> None:
    """A header of the proxy in front is none that a client may set in `connection_init`."""
    settings = GatewaySettings(live={"init_headers": ("authorization", "cf-ipcountry")})
    with pytest.raises(ValueError, match="choose where they are"):
        site._with_defaults(settings, ServeSettings(page=tmp_path), NO_BRANDS, "cf-ipcountry")
