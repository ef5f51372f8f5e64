"""A supergraph that guards fields is refused by a gateway without the feature that enforces this."""

from __future__ import annotations

import pytest

from gateway import GatewaySettings, create_gateway
from gateway.errors import SupergraphError
from gateway.settings.feature_list import FEATURES
from tests.federation_kit.comparison import GatewayOf
from tests.gateway.pipeline.access.guarded_shop import shop
from tests.gateway.worlds import shop as open_shop


def test_deleting_the_feature_deletes_no_protection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise everybody would see what its annotations guard; other supergraphs are served."""
    others = tuple(entry for entry in FEATURES if entry.name != "access")
    monkeypatch.setattr("gateway.settings.FEATURES", others)
    settings, guarded, unguarded = GatewaySettings(), shop(), open_shop()
    assert "access" not in settings.parts
    with pytest.raises(SupergraphError, match="no feature of this gateway enforces them"):
        create_gateway(guarded.composed.supergraph, GatewayOf(guarded).transports(), settings)
    create_gateway(unguarded.sdl, unguarded.transports(), settings)
