"""What only introspects is shared whatever the name of its query; nothing else is."""

from __future__ import annotations

from typing import Any, Final

import pytest

from gateway import GatewaySettings, create_gateway, projection
from gateway.pipeline import introspection_responses
from tests.gateway.pipeline.access.guarded_shop import Shop, asked
from tests.gateway.pipeline.access.test_access_introspection import SERVED, SESSIONS
from tests.gateway.test_introspection_limits import CLUB, application, code, send

FIELDS: Final = 'query NAME { __type(name: "Club") { name fields { name } } }'
TYPES: Final = "query NAME { __schema { types { name } } }"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The answers that were made, in their order."""
    answers: list[object] = []
    introspect = projection.introspect

    def listed(*of: Any) -> dict[str, Any]:
        answers.append(of)
        return introspect(*of)

    monkeypatch.setattr(introspection_responses, "introspect", listed)
    return answers


async def test_a_query_under_another_name_has_the_same_answer_which_is_made_once(made: list[object]) -> None:
    """Each name is still known as its own document."""
    app = application()
    first, second = [await send(app, FIELDS.replace("NAME", name)) for name in ("One", "Two")]
    assert first == second
    assert first["data"]["__type"]["name"] == "Club"
    assert len(made) == 1
    documents = app._graph.current.executor.preparer.documents
    assert sorted(document.name for _, document in documents.items()) == ["One", "Two"]


async def test_an_operation_name_that_is_not_the_querys_is_refused() -> None:
    """Also if the rest of the document is known."""
    preparer = application()._graph.current.executor.preparer
    preparer.prepare(FIELDS.replace("NAME", "One"), None)
    for name in ("One", ""):
        with pytest.raises(Exception, match="has no operation"):
            preparer.prepare(FIELDS.replace("NAME", "Two"), name)
    assert preparer.prepare(FIELDS.replace("NAME", "Two"), "Two").name == "Two"


async def test_what_is_no_document_without_its_name_is_refused() -> None:
    """The rest of a known one, and a second operation behind it."""
    app = application()
    await send(app, 'query One($n: String = "Club") { __type(name: $n) { name } }')
    assert code(await send(app, '($n: String = "Club") { __type(name: $n) { name } }')) is not None
    two = 'query Two($n: String = "Club") { __type(name: $n) { name } } query Three { __typename }'
    assert code(await send(app, two)) == "OPERATION_RESOLUTION_FAILURE"


@pytest.mark.parametrize("permission", ["false", "known"])
async def test_what_may_not_introspect_may_not_under_another_name(permission: str) -> None:
    """The refusal is that of the first."""
    app = application(permission)
    codes = {code(await send(app, FIELDS.replace("NAME", name))) for name in ("One", "Two")}
    assert codes == {"INTROSPECTION_DISABLED" if permission == "false" else "INTROSPECTION_NOT_KNOWN"}


async def test_each_client_has_its_own_answer_under_each_name() -> None:
    """Whoever has asked first."""
    async with Shop(SERVED, SESSIONS).client(access={"policies": {"staff": "authenticated"}}) as client:
        answers = [
            [await asked(client, TYPES.replace("NAME", name), who) for who in (None, "ann", "painter")]
            for name in ("One", "Two")
        ]
    assert answers[0] == answers[1]
    assert answers[0][0] != answers[0][1] != answers[0][2]


async def test_another_version_of_the_schema_has_answers_of_its_own() -> None:
    """Nothing is shared with the version that it replaces."""
    app, query = application(), 'query NAME { __type(name: "Club") { description } }'
    before = await send(app, query.replace("NAME", "One"))
    changed = CLUB.replace("type Club @", '"""Of another version."""\ntype Club @', 1)
    app._graph.replace(create_gateway(changed, settings=GatewaySettings(introspection="true"))._graph.current)
    after = await send(app, query.replace("NAME", "Two"))
    assert after["data"]["__type"]["description"] == "Of another version."
    assert before["data"]["__type"]["description"] != "Of another version."
