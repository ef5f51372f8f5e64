"""Generate supergraphs: many subgraphs that extend one entity, or that all share its fields."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.harness.servers import ROOT
from bench.harness.standstill import wait_for
from bench.harness.tools import ToolMissingError

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])\n'
)
OWN_FIELDS = 5
"""Fields that each subgraph of a star adds to the shared entity."""
SHARING = 50
"""Subgraphs of a star that extend the same entity."""
OWN_TYPES = 4
"""Types that each subgraph of a star has beside the shared entity."""


@dataclass(frozen=True, slots=True)
class GeneratedSupergraph:
    """A generated supergraph and the document for it.

    Attributes:
        name: Name of the case in results.
        subgraphs: Their SDL by name.
        selection: The document's selection; each document gets a name of its own.
    """

    name: str
    subgraphs: dict[str, str]
    selection: str

    def document(self, name: str) -> str:
        """Return the document under a name, which makes it a new one."""
        return f"query {name} {self.selection}"


def star(subgraphs: int, asked: int) -> GeneratedSupergraph:
    """Return a supergraph whose subgraphs extend one entity and have types of their own.

    At most fifty subgraphs share an entity, since composition takes the cube of that number.

    Args:
        subgraphs: How many there are.
        asked: How many of them the query needs, spread evenly.
    """
    step = min(subgraphs, SHARING) // asked
    wanted = " ".join(
        f"{_names(number)} detail{number} {{ id title }}" for number in range(0, asked * step, step)
    )
    texts = {f"s{number}": LINK + _star_subgraph(number) for number in range(subgraphs)}
    return GeneratedSupergraph(f"star_{subgraphs}_asking_{asked}", texts, f"{{ product {{ id {wanted} }} }}")


def shareable(subgraphs: int, fields: int) -> GeneratedSupergraph:
    """Return a supergraph where one subgraph has the root field, and all others share the entity's fields."""
    names = [f"f{number}" for number in range(fields)]
    entity = "\n".join(f"  {name}: String @shareable" for name in names)
    entry = (
        f"{LINK}type Query {{ product: Product }}\n"
        'type Product @key(fields: "id") { id: ID! maker: Maker }\n'
        'type Maker @key(fields: "id") { id: ID! }\n'
    )
    text = (
        f'{LINK}type Product @key(fields: "id") {{\n  id: ID!\n{entity}\n}}\n'
        'type Maker @key(fields: "id") { id: ID! name: String @shareable city: String @shareable }\n'
    )
    texts = {"entry": entry, **{f"s{number}": text for number in range(subgraphs)}}
    selection = f"{{ product {{ id {' '.join(names)} maker {{ id name city }} }} }}"
    return GeneratedSupergraph(f"shareable_{subgraphs}_of_{fields}_fields", texts, selection)


def install_composition() -> None:
    """Install what composition needs, unless it is there.

    Raises:
        ToolMissingError: It cannot be installed; the set-up has said why.
    """
    wait_for("npm to install what composition needs", seconds=600)
    command = [sys.executable, "-B", "-m", "tools.set_up", "npm"]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:  # noqa: S603 - the command above
        raise ToolMissingError("composition needs web/node_modules: run make web/node_modules/.installed")


def compose(case: GeneratedSupergraph, folder: Path, port: int) -> Path:
    """Compose a case as its user would, all its subgraphs at paths of one port.

    Returns:
        The supergraph's file.

    Raises:
        ToolMissingError: Composition failed.
    """
    wait_for(f"{case.name} to be composed", seconds=600)
    sources = folder / case.name
    sources.mkdir(parents=True)
    for name, text in case.subgraphs.items():
        (sources / f"{name}.graphql").write_text(text)
    out = folder / f"{case.name}.supergraph.graphql"
    command = ["node", str(ROOT / "web" / "compose.mjs"), str(out)]
    command += [str(sources / f"{name}.graphql") for name in case.subgraphs]
    for name in case.subgraphs:
        command += ["--url", f"{name}=http://127.0.0.1:{port}/{name}"]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - as above
    if ended.returncode != 0:
        raise ToolMissingError(f"{case.name} does not compose: {ended.stderr.strip()}")
    return out


def _star_subgraph(number: int) -> str:
    root = (
        "type Query { product: Product }" if number == 0 else f"type Query {{ own{number}: Own{number}x0 }}"
    )
    return "\n".join((root, _entity(number), *_own_types(number)))


def _entity(number: int) -> str:
    fields = " ".join(f"{name}: String" for name in _names(number).split())
    entity = _entity_name(number)
    return f'type {entity} @key(fields: "id") {{ id: ID! {fields} detail{number}: Detail{number} }}'


def _entity_name(number: int) -> str:
    return "Product" if number < SHARING else f"Product{number // SHARING}"


def _own_types(number: int) -> Iterator[str]:
    yield f'type Detail{number} @key(fields: "id") {{ id: ID! title: String first: Own{number}x0 }}'
    for each in range(OWN_TYPES):
        below = f"next: Own{number}x{each + 1}" if each + 1 < OWN_TYPES else ""
        yield f"type Own{number}x{each} {{ a: String b: Int c(limit: Int = 3): [String!] {below} }}"


def _names(number: int) -> str:
    return " ".join(f"f{number}x{each}" for each in range(OWN_FIELDS))
