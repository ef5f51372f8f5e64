"""Relay, which reads a deferred fragment from its entry alone, loses nothing of a response in parts."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Final

from graphql import print_schema

from tests.gateway.features.incremental.served import PATIENCE_SECONDS, served
from tests.gateway.world import supergraph_of
from tests.support import page_snippets

NODE: Final = Path(__file__).resolve().parents[3] / "node"
SOURCE: Final = """import { graphql } from 'relay-runtime';
graphql`query MODULEListsQuery { me { id reviews { id } ...MODULELists @defer(label: "lists") } }`;
graphql`fragment MODULELists on User { name reviews { body product { name } } }`;

graphql`query MODULEItemsQuery { topProducts { upc ...MODULEItems @defer(label: "items") } }`;
graphql`fragment MODULEItems on Product { upc price reviews { author { username } } }`;

graphql`query MODULEStreamQuery {
  topProducts @stream(initialCount: 1, label: "stream") { upc ...MODULEStream @defer(label: "below") }
}`;
graphql`fragment MODULEStream on Product { name reviews { body author { name } } }`;

graphql`query MODULENestedQuery { me { id ...MODULEOuter @defer(label: "outer") } }`;
graphql`fragment MODULEOuter on User {
  username reviews { id product { ...MODULEInner @defer(label: "inner") } }
}`;
graphql`fragment MODULEInner on Product { name reviews { id author { birthday } } }`;
"""
"""Fragments whose fields lie below objects and lists that were delivered before them."""

QUERIES: Final = ("Lists", "Items", "Stream", "Nested")


async def run(folder: Path, *command: str | Path) -> str:
    """Run a program to its end, and return what it printed."""
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, stdout=PIPE)
    async with asyncio.timeout(PATIENCE_SECONDS):
        written, _ = await process.communicate()
    return written.decode()


async def test_relay_has_the_same_records_from_parts_as_from_one_response(tmp_path: Path) -> None:
    """By the network of the page about other clients, and documents that Relay's compiler has compiled."""
    page_snippets.write(tmp_path)
    (tmp_path / "schema.api.graphql").write_text(print_schema(supergraph_of("shop", incremental=True).public))
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "parts.js").write_text(SOURCE.replace("MODULE", "parts"))
    whole = SOURCE.replace("MODULE", "whole").replace(' @stream(initialCount: 1, label: "stream")', "")
    for label in ("lists", "items", "below", "outer", "inner"):
        whole = whole.replace(f' @defer(label: "{label}")', "")
    (tmp_path / "src" / "whole.js").write_text(whole)
    said = await run(tmp_path, "node", NODE / "node_modules/relay-compiler/cli.js", "relay.config.json")
    assert list((tmp_path / "src").rglob("partsListsQuery.graphql.js")), said
    names = [f"{module}{query}Query" for query in QUERIES for module in ("parts", "whole")]
    async with served() as gateway:
        url = f"http://127.0.0.1:{gateway.port}/graphql"
        (tmp_path / "club.mjs").write_text(f"export const url = '{url}';\nexport const headers = {{}};\n")
        script = ("--import", NODE / "web-socket.mjs", NODE / "relay-parts.mjs")
        written = await run(tmp_path, "node", *script, *names)
        assert gateway.metrics.responses == len(QUERIES)
    stores = [json.loads(line) for line in written.splitlines()]
    assert len(stores) == len(names)
    for number, query in enumerate(QUERIES):
        assert stores[2 * number] == stores[2 * number + 1], query
