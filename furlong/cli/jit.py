"""`furlong jit show`: the Python that an operation is compiled to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from furlong.cli.options import fail
from furlong.cli.processes.subgraph import SCHEMAS

if TYPE_CHECKING:
    from graphql import DocumentNode, GraphQLSchema

cli = typer.Typer(no_args_is_help=True, help="Compiled execution: `furlong jit show QUERY`.")


@cli.callback()
def _commands() -> None:
    """Make `show` a subcommand: Typer would omit the name of an only command."""


@cli.command()
def show(
    query: Annotated[str, typer.Argument(help="The document, or a file that contains it.")],
    *,
    schema: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A file with the SDL of any schema; it gets default resolvers."),
    ] = None,
    subgraph: Annotated[
        str | None, typer.Option(metavar="NAME", help=f"One of our subgraphs: {', '.join(SCHEMAS)}.")
    ] = None,
    operation: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which operation, if there are several.")
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="VARIABLE", help="A variable of @skip or @include that is false."),
    ] = None,
) -> None:
    """Print the Python functions that an operation is compiled to, or why graphql-core executes it."""
    from jit import compile_operation

    target = _schema(schema, subgraph)
    compiled = compile_operation(target, _document(target, query), operation)
    if compiled.fallback_reason is not None:
        typer.echo(f"# graphql-core executes this operation: {compiled.fallback_reason}")
        return
    conditions = {name: name not in (without or ()) for name in compiled.conditions}
    if unknown := set(without or ()) - set(conditions):
        fail(f"no @skip or @include depends on ${', $'.join(sorted(unknown))}")
    for name, value in conditions.items():
        typer.echo(f"# where ${name} is {'true' if value else 'false'}")
    if conditions:
        compiled.compile(conditions)
    typer.echo(compiled.source)


def _schema(file: Path | None, subgraph: str | None) -> GraphQLSchema:
    from graphql import GraphQLError, build_schema

    if (file is None) == (subgraph is None):
        fail("give --schema FILE or --subgraph NAME")
    if subgraph is not None:
        if subgraph not in SCHEMAS:
            fail(f"there is no subgraph {subgraph}; there are {', '.join(SCHEMAS)}")
        return SCHEMAS[subgraph]()._schema  # noqa: SLF001 - Strawberry has no public name for it
    assert file is not None  # noqa: S101 - one of the two is given
    try:
        return build_schema(file.read_text())
    except (OSError, GraphQLError, TypeError, ValueError) as error:
        fail(f"cannot read a schema from {file}: {error}")


def _document(schema: GraphQLSchema, query: str) -> DocumentNode:
    from graphql import GraphQLError, parse, validate

    try:
        document = parse(query if "{" in query else Path(query).read_text())
    except (OSError, GraphQLError) as error:
        fail(f"cannot read the document: {error}")
    if errors := validate(schema, document):
        fail("the document is not valid: " + "; ".join(error.message for error in errors))
    return document
