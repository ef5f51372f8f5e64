"""A gateway imports what its settings need, because each start pays for each import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
SWITCHED_OFF: Final = (
    "cryptography",
    "fastapi",
    "foundation.tokens",
    "foundation.tracing",
    "gateway.compiled.compile",
    "gateway.planner.planner",
    "httpx",
    "jit.entry",
    "joserfc",
    "opentelemetry",
    "redis",
    "websockets",
)
"""Requests need the planner and the compiler of plans: they are imported when the gateway serves."""

MAX_MODULES: Final = 900
"""Modules in all, with those of Python and of libraries."""

PROGRAM = f"""
import sys
from pathlib import Path
from foundation.quick_imports import import_structlog, quick_imports
with quick_imports():
    import_structlog()
    from gateway import GatewaySettings, create_gateway
from gateway.settings.feature_list import FEATURES
settings = GatewaySettings()
create_gateway(Path("docs/examples/supergraph.graphql").read_text(), settings=settings)
off = [each for each in FEATURES if not settings.parts[each.name].is_used(settings)]
assert off
parts = {{
    part.partition(":")[0] for each in FEATURES for part in (each.settings, each.commands)
}}
of_features = tuple(f"gateway.features.{{each.name}}." for each in off)
print(*(each for each in sys.modules if each.startswith(of_features) and each not in parts))
print(*(each for each in {SWITCHED_OFF!r} if each in sys.modules))
print(len(sys.modules))
"""


def test_a_gateway_with_default_settings_imports_nothing_that_is_off() -> None:
    """Neither a feature that is off, nor a library that only such features need, nor the planner."""
    command = [sys.executable, "-c", PROGRAM]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    of_features, others, modules = found.stdout.split("\n")[:3]
    assert of_features == ""
    assert others == ""
    assert int(modules) < MAX_MODULES
