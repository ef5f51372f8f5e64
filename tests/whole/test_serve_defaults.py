"""What `furlong serve` adds to the gateway's settings."""

from pathlib import Path

import pytest

from furlong.serve import site
from furlong.settings import ServeSettings
from gateway import GatewaySettings


@pytest.mark.parametrize(("introspection", "offered"), [(False, False), ("known", True), (True, True)])
def test_graphiql_is_offered_only_where_the_schema_may_be_introspected(
    tmp_path: Path, introspection: object, *, offered: bool
) -> None:
    """Without introspection it would show nothing; a folder that the settings name is served anyway."""
    (tmp_path / "graphiql").mkdir()
    serve = ServeSettings(page=tmp_path)
    made = site._with_defaults(GatewaySettings(introspection=introspection), serve)
    assert made.graphiql_dir == (tmp_path / "graphiql" if offered else None)
    named = GatewaySettings(introspection=introspection, graphiql_dir=tmp_path)
    assert site._with_defaults(named, serve).graphiql_dir == tmp_path
