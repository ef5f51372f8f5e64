"""The order of what a page does: what it sends, what its stream brings, and what it shows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from tests.support.browsers import PATIENCE_MS

# Prices of sports events are followed by their ids, and read beside what is picked.
# One thread runs the page's scripts, so that the order of the entries is the order of what happened.
_RECORDING = """
window.journal = [];
const note = (kind, more) => window.journal.push({ kind, at: Date.now(), ...more });
const isOfEvents = (body) => body.includes('"hasPicked":') || body.includes('"ids":');
const fetched = window.fetch;
window.fetch = async (input, init) => {
  if (isOfEvents(String(init?.body ?? ''))) return fetched(input, init);
  const streams = new Headers(init?.headers).get('accept') === 'text/event-stream';
  note(streams ? 'streamed' : 'asked', { url: String(input?.url ?? input), body: String(init?.body ?? '') });
  const response = await fetched(input, init);
  if (!streams) return response;
  const body = response.body.pipeThrough(new TransformStream({
    transform(chunk, controller) {
      if (new TextDecoder().decode(chunk).includes('event: next')) note('message', { type: 'next' });
      controller.enqueue(chunk);
    },
  }));
  return new Response(body, { status: response.status, headers: response.headers });
};
const Socket = window.WebSocket;
window.WebSocket = class extends Socket {
  constructor(...given) {
    super(...given);
    this.addEventListener('message', ({ data }) => {
      if (!this.isOfEvents) note('message', { type: JSON.parse(data).type });
    });
  }

  send(text) {
    if (JSON.parse(text).type === 'subscribe') {
      this.isOfEvents = isOfEvents(text);
      if (!this.isOfEvents) note('connected');
    }
    super.send(text);
  }
};
"""
_WATCHING = """part => new MutationObserver(() => {
  const text = part.isConnected ? part.textContent : '';
  if (window.journal.findLast(({ kind }) => kind === 'showed')?.text === text) return;
  window.journal.push({ kind: 'showed', at: Date.now(), text });
}).observe(part.getRootNode(), { subtree: true, childList: true, characterData: true })"""


@dataclass(frozen=True)
class PageJournal:
    """What a page has done so far, but for sports events; create it before the page is opened.

    Entries have a `kind`: asked, streamed (a request for server-sent events), connected (a WebSocket that
    subscribes), message or showed.
    """

    page: Page

    @classmethod
    def of(cls, page: Page) -> PageJournal:
        """Record what the page does from the next address on."""
        page.add_init_script(_RECORDING)
        return cls(page)

    def watch(self, testid: str) -> None:
        """Record the texts of a part."""
        self.page.get_by_test_id(testid).evaluate(_WATCHING)

    def clear(self) -> None:
        """Forget the entries so far."""
        self.page.evaluate("window.journal.length = 0")

    def entries(self) -> list[dict[str, Any]]:
        """Return the entries so far."""
        text: str = self.page.evaluate("JSON.stringify(window.journal)")
        found: list[dict[str, Any]] = json.loads(text)
        return found

    def until_live(self, quiet_ms: int, opening: str = "connected") -> None:
        """Wait until a stream has brought an event, and the page has sent no request for a while.

        On a slow machine the first tries may fail, and there are pauses between them.

        Args:
            quiet_ms: Longer than the interval at which a page without a stream polls.
            opening: Connected for a WebSocket, streamed for server-sent events.
        """
        self.page.wait_for_function(
            """({ opening, quiet }) => {
              const at = (kind) => window.journal.findLastIndex((each) => each.kind === kind);
              const opened = at(opening);
              const news = window.journal.slice(opened).some(({ type }) => type === 'next');
              if (opened < 0 || !news) return false;
              return Date.now() - (window.journal[at('asked')]?.at ?? 0) > quiet;
            }""",
            arg={"opening": opening, "quiet": quiet_ms},
            timeout=3 * PATIENCE_MS,
        )

    def wait_for(self, kind: str, text: str) -> list[dict[str, Any]]:
        """Wait until an entry of this kind contains a text; return all entries up to it."""
        found = (
            "({kind, text}) => window.journal.some(e => e.kind === kind && JSON.stringify(e).includes(text))"
        )
        self.page.wait_for_function(found, arg={"kind": kind, "text": text})
        entries = self.entries()
        index = next(
            i
            for i, e in enumerate(entries)
            if e["kind"] == kind and text in json.dumps(e, ensure_ascii=False)
        )
        return entries[: index + 1]
