"""`furlong jit show` prints what an operation is compiled to, or why it is not."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from furlong.cli import app

SDL = "directive @defer on FIELD type Query { name: String friends: [Query!] }"


def show(*arguments: str) -> Result:
    """Run `furlong jit show`."""
    return CliRunner().invoke(app, ["jit", "show", *arguments])


def test_the_code_of_an_operation_over_a_subgraph_is_printed() -> None:
    """The generated code calls Strawberry's resolvers without their wrapper."""
    shown = show('{ club(brand: "northbet") { id } }', "--subgraph", "club")
    assert shown.exit_code == 0
    assert "def Query_" in shown.stdout
    assert "# club: Club" in shown.stdout
    compile(shown.stdout, "shown", "exec")


def test_any_schema_can_be_used_and_conditions_chosen(tmp_path: Path) -> None:
    """The code has the fields behind a condition, or not, as chosen."""
    sdl, document = tmp_path / "schema.graphql", tmp_path / "query.graphql"
    sdl.write_text("type Query { name: String friends: [Query!] }")
    document.write_text("query A($x: Boolean!) { friends { name @include(if: $x) } } query B { name }")
    arguments = (str(document), "--schema", str(sdl), "--operation", "A")
    with_it, without = show(*arguments), show(*arguments, "--without", "x")
    assert "# where $x is true" in with_it.stdout
    assert 'result["name"]' in with_it.stdout
    assert "# where $x is false" in without.stdout
    assert 'result["name"]' not in without.stdout


def test_it_says_why_graphql_core_executes_an_operation(tmp_path: Path) -> None:
    """If graphql-core executes the operation, the command prints the reason instead of code."""
    sdl = tmp_path / "schema.graphql"
    sdl.write_text(SDL)
    shown = show("{ name @defer }", "--schema", str(sdl))
    assert shown.stdout.startswith("# graphql-core executes this operation: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("{ name }",), "give --schema FILE or --subgraph NAME"),
        (("{ name }", "--subgraph", "nobody"), "there is no subgraph nobody"),
        (("{ name }", "--subgraph", "club"), "the document is not valid"),
        (("{ name", "--subgraph", "club"), "cannot read the document"),
        (("nothing.graphql", "--subgraph", "club"), "cannot read the document"),
        (("{ name }", "--schema", "nothing.graphql"), "cannot read a schema"),
        (('{ club(brand: "b") { id } }', "--subgraph", "club", "--without", "x"), "depends on $x"),
    ],
)
def test_a_wrong_call_ends_with_a_message(arguments: tuple[str, ...], said: str) -> None:
    """A wrong call ends with a message and without a traceback."""
    ended = show(*arguments)
    assert ended.exit_code == 1
    assert said in ended.stderr
