"""Which keys sign closes: a file from which nothing could be signed is refused before a day is closed."""

from pathlib import Path

import orjson
import pytest
from pydantic_settings import SettingsError

from foundation.signatures.keys import new_key, public_part
from subgraphs.wallet.closing.settings import CloseSettings


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that the setting names."""
    file = tmp_path / "keys.json"
    monkeypatch.setenv("FURLONG_WALLET_CLOSE_KEYS_FILE", str(file))
    return file


def test_an_empty_setting_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the example of the environment that is shipped: closes are unsigned."""
    monkeypatch.setenv("FURLONG_WALLET_CLOSE_KEYS_FILE", "")
    assert CloseSettings().signing is None


def test_public_keys_verify_and_close_nothing(file: Path) -> None:
    """Whoever put the file for verifying where days are closed would have unsigned closes."""
    key = new_key("close-1")
    file.write_bytes(orjson.dumps({"keys": public_part([key])}))
    assert list(CloseSettings().known) == ["close-1"]
    with pytest.raises(SettingsError, match="has no private key"):
        _ = CloseSettings().signing
    file.write_bytes(orjson.dumps({"keys": [new_key("close-2"), *public_part([key])]}))
    signing = CloseSettings().signing
    assert signing is not None
    assert signing.key_id == "close-2"
