// Runs the widget's own code for many open pages, without screens: `node club-pages.mjs URL < TOKENS`.
// Prints one JSON object a line: {"page", "state"} for each club that a stream brings, {"page", "ask"} for each
// request or connection, and {"page", "waits"} for each wait before one, in milliseconds.
import { createInterface } from 'node:readline';
import { argv, stdin, stdout } from 'node:process';

import WebSocket from 'ws';

import { askOver } from '../../web/packages/client/src/transport/http';
import { CLUB, CLUB_UPDATED } from '../../web/packages/client/src/operations/documents';
import { liveOver, OPEN_MS } from '../../web/packages/client/src/transport/subscription';
import { startFeed } from '../../web/packages/club/src/state/feed';
import { BUDGET_MS, GIVE_UP_MS } from '../../web/packages/club/src/state/poller';

const [, , url] = argv;
const BRAND = 'northbet';
const say = (what) => stdout.write(`${JSON.stringify({ ...what, at: Date.now() })}\n`);

globalThis.WebSocket = WebSocket;
// The widget's timers, except those that limit a request or a connection.
const LIMITS = new Set([BUDGET_MS, GIVE_UP_MS, OPEN_MS]);
const timer = globalThis.setTimeout;
globalThis.setTimeout = (work, wait = 0, ...more) => {
  if (wait >= 100 && wait < 25_000 && !LIMITS.has(wait)) say({ waits: wait });
  return timer(work, wait, ...more);
};

function open(page, token) {
  const connect = liveOver(url, 'en-GB');
  const ask = askOver((...request) => {
    say({ page, ask: 'query' });
    return fetch(...request);
  }, url);
  startFeed({
    read: (signal) => ask(CLUB, { brand: BRAND }, { token, signal }),
    connect(listener) {
      say({ page, ask: 'stream' });
      return connect(CLUB_UPDATED, { brand: BRAND }, () => token, {
        ...listener,
        update(answer) {
          const club = answer.data?.clubUpdated.club ?? null;
          say({ page, state: club?.state ?? null });
          listener.update({ ...answer, data: { club } });
        },
      });
    },
    tell: () => undefined,
    isVisible: () => true,
    now: () => Date.now(),
    random: () => Math.random(),
  });
}

let pages = 0;
createInterface({ input: stdin }).on('line', (token) => {
  open(pages, token);
  pages += 1;
});
