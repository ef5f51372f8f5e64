"""What is announced of published content, and whether the nodes can read it."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from backoffice.advertising import link_problem
from backoffice.content.revisions.document import ContentDocument, ContentKey, ContentText
from backoffice.content.workflow.publication import content_states
from consumers.messages.global_events.states import ContentState, read_state, state_fields
from consumers.stream.errors import Poison
from subgraphs.kit.records.global_state import GlobalKind

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
HASH = UUID(int=7).hex * 2


def announced(image_url: str, terms_url: str, images_url: str = "/content/images") -> ContentState:
    """Return what a node reads of a document with these links."""
    text = ContentText("£5 free bet", "One free bet.", "18+.", terms_url, image_url, "A horse")
    document = ContentDocument(1, (), {"en-GB": text})
    (state,) = content_states(ContentKey("northbet", "fb-5", 1), None, document, images_url, NOW)
    subject = state.subject("northbet").name
    read = read_state(GlobalKind.CONTENT, "northbet", subject, state_fields(state))
    assert isinstance(read, ContentState)
    return read


@pytest.mark.parametrize(
    ("image_url", "images_url", "shown"),
    [
        (f"image:{HASH}", "/content/images", f"/content/images/{HASH}"),
        (f"image:{HASH}", "https://cdn.northbet.example/i/", f"https://cdn.northbet.example/i/{HASH}"),
        ("https://northbet.example/horse.png", "/content/images", "https://northbet.example/horse.png"),
        ("/horse.png", "/content/images", "/horse.png"),
        ("", "/content/images", None),
    ],
)
def test_nodes_read_each_address_of_an_image(image_url: str, images_url: str, shown: str | None) -> None:
    """Uploaded ones at the address of images, others as they stand."""
    (edition,) = announced(image_url, "https://northbet.example/terms", images_url).editions
    assert edition.image_url == shown


@pytest.mark.parametrize("link", ["https://northbet.example/terms", "/terms", "/"])
def test_nodes_read_each_link_that_may_be_published(link: str) -> None:
    """A path of the site is a link, too."""
    assert link_problem(link, {"northbet.example"}) is None
    (edition,) = announced("", link).editions
    assert edition.terms_url == link


@pytest.mark.parametrize("link", ["//evil.example/terms", "javascript:alert(1)", "terms", "/a b", ""])
def test_nodes_refuse_what_is_no_link(link: str) -> None:
    """As the linter does, which comes first."""
    assert link_problem(link, {"northbet.example"}) is not None
    with pytest.raises(Poison, match="not a state of kind content"):
        announced("", link)
