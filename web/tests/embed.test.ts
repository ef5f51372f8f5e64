/** Whom a frame believes. */
import { describe, expect, it } from 'vitest';

import { converse } from '../packages/frame/src/conversation';
import { isAmong, readEmbedding, readMessage, type Embedding } from '../packages/frame/src/messages';

const SITE = 'https://www.northbet.example';
const OTHER = 'https://m.northbet.example';
const EMBEDDING: Embedding = { brand: 'northbet', origins: [SITE, OTHER] };
const PARENT = { name: 'the page around' };

function tokenOf(claims: object): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;
}

const CLAIMS = { sub: 'c-1', brand: 'northbet', origin: SITE, iat: 700, exp: 1000 };
const TOKEN = tokenOf(CLAIMS);
const SESSION = { origin: SITE, source: PARENT, data: { type: 'furlong:session', token: TOKEN } };

describe('readMessage', () => {
  it('believes the page around the frame, at an origin of the brand', () => {
    expect(readMessage(SESSION, EMBEDDING, PARENT, null)).toEqual({
      kind: 'session',
      session: { brand: 'northbet', token: TOKEN, customer: 'c-1' },
      lastsMs: 300_000,
    });
    expect(readMessage({ ...SESSION, data: { type: 'furlong:sign-out' } }, EMBEDDING, PARENT, SITE)).toEqual({
      kind: 'sign-out',
    });
  });

  it.each([
    ['another site', 'https://evil.example'],
    ['a sandboxed page', 'null'],
    ['a longer name', `${SITE}.evil.example`],
    ['a name that ends alike', 'https://evil-www.northbet.example'],
    ['another port', `${SITE}:8443`],
    ['no TLS', 'http://www.northbet.example'],
    ['nothing', ''],
  ])('does not hear %s', (_, origin) => {
    expect(readMessage({ ...SESSION, origin }, EMBEDDING, PARENT, null)).toBeNull();
  });

  it('does not hear another window of the same site', () => {
    expect(readMessage({ ...SESSION, source: { name: 'a pop-up' } }, EMBEDDING, PARENT, null)).toBeNull();
  });

  it('does not hear a second origin after the first', () => {
    expect(readMessage(SESSION, EMBEDDING, PARENT, OTHER)).toBeNull();
  });

  it.each([
    ['of another brand', { ...CLAIMS, brand: 'southbet' }],
    ['for another origin', { ...CLAIMS, origin: OTHER }],
    ['for no origin', { ...CLAIMS, origin: null }],
    ['of nobody', { ...CLAIMS, sub: null }],
    ['without an end', { ...CLAIMS, exp: 'never' }],
  ])('refuses a token %s', (_, claims) => {
    const data = { type: 'furlong:session', token: tokenOf(claims) };
    expect(readMessage({ ...SESSION, data }, EMBEDDING, PARENT, null)).toEqual({ kind: 'refused' });
  });

  it.each([[null], ['furlong:session'], [{}], [{ type: 'furlong:session-needed' }], [{ type: 7 }]])(
    'ignores what is no message of ours: %j',
    (data) => {
      expect(readMessage({ ...SESSION, data }, EMBEDDING, PARENT, null)).toBeNull();
    },
  );
});

it.each([
  ['http://localhost:5173', true],
  ['http://localhost:5173.evil.example', false],
  ['http://localhost.evil.example:80', false],
  ['http://localhost', false],
  ['https://localhost:5173', false],
])('allows any port of this machine, and nothing else: %s', (origin, allowed) => {
  expect(isAmong(origin, [SITE, 'http://localhost:*'])).toBe(allowed);
});

describe('readEmbedding', () => {
  it('reads brand and origins', () => {
    expect(readEmbedding(JSON.stringify(EMBEDDING))).toEqual(EMBEDDING);
  });

  it.each(['', '{}', 'null', '{"brand":7,"origins":[]}', '{"brand":"a","origins":"*"}', '{'])('refuses %j', (content) => {
    expect(readEmbedding(content)).toBeNull();
  });
});

describe('what a page says besides', () => {
  const said = (data: object) => readMessage({ ...SESSION, data }, EMBEDDING, PARENT, SITE);

  it('is where the window is, if it says so in numbers', () => {
    expect(said({ type: 'furlong:view', top: -120, height: 740 })).toEqual({ kind: 'view', view: { top: -120, height: 740 } });
    for (const wrong of [{ top: '0', height: 740 }, { top: NaN, height: 740 }, { top: 0, height: 0 }, { top: 0 }, {}]) {
      expect(said({ type: 'furlong:view', ...wrong })).toBeNull();
    }
  });

  it('is whether the frame is ready, that a bet was placed, and what is on the slip', () => {
    const slip = { stakeMinor: 500, currency: 'GBP', oddsMilli: 2500 };
    expect(said({ type: 'furlong:hello' })).toEqual({ kind: 'hello' });
    expect(said({ type: 'furlong:bet-placed' })).toEqual({ kind: 'bet-placed' });
    expect(said({ type: 'furlong:money-moved' })).toEqual({ kind: 'money-moved' });
    expect(said({ type: 'furlong:slip', slip })).toEqual({ kind: 'slip', slip });
    expect(said({ type: 'furlong:slip', slip: null })).toEqual({ kind: 'slip', slip: null });
    const legs = { stakeMinor: 500, currency: 'GBP', legs: [{ selectionId: 'northbet:home', oddsMilli: 2500 }] };
    expect(said({ type: 'furlong:slip', slip: legs })).toEqual({ kind: 'slip', slip: legs });
  });

  const wrongLegs = ['home', [null], [{ selectionId: 1, oddsMilli: 2500 }], [{ selectionId: 'northbet:home' }]];
  it.each([
    ...[undefined, 'five', {}, { stakeMinor: '5', currency: 'GBP', oddsMilli: 2500 }, { stakeMinor: -5, currency: 'GBP', oddsMilli: 2 }],
    ...wrongLegs.map((legs) => ({ stakeMinor: 500, currency: 'GBP', oddsMilli: 2500, legs })),
    { stakeMinor: 500, currency: 'GBP', legs: [] },
  ])(
    'is no slip of %j',
    (slip) => {
      expect(said({ type: 'furlong:slip', slip })).toBeNull();
    },
  );
});

describe('a conversation', () => {
  function conversation() {
    const said: [unknown, string][] = [];
    const parent = { postMessage: (message: unknown, origin: unknown) => void said.push([message, String(origin)]) };
    const sessions: (string | null)[] = [];
    const talk = converse(EMBEDDING, parent, {
      session: ({ customer }) => void sessions.push(customer),
      slip: () => undefined,
      betPlaced: () => undefined,
    });
    const hear = (data: object, origin = SITE) => talk.hear({ origin, source: parent, data });
    return { talk, said, sessions, hear };
  }

  it('begins with the page: nothing is told before it has spoken, and then to its origin alone', () => {
    const { talk, said, hear } = conversation();
    talk.tell({ type: 'furlong:height', height: 120 });
    expect(said).toEqual([]);
    hear({ type: 'furlong:session', token: TOKEN });
    expect(said).toEqual([
      [{ type: 'furlong:height', height: 120 }, SITE],
      [{ type: 'furlong:signed-in' }, SITE],
    ]);
  });

  it('asks for a token, and goes on when it comes', async () => {
    const { talk, said, sessions, hear } = conversation();
    hear({ type: 'furlong:hello' });
    const renewed = talk.tokens.renew('refused');
    expect(said.at(-1)).toEqual([{ type: 'furlong:session-needed', reason: 'refused' }, SITE]);
    hear({ type: 'furlong:session', token: TOKEN });
    expect((await renewed).token).toBe(TOKEN);
    hear({ type: 'furlong:sign-out' });
    expect(sessions).toEqual(['c-1', null]);
    talk.tokens.stop();
  });
});
