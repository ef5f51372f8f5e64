"""The index of the documentation's search, from pages as Sphinx writes them."""

from pathlib import Path
from typing import Final

from tools.documentation.search_index import entries_of, index_of, stem, words_of

PAGE: Final = """<html><article role="main" id="furo-main-content">
<section id="stops"><h1>Stops<a class="headerlink" href="#stops">¶</a></h1><p>Why payouts stop.</p>
<section id="why"><h2>Why they <em>stop</em></h2><p>A closed day differs.</p>
<table><tr><td><p><code>WRONG_DAY</code></p></td><td><p>the day is not over</p></td></tr>
<tr><td><p><code>REFUSED</code>, <code>TOO_LATE</code></p></td><td><p>either</p></td></tr>
<tr><td><p>plain</p></td><td><p>words</p></td></tr></table></section>
<dl id="setting-furlong-x"><dt><code>FURLONG_X</code></dt><dd><p>An address.</p></dd></dl>
</section></article></html>"""


def test_pages_headings_codes_and_settings_are_entries() -> None:
    """Each with its own place on the page; a row without a code is text of its heading."""
    found = entries_of("a/b.html", PAGE)
    assert [(entry.address, entry.name, entry.kind) for entry in found] == [
        ("a/b.html", "Stops", "Page"),
        ("a/b.html#why", "Why they stop", "Section"),
        ("a/b.html#why", "WRONG_DAY", "Code"),
        ("a/b.html#why", "REFUSED, TOO_LATE", "Code"),
        ("a/b.html#setting-furlong-x", "FURLONG_X", "Setting"),
    ]
    assert {entry.page for entry in found[1:]} == {"Stops"}
    assert "the day is not over" in "".join(found[2].text)


def test_words_are_found_in_their_forms_and_parts() -> None:
    """The forms of a word are one; a setting is found by its whole name and by each part of it."""
    assert {stem(word) for word in ("replay", "replays", "replayed", "replaying")} == {"replay"}
    assert words_of("FURLONG_KAFKA_BATCHES") == ["furlong_kafka_batches", "furlong", "kafka", "batch"]
    assert words_of("Why did my bet not count?") == ["bet", "count"]


def test_decisions_count_less_than_what_explains(tmp_path: Path) -> None:
    """The same page has another rank in the folder of decisions."""
    (tmp_path / "index.html").write_text("<html></html>")
    for page in ("decisions/stops.html", "stops.html"):
        (tmp_path / page).parent.mkdir(exist_ok=True)
        (tmp_path / page).write_text(PAGE)
    ranks = {entry[0]: entry[5] for entry in index_of(tmp_path)["entries"]}
    assert ranks["decisions/stops.html#why"] < 0.35 < ranks["stops.html#why"] == 1.0
