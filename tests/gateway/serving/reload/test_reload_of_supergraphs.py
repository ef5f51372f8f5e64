"""Another supergraph takes effect while the gateway serves; a bad one is refused."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn
from weakref import ref

import pytest

from tests.federation_kit.asked import asking
from tests.gateway.serving.reload.reloading import Reloading

WITHOUT_NAME = ("  name: String @join__field(graph: ACCOUNTS)\n", "")
WITH_NICK = (
    "  birthday: Int @join__field(graph: ACCOUNTS)",
    "  birthday: Int @join__field(graph: ACCOUNTS) @join__field(graph: REVIEWS, external: true)",
)


@pytest.fixture
def gateway(tmp_path: Path) -> Reloading:
    """Return a gateway over the shop, whose sources are files."""
    return Reloading(tmp_path)


def changed(gateway: Reloading, change: tuple[str, str]) -> str:
    """Return the shop's supergraph with a change."""
    assert change[0] in gateway.federation.sdl
    return gateway.federation.sdl.replace(*change, 1)


async def test_another_supergraph_takes_effect(gateway: Reloading) -> None:
    """Its fields are answered, and no longer those of the one before."""
    assert (await gateway.ask("{ me { name } }"))["data"] == {"me": {"name": "User 1"}}
    before = gateway.digest
    gateway.write(changed(gateway, WITHOUT_NAME))
    await gateway.look()
    assert gateway.digest != before
    assert "Cannot query field" in (await gateway.ask("{ me { name } }"))["errors"][0]["message"]
    assert (await gateway.ask("{ me { birthday } }"))["data"] == {"me": {"birthday": 1951}}
    assert await gateway.metric('furlong_gateway_reloads_total{kind="supergraph",result="ok"}') == 1
    assert await gateway.ready() == "ready\n"
    assert await gateway.metric(f'furlong_gateway_graph{{digest="{gateway.digest[:12]}"}}') == 1


async def test_an_equal_supergraph_is_not_built_again(gateway: Reloading) -> None:
    """A file that is written again with the same content changes nothing."""
    version = gateway.app._graph.current
    gateway.write(gateway.federation.sdl)
    await gateway.look()
    await gateway.look(anew=True)
    assert gateway.app._graph.current is version


BROKEN: dict[str, tuple[Callable[[str], str], str]] = {
    "no schema": (lambda _: "type Query {", "Syntax Error"),
    "empty": (lambda _: " \n", "Syntax Error"),
    "half of it": (lambda sdl: sdl[: len(sdl) // 2], "not a valid schema"),
    "unknown type": (lambda sdl: sdl.replace("birthday: Int", "birthday: Imp"), "Imp"),
    "unknown feature": (
        lambda sdl: sdl.replace(
            "schema @link", 'schema @link(url: "https://x.y/odd/v1.0", for: SECURITY) @link', 1
        ),
        "https://x.y/odd/v1.0 for security",
    ),
    "access by unknown names": (
        lambda sdl: (
            sdl.replace(
                "schema @link",
                'schema @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY) @link',
                1,
            ).replace("birthday: Int", "birthday: Int @guard")
            + "directive @guard on FIELD_DEFINITION\n"
        ),
        "uses none of them under a name",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_a_broken_supergraph_is_refused(gateway: Reloading, case: str) -> None:
    """The previous one stays in use; `/ready` and the metrics name file and reason until it is mended."""
    breaking, reason = BROKEN[case]
    before = gateway.digest
    gateway.write(breaking(gateway.federation.sdl))
    await gateway.look()
    await gateway.look()  # the same file is not tried again and again
    assert gateway.digest == before
    assert (await gateway.ask("{ me { name } }"))["data"] == {"me": {"name": "User 1"}}
    remark = await gateway.ready()
    assert str(gateway.supergraph) in remark
    assert reason in remark
    assert remark.count("\n") == 2
    assert await gateway.metric('furlong_gateway_reloads_total{kind="supergraph",result="refused"}') == 1
    gateway.write(changed(gateway, WITHOUT_NAME))
    await gateway.look()
    assert await gateway.ready() == "ready\n"
    assert await gateway.metric('furlong_gateway_reload_refused{kind="supergraph"}') == 0


async def test_an_unexpected_failure_is_reported(gateway: Reloading) -> None:
    """Such as that of an extension: the former version serves, and operators see why."""

    def fail(*_given: object, **_named: object) -> NoReturn:
        raise LookupError("my table is empty")

    gateway.reloader._build = fail
    gateway.write(gateway.federation.sdl + "\n")
    await gateway.look()
    assert "LookupError: my table is empty" in await gateway.ready()
    assert (await gateway.ask("{ me { name } }"))["data"] == {"me": {"name": "User 1"}}


async def test_a_missing_file_is_reported(gateway: Reloading) -> None:
    """The graph stays in use, and the file is read when it is back."""
    gateway.supergraph.unlink()
    await gateway.look()
    assert "supergraph" in await gateway.ready()
    assert (await gateway.ask("{ me { name } }"))["data"] == {"me": {"name": "User 1"}}
    gateway.write(gateway.federation.sdl)
    await gateway.look()
    assert await gateway.ready() == "ready\n"


async def test_a_supergraph_that_breaks_what_clients_send_is_refused(gateway: Reloading) -> None:
    """The reason names the operation; an operator may insist by a setting, without a restart."""
    for _ in range(100):
        await gateway.ask("query Names { me { name } }")
    before = gateway.digest
    gateway.write(changed(gateway, WITHOUT_NAME))
    await gateway.look()
    assert gateway.digest == before
    assert "Names: Cannot query field 'name'" in await gateway.ready()
    assert await gateway.metric('furlong_gateway_reload_refused{kind="supergraph"}') == 1
    gateway.write_settings("FURLONG_GATEWAY_RELOAD_BROKEN_SHARE=1")
    await gateway.look()
    assert gateway.digest != before
    assert await gateway.ready() == "ready\n"


async def test_a_rare_operation_does_not_keep_a_supergraph_away(gateway: Reloading) -> None:
    """One request in a hundred and one is not more than the share that may break."""
    await gateway.ask("{ me { name } }")
    await gateway.ask("{ me { name } }")
    for _ in range(200):
        await gateway.ask("{ me { birthday } }")
    before = gateway.digest
    gateway.write(changed(gateway, WITHOUT_NAME))
    await gateway.look()
    assert gateway.digest != before


async def test_what_clients_send_is_planned_before(gateway: Reloading) -> None:
    """The first request to another version finds its plan, in whatever form the text was sent before."""
    texts = [
        "query Q($x: Boolean!) { me { id name @include(if: $x) } }",
        "{ me { birthday } }",
        "{me{birthday}}",
    ]
    for text in texts:
        for value in (True, False):
            await gateway.ask(text, **({"x": value} if "$x" in text else {}))
    gateway.write(gateway.federation.sdl + "\n")
    await gateway.look()
    missed = await gateway.metric('furlong_gateway_plan_cache_total{result="miss"}')
    parsed = await gateway.metric('furlong_gateway_cache_lookups_total{cache="aliases",result="miss"}')
    for text in texts:
        for value in (True, False):
            answer = await gateway.ask(text, **({"x": value} if "$x" in text else {}))
            assert "errors" not in answer
    assert await gateway.metric('furlong_gateway_plan_cache_total{result="miss"}') == missed
    assert (
        await gateway.metric('furlong_gateway_cache_lookups_total{cache="aliases",result="miss"}') == parsed
    )


async def test_only_the_plans_used_most_are_made_before(tmp_path: Path) -> None:
    """As many as the setting says; the others are made when they are asked for."""
    gateway = Reloading(tmp_path, "FURLONG_GATEWAY_RELOAD_PLANS=1")
    await gateway.ask("{ me { birthday } }")
    for _ in range(3):
        await gateway.ask("{ me { name } }")
    gateway.write(gateway.federation.sdl + "\n")
    await gateway.look()
    documents = gateway.app._graph.current.executor.preparer.documents
    assert [document.text for _, document in documents.items()] == ["{ me { name } }"]


async def test_a_request_is_answered_by_the_version_it_began_with(gateway: Reloading) -> None:
    """It ends as it would have; the former version is closed when its last request has ended."""
    let, asked = asyncio.Event(), asyncio.Event()

    async def ask(_request: object) -> Mapping[str, Any]:
        asked.set()
        await let.wait()
        return {"data": {"me": {"name": "late"}}}

    transports = gateway.app._graph.current.executor.transports
    assert isinstance(transports, dict)
    transports["accounts"] = asking(ask)
    slow = asyncio.create_task(gateway.ask("{ me { name } }"))
    await asked.wait()
    former = gateway.app._graph.current
    gateway.write(changed(gateway, WITHOUT_NAME))
    await gateway.look()
    assert await gateway.metric("furlong_gateway_graph_versions") == 2
    assert "errors" in await gateway.ask("{ me { name } }")
    assert not former.planning._thread._shutdown
    let.set()
    assert await slow == {"data": {"me": {"name": "late"}}}
    assert await gateway.metric("furlong_gateway_graph_versions") == 1
    assert former.planning._thread._shutdown


async def test_reloads_under_load_fail_no_request(gateway: Reloading) -> None:
    """Each answer is that of one version; broken and incompatible supergraphs in between change nothing."""
    good = gateway.federation.sdl
    other = good.replace("topProducts", "bestProducts")
    asked, begun, stop = [0], asyncio.Event(), asyncio.Event()
    failures: list[object] = []
    query = "query Hot { me { id name reviews { body product { name price shippingEstimate } } } }"
    expected = await gateway.ask(query)

    async def client() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            # Every fifth document is new, so some are planned while versions change.
            text = query if number % 5 else query.replace("Hot", f"Q{asked[0]}")
            answer = await gateway.ask(text)
            asked[0] += 1
            if asked[0] == 150:
                begun.set()
            if answer != expected:
                failures.append(answer)
            await asyncio.sleep(0.01)

    clients = [asyncio.create_task(client()) for _ in range(4)]
    await begun.wait()
    candidates = [other, "type Query {", good, changed(gateway, WITHOUT_NAME), good[: len(good) // 2]]
    in_force = []
    for round_ in range(5):
        gateway.write(candidates[round_ % len(candidates)] + "\n" * round_)
        await gateway.look()
        in_force.append(gateway.digest)
    stop.set()
    await asyncio.gather(*clients)
    assert not failures
    # Of five candidates two are good, and take effect.
    assert len(set(in_force)) == 2
    assert await gateway.metric('furlong_gateway_reloads_total{kind="supergraph",result="ok"}') == 2
    assert await gateway.metric('furlong_gateway_reloads_total{kind="supergraph",result="refused"}') == 3
    assert await gateway.metric("furlong_gateway_graph_versions") == 1
    assert len(failures) == 0


async def test_the_memory_of_a_former_version_is_freed(gateway: Reloading) -> None:
    """Without the collector, which would stop all requests to visit every object there is."""
    public = gateway.app._graph.current.executor.preparer.supergraph.public
    field = ref(public.type_map["User"].fields["name"])
    del public
    await gateway.ask("{ me { name } }")
    gc.collect()
    gc.disable()
    try:
        gateway.write(gateway.federation.sdl + "\n")
        await gateway.look()
        async with asyncio.timeout(60):
            while field() is not None:  # noqa: ASYNC110 - a thread may hold its last work for a moment
                await asyncio.sleep(0.005)
    finally:
        gc.enable()
    assert (await gateway.ask("{ me { name } }"))["data"] == {"me": {"name": "User 1"}}


async def test_access_is_enforced_from_the_reload_on_that_brings_it(gateway: Reloading) -> None:
    """Bodies that were known before are answered by the new rules."""
    query = {"query": "{ me { id birthday } }"}
    before = (await gateway.client.post("/graphql", json=query)).json()
    assert "errors" not in before
    sdl = gateway.federation.sdl.replace("birthday: Int", "birthday: Int @authenticated")
    gateway.write(f"{sdl}directive @authenticated on FIELD_DEFINITION\n")
    await gateway.look()
    after = (await gateway.client.post("/graphql", json=query)).json()
    assert after["data"] == {"me": {"id": before["data"]["me"]["id"], "birthday": None}}
    assert [each["extensions"]["code"] for each in after["errors"]] == ["UNAUTHORIZED_FIELD_OR_TYPE"]
