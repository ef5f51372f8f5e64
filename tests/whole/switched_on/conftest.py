"""What a gateway calls, for all gateways of a module; and a test shows only what its processes have on."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.product.declared_switches import on_by_default
from tests.support.telemetry.otlp_receiver import Receiver, receiving
from tests.whole.switched_on.gateways import streaming
from tests.whole.switched_on.neighbours import Neighbours, neighbours


@pytest.fixture(scope="module")
def around(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbours]:
    """The servers that a gateway calls."""
    with neighbours(tmp_path_factory.mktemp("neighbours")) as known:
        yield known


@pytest.fixture(scope="module")
def streams(around: Neighbours) -> Iterator[str]:
    """The URL of the subgraphs that are subscribed to."""
    with streaming(around.authority.file) as url:
        yield url


@pytest.fixture(scope="module")
def traces() -> Iterator[Receiver]:
    """A receiver of traces."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture(autouse=True)
def _is_switched_on(request: pytest.FixtureRequest) -> None:
    """A test that shows a setting asks a process that has it on, and with the choice that is shown."""
    found: dict[str, list[str]] = {}
    for name in request.fixturenames:
        for variable, value in getattr(_value_of(request, name), "environment", {}).items():
            found.setdefault(variable, []).append(value)
    for name in getattr(request.function, "shows", ()):
        variable, _, choice = name.partition("=")
        is_setting = name.startswith(("FURLONG_", "OTEL_"))
        if is_setting and variable not in on_by_default():
            values = found.get(variable, [])
            assert any(choice in value for value in values), f"{variable} is not set for this test"


def _value_of(request: pytest.FixtureRequest, name: str) -> Any:
    return None if name in {"request", "_is_switched_on"} else request.getfixturevalue(name)
