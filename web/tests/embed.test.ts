/** Whom a frame believes. */
import { describe, expect, it } from 'vitest';

import { readEmbedding, readMessage, type Embedding } from '../src/embed/messages';

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

describe('readEmbedding', () => {
  it('reads brand and origins', () => {
    expect(readEmbedding(JSON.stringify(EMBEDDING))).toEqual(EMBEDDING);
  });

  it.each(['', '{}', 'null', '{"brand":7,"origins":[]}', '{"brand":"a","origins":"*"}', '{'])('refuses %j', (content) => {
    expect(readEmbedding(content)).toBeNull();
  });
});
