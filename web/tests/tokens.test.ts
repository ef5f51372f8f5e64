/** Tokens from the page around the widget. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Unreached, type Ask } from '../packages/client/src/transport/ask';
import { CLUB } from '../packages/client/src/operations/documents';
import { askRenewing } from '../packages/client/src/session/renewing';
import { AFTER_NO_ANSWER, createTokens, EARLY_MS, LEAST_MS, PATIENCE_MS, type GetToken } from '../packages/client/src/session/tokens';

const VARIABLES = { brand: 'northbet' };

function token(sub: string, id: number, lastsS = 300, brand = 'northbet'): string {
  const claims = { sub, brand, iat: 1_000, exp: 1_000 + lastsS, jti: id };
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;
}

const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
beforeEach(() => {
  vi.useFakeTimers();
  warned.mockClear();
});
afterEach(() => void vi.useRealTimers());

function tokensOf(getToken: GetToken) {
  const seen: (string | null)[] = [];
  const asked = vi.fn(getToken);
  const tokens = createTokens({ brand: 'northbet', getToken: asked, changed: ({ customer }) => seen.push(customer) });
  return { tokens, seen, asked };
}

/** Answers one after the other, and then nothing. */
function oneByOne(...answers: readonly (() => ReturnType<GetToken>)[]): GetToken {
  let next = 0;
  return () => answers[next++]?.();
}

describe('tokens', () => {
  it('are asked for anew before they end, by how long they last', async () => {
    let number = 0;
    const { tokens, asked } = tokensOf(() => token('c-1', (number += 1)));
    await tokens.renew('start');
    await vi.advanceTimersByTimeAsync(300_000 - EARLY_MS - 1);
    expect(asked).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked.mock.calls).toEqual([['start'], ['expiring']]);
    expect(tokens.session.token).toBe(token('c-1', 2));
  });

  it('that last shorter than a minute do not make the page busy', async () => {
    let number = 0;
    const { tokens, asked } = tokensOf(() => token('c-1', (number += 1), 10));
    await tokens.renew('start');
    await vi.advanceTimersByTimeAsync(LEAST_MS * 4 + 1);
    expect(asked).toHaveBeenCalledTimes(5);
  });

  it('of another brand, and texts that are none, are not used', async () => {
    const { tokens, seen } = tokensOf(() => token('c-1', 1, 300, 'southbet'));
    await tokens.renew('start');
    expect(tokens.accept('nonsense')).toBe(false);
    expect([tokens.session.token, seen]).toEqual([null, []]);
  });

  it('are asked for once, however many requests were refused', async () => {
    const { tokens, asked } = tokensOf(() => Promise.resolve(token('c-1', 1)));
    await Promise.all([tokens.renew('refused'), tokens.renew('refused'), tokens.renew('refused')]);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('stay when the page fails, is slow, or has no other yet', async () => {
    const { tokens } = tokensOf(
      oneByOne(
        () => token('c-1', 1),
        () => Promise.reject(new Error('offline')),
        () => new Promise(() => undefined),
      ),
    );
    await tokens.renew('start');
    await tokens.renew('refused');
    const slow = tokens.renew('refused');
    await vi.advanceTimersByTimeAsync(PATIENCE_MS);
    await slow;
    await tokens.renew('refused');
    expect(tokens.session.customer).toBe('c-1');
  });

  it.each([
    ['fails', () => Promise.reject(new Error('offline'))],
    ['has no answer', () => undefined],
    ['is at another brand', () => token('c-1', 9, 300, 'southbet')],
    ['never answers', () => new Promise<string>(() => undefined)],
  ])('come later from a page that %s at the start, and the page is told why', async (_, first) => {
    const { tokens, asked } = tokensOf(oneByOne(first, first, () => token('c-1', 1)));
    await vi.advanceTimersByTimeAsync(0);
    void tokens.renew('start');
    await vi.advanceTimersByTimeAsync(2 * PATIENCE_MS + 3 * AFTER_NO_ANSWER.firstMs);
    expect(asked.mock.calls).toEqual([['start'], ['start'], ['start']]);
    expect(tokens.session.customer).toBe('c-1');
    expect(warned).toHaveBeenCalledTimes(2);
  });

  it('that come after the time limit are still used', async () => {
    const { tokens } = tokensOf(() => new Promise((resolve) => setTimeout(() => resolve(token('c-1', 1)), PATIENCE_MS + 1)));
    void tokens.renew('start');
    await vi.advanceTimersByTimeAsync(PATIENCE_MS + 1);
    expect(tokens.session.customer).toBe('c-1');
  });

  it('of a customer who has left are not used, even if the page was asked for them before', async () => {
    const late = () => new Promise<string>((resolve) => setTimeout(() => resolve(token('c-1', 2)), 100));
    const { tokens, seen } = tokensOf(oneByOne(() => token('c-1', 1), late, () => token('c-2', 1)));
    await tokens.renew('start');
    void tokens.renew('expiring');
    await tokens.restart();
    await vi.advanceTimersByTimeAsync(101);
    expect(seen).toEqual(['c-1', 'c-2']);
  });

  it('end when the page says that nobody is signed in', async () => {
    const { tokens, seen } = tokensOf(oneByOne(() => token('c-1', 1), () => null));
    await tokens.renew('start');
    await tokens.renew('refused');
    expect(seen).toEqual(['c-1', null]);
  });
});

describe('a request', () => {
  /** Accepts these tokens alone, and notes what it was asked with. */
  function server(...accepted: readonly string[]) {
    const sent: (string | null)[] = [];
    const ask: Ask = (_operation, _variables, options) => {
      sent.push(options.token);
      return options.token !== null && accepted.includes(options.token)
        ? Promise.resolve({ data: null, faults: [] })
        : Promise.reject(new Unreached('refused', 401));
    };
    return { ask, sent };
  }

  it('whose token is refused is sent once more with another', async () => {
    const [old, fresh] = [token('c-1', 1), token('c-1', 2)];
    const { ask, sent } = server(fresh);
    const { tokens } = tokensOf(() => fresh);
    tokens.accept(old);
    await askRenewing(ask, tokens)(CLUB, VARIABLES, { token: old });
    expect(sent).toEqual([old, fresh]);
  });

  it('is refused if the page has no other token, without a circle', async () => {
    const old = token('c-1', 1);
    const { ask, sent } = server();
    const { tokens } = tokensOf(() => old);
    tokens.accept(old);
    await expect(askRenewing(ask, tokens)(CLUB, VARIABLES, { token: old })).rejects.toMatchObject({ status: 401 });
    expect(sent).toEqual([old]);
  });

  it('of one customer is never sent with the token of another', async () => {
    const [first, second] = [token('c-1', 1), token('c-2', 1)];
    const { ask, sent } = server(second);
    const { tokens } = tokensOf(() => second);
    tokens.accept(second);
    await expect(askRenewing(ask, tokens)(CLUB, VARIABLES, { token: first })).rejects.toMatchObject({ status: 401 });
    expect(sent).toEqual([first]);
  });

  it('of nobody asks for no token', async () => {
    const { ask } = server();
    const { tokens, asked } = tokensOf(() => token('c-1', 1));
    await expect(askRenewing(ask, tokens)(CLUB, VARIABLES, { token: null })).rejects.toMatchObject({ status: 401 });
    expect(asked).not.toHaveBeenCalled();
  });
});
