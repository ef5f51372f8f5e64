"""The index of the site's search: each page, heading, setting, command and code, and the words with it.

`static/search.js` ranks it. What a page decides or what to do at night comes after what explains.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

INDEX_FILE: Final = "_static/search.json"
MAX_EXCERPT: Final = 150
MAX_NAME: Final = 80

PAGE, SECTION, SETTING, COMMAND, CODE = "Page", "Section", "Setting", "Command", "Code"
RANKS: Final = {
    "decisions/": 0.2,
    "runbooks/": 0.3,
    "index.html": 0.4,
    "reference/commands": 0.6,
    "changelog": 0.15,
    "contributing": 0.4,
    "reference/schema": 0.5,
    "reliability": 0.5,
    "performance": 0.6,
    "threat-model": 0.5,
}
"""How much a page counts, by how its name begins; all others count 1."""
IN_NAME, IN_TITLE, IN_HEADINGS, IN_TEXT = 8, 4, 3, 1
"""How much a word counts in an entry's own name, its page's title, the headings below a page, and text."""
MAX_REPEATED: Final = 4
"""How often a word of a text counts at most."""

WORD: Final = re.compile(r"[a-z0-9]+(?:[_.'-][a-z0-9]+)*")
NOISE: Final = frozenset(
    WORD.findall(
        "a an and are as at be been but by can could did do does doesn for from had has have how i if in is "
        "isn it its me my no not of on one or our s so t than that the their them then there these they this "
        "to was we were what when where which who why will with won would you your"
    )
)
"""Words that a question has and an answer need not have."""
_CODE: Final = r"(?:[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+|[A-Z][A-Z0-9]{5,}|[A-Z][a-z]+(?:[A-Z][a-z]+)+)"
_CODE_NAME: Final = re.compile(rf"{_CODE}(?:, {_CODE})*")
"""A code, or several that are explained in one row."""


def stem(word: str) -> str:
    """Return a word without the endings of its forms; `static/search.js` does the same."""
    for ending, least in (("'s", 1), ("ies", 3), ("ing", 4), ("ed", 4), ("es", 4), ("s", 3)):
        if word.endswith(ending) and len(word) - len(ending) >= least and not word.endswith("ss"):
            base = word.removesuffix(ending)
            base += "y" if ending == "ies" else ""
            return base[:-1] if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz" else base  # noqa: PLR2004
    return word


def words_of(text: str) -> list[str]:
    """Return the words that are looked for, each also by its parts: `FURLONG_KAFKA_URL` has `kafka`."""
    found = list[str]()
    for word in WORD.findall(text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")):
        parts = re.split(r"[_.-]", word)
        found += [word] if len(parts) > 1 else []
        found += [stem(part).removesuffix("e") for part in parts if part and part not in NOISE]
    return found


@dataclass(slots=True)
class Entry:
    """What the search can lead to.

    Attributes:
        address: Of the page, with the part of it.
        name: What is shown, and looked for first.
        page: The page's title.
        text: What is said there.
    """

    address: str
    name: str
    kind: str
    page: str = ""
    text: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)


class _Article(HTMLParser):
    """Divides the article of a page into entries."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.entries = page, list[Entry]()
        self._ids, self._into, self._name = list[str](), "", list[str]()
        self._setting, self._cells, self._skipped = "", 0, 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self._skipped or tag in {"script", "style", "svg", "nav"}:
            self._skipped += tag not in {"br", "img", "input", "hr", "link", "meta", "use", "path"}
        elif tag == "section":
            self._ids.append(given.get("id") or "")
        elif tag == "dl" and (given.get("id") or "").startswith("setting-"):
            self._setting = given["id"] or ""
        elif tag in {"h1", "h2", "h3", "h4", "h5", "dt"}:
            self._begin(tag)
        elif tag == "a" and given.get("class") == "headerlink":
            self._skipped = 1
        elif tag == "tr":
            self._cells = 0
        elif tag == "td":
            self._cells += 1
            if self._cells == 1:
                self._begin(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._skipped:
            self._skipped -= 1
        elif tag == "section":
            self._ids.pop()
        elif tag == self._into:
            self._into = ""
            self._add(tag, " ".join("".join(self._name).split()))

    def handle_data(self, data: str) -> None:
        if self._skipped:
            return
        if self._into:
            self._name.append(data)
        elif self.entries:
            self.entries[-1].text.append(data)

    def _begin(self, tag: str) -> None:
        self._into, self._name = tag, []

    def _add(self, tag: str, name: str) -> None:
        """Add an entry for a heading, a setting, or the row of a code; all else is text."""
        anchor = self._ids[-1] if self._ids else ""
        if tag == "dt" and self._setting:
            anchor, self._setting = self._setting, ""
            self._append(Entry(f"{self.page}#{anchor}", name.partition(" ")[0], SETTING))
        elif tag in {"td", "dt"}:
            if _CODE_NAME.fullmatch(name) and not self.page.startswith("reference/cli/"):
                self._append(Entry(f"{self.page}#{anchor}", name, CODE))
            elif self.entries:
                self.entries[-1].text.append(f" {name} ")
        elif not self.entries:
            self._append(Entry(self.page, name, PAGE))
        else:
            self.entries[0].below.append(name)
            kind = COMMAND if self.page.startswith("reference/cli/") else SECTION
            self._append(Entry(f"{self.page}#{anchor}", name, kind))

    def _append(self, entry: Entry) -> None:
        entry.page = self.entries[0].name if self.entries else ""
        if entry.name.startswith("furlong ") and entry.kind == PAGE:
            entry.kind = COMMAND
        self.entries.append(entry)


def entries_of(page: str, html: str) -> list[Entry]:
    """Return the entries of a page, the page itself first; none without an article."""
    article = html.partition('id="furo-main-content"')[2].partition("</article>")[0].partition(">")[2]
    parser = _Article(page)
    parser.feed(article)
    return parser.entries


def _weights(entry: Entry) -> dict[str, int]:
    """Return how much each word counts for an entry."""
    weights = Counter[str]()
    for word, number in Counter(words_of(" ".join(entry.text))).items():
        weights[word] += IN_TEXT * min(number, MAX_REPEATED)
    file = entry.address.rpartition("/")[2].removesuffix(".html") if entry.kind == PAGE else ""
    named = f"{entry.name} {file.replace('index', '')}"
    for text, weight in ((named, IN_NAME), (entry.page, IN_TITLE), (" ".join(entry.below), IN_HEADINGS)):
        for word in set(words_of(text)):
            weights[word] += weight
    return dict(weights)


def _rank(address: str) -> float:
    return next((rank for begin, rank in RANKS.items() if address.startswith(begin)), 1.0)


def index_of(site: Path) -> dict[str, Any]:
    """Return the index of a built site: entries, and for each word which of them has it, and how much."""
    entries = list(_entries(site))
    words = dict[str, list[int]]()
    lengths = list[int]()
    for number, entry in enumerate(entries):
        weights = _weights(entry)
        lengths.append(sum(weights.values()))
        for word, weight in weights.items():
            words.setdefault(word, []).extend((number, weight))
    return {
        "noise": sorted(NOISE),
        "average": sum(lengths) / max(1, len(lengths)),
        "entries": [
            [
                *(entry.address, entry.name[:MAX_NAME], entry.kind, entry.page[:MAX_NAME]),
                *(_excerpt(entry), _rank(entry.address), length),
            ]
            for entry, length in zip(entries, lengths, strict=True)
        ],
        "words": words,
    }


_ROW: Final = re.compile(
    r'<tr[^>]*><td><p><a class="reference internal" href="([^"#]+)">(.*?)</tr>', re.DOTALL
)
_TAG: Final = re.compile(r"<[^>]*>")


def _entries(site: Path) -> Iterator[Entry]:
    """Yield all entries; what the home says of a page is one of the texts of the page."""
    rows = dict(_ROW.findall((site / "index.html").read_text(encoding="utf-8")))
    for file in sorted(site.rglob("*.html")):
        page = str(file.relative_to(site))
        if page in {"404.html", "search.html", "genindex.html"}:
            continue
        entries = entries_of(page, file.read_text(encoding="utf-8"))
        if entries and page in rows:
            entries[0].below.append(_TAG.sub(" ", rows[page]))
        yield from entries


def _excerpt(entry: Entry) -> str:
    text = " ".join(" ".join(entry.text).split())
    return text if len(text) <= MAX_EXCERPT else f"{text[:MAX_EXCERPT].rpartition(' ')[0]} …"


def write_index(site: Path) -> None:
    """Write the index of a built site into it."""
    text = json.dumps(index_of(site), ensure_ascii=False, separators=(",", ":"))
    (site / INDEX_FILE).write_text(text, encoding="utf-8")
