"""Attack: send the back office's graph what is new and as large as it allows."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from random import Random
from typing import Any, Final

import pytest
from graphql import GraphQLSchema
from hypothesis import HealthCheck, given, settings, target
from hypothesis import strategies as st

from backoffice.areas import create_schema
from backoffice.graph.documents import Documents, GraphLimits
from foundation.graphql_http import RequestError
from tests.attacks.documents import CONDITIONS, LIKE, costly_document, costly_document_of, wide_documents
from tests.support.examples import examples

LIMITS: Final = GraphLimits()


class Office:
    """Prepares documents as the endpoint does before any resolver runs.

    Attributes:
        graph: The schema.
    """

    def __init__(self) -> None:
        self.graph: GraphQLSchema = create_schema()._schema
        self._documents = Documents(self.graph, LIMITS)

    def prepare(self, document: str, variables: Mapping[str, Any] | None = None) -> tuple[str | None, int]:
        """Return the code of the refusal, if a new document is refused, and the calls that it took."""
        calls, code = 0, None

        def observe(_frame: object, event: str, _argument: object) -> None:
            nonlocal calls
            calls += event in {"call", "c_call"}

        before = sys.getprofile()
        sys.setprofile(observe)
        try:
            prepared = self._documents.prepared(document, None)
            self._documents.variables(prepared, variables or {})
        except RequestError as refused:
            code = refused.code
        finally:
            sys.setprofile(before)
        return code, calls


@pytest.fixture(scope="module")
def office() -> Office:
    """The documents of the back office's graph."""
    return Office()


@pytest.mark.lasting("each root field is asked for, deep and often, and each call is counted")
def test_no_wide_document_costs_as_much_as_a_hundred_known_bet_slips(office: Office, hundred: int) -> None:
    """As many root fields as are allowed, and as many fields below them."""
    roots, fields = LIMITS.document.root_fields, LIMITS.document.fields
    costs = {}
    for document in wide_documents(office.graph, roots, fields):
        code, costs[document] = office.prepare(document)
        assert code is None, document
    assert max(costs.values()) < hundred, max(costs, key=costs.__getitem__)


@pytest.mark.parametrize("like", LIKE)
def test_no_costly_document_costs_as_much_as_a_hundred_known_bet_slips(
    office: Office, hundred: int, like: str
) -> None:
    """Documents with much of one thing."""
    assert office.prepare(costly_document_of(like, office.graph), CONDITIONS)[1] < hundred


@settings(max_examples=examples(6), suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=True))
def test_nor_does_a_generated_one(office: Office, hundred: int, random: Random) -> None:
    """Documents near one limit or several, some of whose variables are missing."""
    document = costly_document(random, office.graph)
    variables = {**CONDITIONS, **{f"v{number}": None for number in range(9)}}
    calls = office.prepare(document, variables)[1]
    target(calls / hundred)
    assert calls < hundred
