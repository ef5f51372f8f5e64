"""Some settings take effect while the gateway serves; the others are reported."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.features.documents.settings import KnownDocumentSettings
from gateway.features.rate_limits.settings import RateLimitSettings
from gateway.settings import sections
from gateway.settings.file import SettingsInvalid, read_settings
from tests.gateway.serving.reload.reloading import Reloading

PREFIX = "FURLONG_GATEWAY_"


async def test_a_limit_takes_effect(tmp_path: Path) -> None:
    """For the next request, and it can be taken back."""
    gateway = Reloading(tmp_path)
    query = "{ users { reviews { product { name } } } }"
    gateway.write_settings(f"# a comment\n{PREFIX}DOCUMENT_DEPTH=2\nOTHER_SETTING=x\n")
    await gateway.look()
    assert (await gateway.ask(query))["errors"][0]["extensions"]["code"] == "DOCUMENT_TOO_DEEP"
    gateway.write_settings("")
    await gateway.look()
    assert "errors" not in await gateway.ask(query)
    assert await gateway.metric('furlong_gateway_reloads_total{kind="settings",result="ok"}') == 2


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (
            f"{PREFIX}DOCUMENT_DEPTH=many",
            "FURLONG_GATEWAY_DOCUMENT_DEPTH=many: Input should be a valid integer",
        ),
        (f"{PREFIX}DOCUMENT_DEPHT=3", f"there is no setting {PREFIX}DOCUMENT_DEPHT"),
        (f"{PREFIX}DOCUMENT_DEPTH", "has no value"),
        (f"{PREFIX}CLIENT_CLASSES=[secrets", f"{PREFIX}CLIENT_CLASSES: its value is not JSON"),
        (f'{PREFIX}_LABELS__SHARES={{"x":120}}', f"{PREFIX}_LABELS__SHARES"),
        (f'{PREFIX}SUBGRAPH_URLS={{"nobody":"http://127.0.0.1:1"}}', "no subgraph nobody"),
        (f"{PREFIX}_DOCUMENTS__FOLDER=/nowhere/at/all", "no such folder"),
    ],
)
async def test_wrong_settings_are_refused(tmp_path: Path, lines: str, reason: str) -> None:
    """All of the file: those before stay in force. `/ready` names file and reason, but no secret value."""
    gateway = Reloading(tmp_path)
    before = gateway.app._graph.current
    gateway.write_settings(f"{PREFIX}_COST__LIMIT=1\n{lines}\n")
    await gateway.look()
    assert gateway.app._graph.current is before
    remark = await gateway.ready()
    assert str(gateway.settings_file) in remark
    assert reason in remark
    assert "secret" not in remark
    assert await gateway.metric('furlong_gateway_reload_refused{kind="settings"}') == 1
    gateway.write(gateway.federation.sdl + "\n")
    await gateway.look()
    assert gateway.app._graph.current is not before, "a supergraph does not wait for the settings"
    assert reason in await gateway.ready()
    gateway.write_settings("")
    await gateway.look()
    assert await gateway.ready() == "ready\n"


async def test_settings_do_not_wait_for_a_broken_supergraph(tmp_path: Path) -> None:
    """They take effect with the supergraph that is in force."""
    gateway = Reloading(tmp_path)
    gateway.write("type Query {")
    gateway.write_settings(f"{PREFIX}_COST__LIMIT=1")
    await gateway.look()
    answer = await gateway.ask("{ users { name } }")
    assert answer["errors"][0]["extensions"]["code"] == "COST_ESTIMATED_TOO_EXPENSIVE"
    assert str(gateway.supergraph) in await gateway.ready()
    assert await gateway.metric('furlong_gateway_reload_refused{kind="settings"}') == 0


async def test_what_needs_a_restart_is_named(tmp_path: Path) -> None:
    """The log names each such setting once; the others of the file take effect."""
    gateway = Reloading(tmp_path)
    lines = f"{PREFIX}BODY_BYTES=10\n{PREFIX}REQUESTS_INSIDE=1\n{PREFIX}DOCUMENT_FIELDS=1\n"
    gateway.write_settings(lines)
    with capture_logs() as logs:
        await gateway.look()
        gateway.write_settings(lines + "\n")
        await gateway.look()
    named = [log["settings"] for log in logs if log["event"] == "settings_need_restart"]
    assert named == [[f"{PREFIX}BODY_BYTES", f"{PREFIX}REQUESTS_INSIDE"]]
    answer = await gateway.ask("{ me { id name } }")
    assert answer["errors"][0]["extensions"]["code"] == "TOO_MANY_FIELDS"


async def test_a_key_of_a_client_is_taken_back(tmp_path: Path) -> None:
    """The classes of clients are among what takes effect."""
    digest = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"  # of foo
    classes = f'{PREFIX}CLIENT_CLASSES=[{{"name":"tools","key_sha256":["{digest}"]}}]'
    gateway = Reloading(tmp_path, classes)
    gateway.client.headers["graphql-client-key"] = "foo"
    assert "errors" not in await gateway.ask("{ me { id } }")
    gateway.write_settings("")
    await gateway.look()
    assert (await gateway.ask("{ me { id } }"))["errors"][0]["extensions"]["code"] == "UNKNOWN_CLIENT_KEY"


def test_the_environment_overrides_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with any tool that reads such files; the file may be named by the environment."""
    file = tmp_path / "gateway.env"
    file.write_text(f'export {PREFIX}DOCUMENT_DEPTH="3"\n{PREFIX}DOCUMENT_FIELDS=4\n')
    monkeypatch.setenv(f"{PREFIX}DOCUMENT_DEPTH", "5")
    monkeypatch.setenv(f"{PREFIX}SETTINGS_FILE", str(file))
    settings = read_settings()
    assert (settings.limits.depth, settings.limits.fields) == (5, 4)


def test_a_missing_file_of_settings_ends_the_start(tmp_path: Path) -> None:
    """It is not passed over, as pydantic would."""
    with pytest.raises(SettingsInvalid, match="No such file"):
        read_settings(tmp_path / "missing.env")


def test_what_is_reloaded_are_settings() -> None:
    """Each name is one; what is built once, such as rate limits, is not among them."""
    reloaded = {
        variable
        for model, prefix in sections().values()
        for variable, field in model.by_variable(prefix).items()
        if model.may_change(field)
    }
    assert {f"{PREFIX}DOCUMENT_DEPTH", f"{PREFIX}GZIP_REQUESTS", f"{PREFIX}RELOAD_PLANS"} <= reloaded
    fixed = {f"{PREFIX}REQUESTS_INSIDE", f"{PREFIX}HEAD_BYTES", f"{PREFIX}FORWARDED_HEADERS"}
    assert fixed <= {variable for each in sections().values() for variable in each.model.by_variable()}
    assert not fixed & reloaded
    assert KnownDocumentSettings.reloaded == {"folder"}
    assert not RateLimitSettings.reloaded
