/** Games: which are shown, from where they may be framed, and how one is opened. */
import { type Ask, Unreached } from '@furlong/client';
import { localeFor } from '@furlong/club';
import { describe, expect, it } from 'vitest';

import type { FreeSpinsQuery, FulfilmentStatus, PlatformErrorCode } from '../demo/generated/operations';
import { deviceOf } from '../demo/lobby/device';
import { freeSpinsOf } from '../demo/lobby/freeSpins';
import { hueOf, lettersOf, shownSections } from '../demo/lobby/games';
import { launch, type LaunchOutcome } from '../demo/lobby/launch';
import { fetchOrigins, isGame, isPicture, isSafeOrigin } from '../demo/lobby/origins';
import { lobbyWords, whyNotOpen } from '../demo/lobby/words';
import { hasBlock } from '../demo/session/demo';

const OWN = 'https://northbet.example';
const ORIGINS = ['https://play.acorn.example', 'http://127.0.0.1:9001'];

describe('an address', () => {
  it.each(['https://play.acorn.example/slot?token=1', 'http://127.0.0.1:9001/dice'])('%s of the list is framed', (address) => {
    expect(isGame(address, ORIGINS, OWN)).toBe(true);
  });

  it.each([
    'https://elsewhere.example/slot',
    'https://play.acorn.example.elsewhere.example/',
    'https://play.acorn.example:8443/',
    'http://play.acorn.example/',
    'https://user:secret@play.acorn.example/',
    'javascript:alert(1)',
    'data:text/html,hello',
    'blob:https://play.acorn.example/1',
    '/slot',
    '',
  ])('%s is not', (address) => {
    expect(isGame(address, ORIGINS, OWN)).toBe(false);
  });

  it('of the page itself is never framed, whatever the list says', () => {
    expect(isGame(`${OWN}/slot`, [...ORIGINS, OWN], OWN)).toBe(false);
  });

  it('of a picture is of the list or of the site', () => {
    expect(['https://play.acorn.example/a.png', '/content/images/a.png', 'https://elsewhere.example/a.png', 'data:image/png,a'].map((address) => isPicture(address, ORIGINS, OWN))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('the list of origins', () => {
  const fetching = (body: unknown, status = 200) => fetchOrigins(() => Promise.resolve(Response.json(body, { status })), new AbortController().signal);

  it('has those that are written plainly, over TLS or of this machine', async () => {
    const given = [...ORIGINS, 'https://play.acorn.example/', 'http://games.example', '*', 'https://*.example', 5, 'null'];
    await expect(fetching({ origins: given })).resolves.toEqual(ORIGINS);
    expect(isSafeOrigin('http://localhost:9001')).toBe(true);
  });

  it('is empty if there is none', async () => {
    for (const body of [null, {}, { origins: 'all' }]) await expect(fetching(body)).resolves.toEqual([]);
    await expect(fetching({}, 404)).resolves.toEqual([]);
    await expect(fetchOrigins(() => Promise.reject(new TypeError('cut')), new AbortController().signal)).resolves.toEqual([]);
  });
});

describe('opening a game', () => {
  const asked: { readonly variables: unknown; readonly token: string | null }[] = [];
  const session = { brand: 'northbet', token: 't', customer: 'c-1' };

  async function opened(url: string | null, codes: readonly PlatformErrorCode[] = [], demo = false): Promise<LaunchOutcome> {
    const ask = ((_operation: unknown, variables: unknown, { token }: { token: string | null }) => {
      asked.push({ variables, token });
      return Promise.resolve({ data: { launchGame: { url, expiresAt: null, errors: codes.map((code) => ({ code })) } }, faults: [] });
    }) as unknown as Ask;
    return launch({ gameId: 'northbet:g', demo }, { ask, session, device: 'MOBILE', origins: ORIGINS, own: OWN });
  }

  it('gives the address of a game, and none of elsewhere', async () => {
    await expect(opened('https://play.acorn.example/slot')).resolves.toEqual({ kind: 'ready', url: 'https://play.acorn.example/slot', expiresAt: null });
    await expect(opened('https://elsewhere.example/')).resolves.toEqual({ kind: 'elsewhere' });
    expect(asked.at(-1)).toEqual({ variables: { input: { brand: 'northbet', gameId: 'northbet:g', demo: false, device: 'MOBILE' } }, token: 't' });
  });

  it('for fun says nothing of the customer', async () => {
    await opened('https://play.acorn.example/slot', [], true);
    expect(asked.at(-1)).toMatchObject({ variables: { input: { demo: true } }, token: null });
  });

  it('is refused in words', async () => {
    const words = lobbyWords(localeFor(['en-GB']));
    await expect(opened(null, ['SELF_EXCLUDED'])).resolves.toEqual({ kind: 'refused', code: 'SELF_EXCLUDED' });
    await expect(opened(null, ['UNAUTHENTICATED'])).resolves.toEqual({ kind: 'signed-out' });
    expect(whyNotOpen({ kind: 'refused', code: 'SELF_EXCLUDED' }, words)).toContain('excluded yourself');
    expect(whyNotOpen({ kind: 'refused', code: 'STAKE_TOO_LOW' }, words)).toBe(words.notOpened);
    expect(whyNotOpen({ kind: 'signed-out' }, words)).toContain('Sign in again');
  });

  it('says that nothing was opened if there is no answer', async () => {
    const parts = { session, device: deviceOf(() => false), origins: ORIGINS, own: OWN };
    const failing = (error: Error) => launch({ gameId: 'g', demo: false }, { ...parts, ask: () => Promise.reject(error) });
    await expect(failing(new Unreached('cut', 0))).resolves.toEqual({ kind: 'unreached' });
    await expect(failing(new Unreached('refused', 401))).resolves.toEqual({ kind: 'signed-out' });
    await expect(opened(null)).resolves.toEqual({ kind: 'unreached' });
  });
});

describe('won free spins', () => {
  const game = { id: 'g', name: 'Lucky Bells', provider: 'Acorn', imageUrl: null, tags: [] };
  const group = { id: 'lagunabet:fruit', name: 'Fruit slots', games: [game] };
  const now = Date.parse('2026-04-15T12:00:00Z');
  type Week = FreeSpinsQuery['recentClubs'][number];

  function week(id: string, status: FulfilmentStatus | null, option: Partial<NonNullable<Week['choice']>['option']> = {}, expiresAt: string | null = '2026-04-20T12:00:00Z'): Week {
    const chosen = { id: 'lagunabet:fs-30:1', spins: 30, gameGroup: group, ...option };
    return { id, choice: { option: chosen }, fulfilment: status === null ? null : { status, expiresAt } };
  }

  it('are those that were credited, and are neither used nor over, on games that may be played', () => {
    const recentClubs = [
      week('credited', 'CREDITED'),
      week('for ever', 'CREDITED', {}, null),
      week('not confirmed', null),
      week('waiting', 'WAITING'),
      week('used', 'USED'),
      week('over', 'CREDITED', {}, '2026-04-15T12:00:00Z'),
      week('a free bet', 'CREDITED', { spins: null, gameGroup: null }),
      week('no group', 'CREDITED', { gameGroup: null }),
      week('a group that is gone', 'CREDITED', { gameGroup: { ...group, name: null, games: null } }),
      week('no game here', 'CREDITED', { gameGroup: { ...group, games: [] } }),
      { id: 'nothing chosen', choice: null, fulfilment: { status: 'CREDITED' as const, expiresAt: null } },
    ];
    const found = freeSpinsOf({ recentClubs }, now);
    expect(found.map(({ id }) => id)).toEqual(['credited', 'for ever']);
    expect(found[0]).toEqual({ id: 'credited', spins: 30, expiresAt: '2026-04-20T12:00:00Z', group });
  });
});

describe('a game without a picture', () => {
  it('has the first letters of its name, and a colour of its own', () => {
    expect(['Acorn Reels 3', 'dice', '7 Élan', '!'].map(lettersOf)).toEqual(['AR', 'D', '7É', '']);
    const hues = Array.from({ length: 50 }, (_, place) => hueOf(`northbet:game-${place}`));
    expect([hues.every((hue) => hue >= 0 && hue < 360), hueOf('northbet:game-1') === hues[1]]).toEqual([true, true]);
    expect(new Set(hues).size).toBeGreaterThan(25);
  });
});

describe('the lobby', () => {
  it('shows no section without games', () => {
    const game = { id: 'g', name: 'Game', provider: 'Acorn', imageUrl: null, tags: [] };
    const sections = [{ id: 'new', name: 'New', games: [] }, { id: 'slots', name: 'Slots', games: [game] }];
    expect(shownSections({ sections }).map(({ id }) => id)).toEqual(['slots']);
  });

  it('is there if the demo has its block, and may be anywhere else', () => {
    const demo = { brand: 'northbet', customers: [] };
    expect([hasBlock(null, 'lobby'), hasBlock(demo, 'lobby'), hasBlock({ ...demo, subgraphs: ['lobby'] }, 'lobby')]).toEqual([true, false, true]);
  });
});
