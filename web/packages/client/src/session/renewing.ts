/** Sends requests with the newest token; if the server refuses it, asks the page for another, once per request. */
import { Unreached, type Ask } from '../transport/ask.ts';
import { claimsOfToken } from './session.ts';
import type { Tokens } from './tokens.ts';

/** Returns an `Ask` that replaces the given token by the newest one of the same customer. */
export function askRenewing(ask: Ask, tokens: Tokens): Ask {
  return async (operation, variables, { token, signal }) => {
    const customer = token === null ? null : claimsOfToken(token)['sub'];
    const options = signal === undefined ? {} : { signal };
    // A request of one customer is never sent for another who has signed in since.
    const newest = ({ session }: Tokens) => (session.customer === customer ? session.token : token);
    const first = newest(tokens);
    try {
      return await ask(operation, variables, { token: first, ...options });
    } catch (error) {
      if (!(error instanceof Unreached) || error.status !== 401 || token === null) throw error;
      await tokens.renew('refused');
      signal?.throwIfAborted();
      const second = newest(tokens);
      if (second === first) throw error;
      return await ask(operation, variables, { token: second, ...options });
    }
  };
}
