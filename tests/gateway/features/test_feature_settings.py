"""Settings are nested by feature; former names are still read, and unknown ones are refused."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from gateway.features.compression.settings import CompressionSettings
from gateway.features.cors.settings import CorsSettings
from gateway.features.sessions.settings import SessionSettings
from gateway.features.usage.settings import UsageSettings
from gateway.settings import GatewaySettings
from gateway.settings.file import SettingsInvalid, needs_restart, read_settings, reloaded, renamed

PREFIX = "FURLONG_GATEWAY_"
ORIGIN = "https://www.brand.example"


def test_variables_are_nested_by_feature(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values that are lists are JSON, as those of other settings."""
    monkeypatch.setenv(f"{PREFIX}_CORS__ORIGINS", f'["{ORIGIN}"]')
    monkeypatch.setenv(f"{PREFIX}_usage__days", "7")
    settings = GatewaySettings()
    assert settings.of(CorsSettings).origins == (ORIGIN,)
    assert settings.of(UsageSettings).days == 7


def test_former_names_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The present name takes precedence over the former one, and values in code over both."""
    monkeypatch.setenv(f"{PREFIX}CORS_ORIGINS", f'["{ORIGIN}"]')
    assert GatewaySettings().of(CorsSettings).origins == (ORIGIN,)
    (sentence,) = renamed([f"{PREFIX}CORS_ORIGINS", "PATH"])
    assert sentence.startswith(f"{PREFIX}CORS_ORIGINS is now called {PREFIX}_CORS__ORIGINS:")
    monkeypatch.setenv(f"{PREFIX}_CORS__ORIGINS", "[]")
    assert GatewaySettings().of(CorsSettings).origins == ()
    assert GatewaySettings(cors_origins=(ORIGIN,)).of(CorsSettings).origins == (ORIGIN,)
    assert GatewaySettings(cors={"origins": (ORIGIN,)}).of(CorsSettings).origins == (ORIGIN,)


def test_a_former_name_may_be_that_of_a_feature(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Boolean is no model."""
    monkeypatch.setenv(f"{PREFIX}COMPRESSION", "false")
    assert not GatewaySettings().of(CompressionSettings).enabled
    assert GatewaySettings(compression=True).of(CompressionSettings).enabled


@pytest.mark.parametrize("name", ["TOKEN_REVOCATIONS", "_SESSIONS__REVOCATIONS"])
def test_an_optional_model_is_json(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """By each of its names."""
    monkeypatch.setenv(f"{PREFIX}{name}", '{"url": "redis://127.0.0.1:6379/0"}')
    revocations = GatewaySettings().of(SessionSettings).revocations
    assert revocations is not None
    assert revocations.url.startswith("redis://127.0.0.1")


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        (
            "_CORS__ORIGIN",
            "[]",
            f"there is no setting {PREFIX}_CORS__ORIGIN: is {PREFIX}_CORS__ORIGINS meant?",
        ),
        (
            "DOCUMENT_DEPHT",
            "3",
            f"there is no setting {PREFIX}DOCUMENT_DEPHT: is {PREFIX}DOCUMENT_DEPTH meant?",
        ),
        ("_CORS__ORIGINS", "[secret", f"{PREFIX}_CORS__ORIGINS: its value is not JSON"),
        ("CORS_ORIGINS", "[secret", f"{PREFIX}CORS_ORIGINS: its value is not JSON"),
        ("_USAGE__DAYS", "some", f"{PREFIX}_USAGE__DAYS=some: Input should be a valid integer"),
        ("_CORS__ORIGINS", '["secret"]', f"{PREFIX}_CORS__ORIGINS.0: Value error"),
    ],
)
def test_wrong_settings_are_named(
    variable: str, value: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the most similar setting, and without values that may be secret, in a file and elsewhere."""
    file = tmp_path / "gateway.env"
    file.write_text(f"{PREFIX}{variable}={value}\n")
    with pytest.raises(SettingsInvalid) as caught:
        read_settings(file)
    assert reason in str(caught.value)
    monkeypatch.setenv(f"{PREFIX}{variable}", value)
    with pytest.raises(SettingsInvalid) as caught:
        read_settings()
    assert reason in str(caught.value)


def test_the_environment_overrides_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """By either name; the log names those of the file that are former ones."""
    file = tmp_path / "gateway.env"
    file.write_text(f"{PREFIX}USAGE_DAYS=7\n{PREFIX}_USAGE__OPERATIONS=8\n")
    monkeypatch.setenv(f"{PREFIX}USAGE_OPERATIONS", "9")
    with caplog.at_level(logging.WARNING):
        usage = read_settings(file).of(UsageSettings)
    assert (usage.days, usage.operations) == (7, 9)
    assert [f"{PREFIX}USAGE_DAYS" in message for message in caplog.messages] == [True]


def test_defaults_and_copies_reach_features() -> None:
    """By former names and by nested ones; what is set stays."""
    settings = GatewaySettings(cors_credentials=True)
    changed = settings.with_defaults({"cors_credentials": False, "cors": {"origins": (ORIGIN,)}})
    cors = changed.of(CorsSettings)
    assert (cors.credentials, cors.origins) == (True, (ORIGIN,))
    assert not settings.of(CorsSettings).origins
    assert changed.model_copy(update={"cors_origins": ()}) == settings
    assert changed != settings


def test_some_fields_may_change_while_the_gateway_serves() -> None:
    """The others keep their values, and are named."""
    current, fresh = GatewaySettings(), GatewaySettings(compression_bytes=7, usage_days=7)
    assert reloaded(current, fresh) == GatewaySettings(compression_bytes=7)
    assert needs_restart(current, fresh) == [f"{PREFIX}_USAGE__DAYS"]


def test_an_unknown_value_in_code_is_refused() -> None:
    """Of a feature as of the gateway itself."""
    with pytest.raises(ValueError, match="origin\n"):
        GatewaySettings(cors={"origin": ()})
