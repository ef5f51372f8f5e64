"""Two documents are compared by field and locale, and their texts by words."""

from hypothesis import given
from hypothesis import strategies as st

from backoffice.content.revisions.document import (
    MAX_WORDS,
    ContentDocument,
    SpanKind,
    document_changes,
    word_spans,
)

TEXTS = st.text(st.sampled_from("ab ,.£é\n"), max_size=60)


@given(TEXTS, TEXTS)
def test_spans_make_both_texts(before: str, after: str) -> None:
    """Same and removed spans are the earlier text, same and added ones the later."""
    spans = word_spans(before, after)
    assert "".join(span.text for span in spans if span.kind is not SpanKind.ADDED) == before
    assert "".join(one.text for one in spans if one.kind is not SpanKind.REMOVED) == after


def test_spans_are_whole_words() -> None:
    """A changed word is shown whole, and the others as they were."""
    spans = [(one.kind.value, one.text) for one in word_spans("A £5 free bet.", "A £10 free bet.")]
    assert spans == [("same", "A £"), ("removed", "5"), ("added", "10"), ("same", " free bet.")]


def test_long_texts_are_compared_by_their_ends() -> None:
    """Their spans make both texts as well, in linear time."""
    before = "word " * MAX_WORDS + "old" + " end" * MAX_WORDS
    after = "word " * MAX_WORDS + "new" + " end" * MAX_WORDS
    spans = word_spans(before, after)
    assert [span.text for span in spans if span.kind is not SpanKind.SAME] == ["old", "new"]
    assert "".join(one.text for one in spans if one.kind is not SpanKind.ADDED) == before


def test_changes_name_field_and_locale() -> None:
    """New and missing locales are changes of each of their fields."""
    before = ContentDocument.of({"position": 1, "texts": {"en-GB": {"title": "A"}, "it-IT": {"title": "B"}}})
    after = ContentDocument.of({"position": 2, "texts": {"en-GB": {"title": "A"}, "fr-FR": {"title": "C"}}})
    changes = [(one.path, one.locale, one.before, one.after) for one in document_changes(before, after)]
    assert changes == [
        ("position", None, "1", "2"),
        ("texts.fr-FR.title", "fr-FR", None, "C"),
        ("texts.it-IT.title", "it-IT", "B", None),
    ]
    assert not document_changes(after, after)
    assert next(one.path for one in document_changes(None, before)) == "position"
