"""A gateway imports what its settings need, because each start pays for each import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
SWITCHED_OFF: Final = ("fastapi", "foundation.tracing", "opentelemetry", "redis")

PROGRAM = f"""
import sys
from pathlib import Path
from gateway import GatewaySettings, create_gateway
from gateway.feature_list import FEATURES
settings = GatewaySettings()
create_gateway(Path("docs/examples/supergraph.graphql").read_text(), settings=settings)
off = [each for each in FEATURES if not settings.parts[each.name].is_used(settings)]
assert off
features = [each.feature.partition(":")[0] for each in off]
print(*(name for name in (*{SWITCHED_OFF!r}, *features) if name in sys.modules))
"""


def test_a_gateway_with_default_settings_imports_nothing_that_is_off() -> None:
    """Neither a framework for REST, nor the client of Valkey, nor what records traces, nor any feature."""
    command = [sys.executable, "-c", PROGRAM]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    assert found.stdout.split() == []
