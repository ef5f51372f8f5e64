/** What a receipt says to those who listen. */
import { localeFor, LocaleProvider } from '@furlong/club';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';

import type { Placing } from '../demo/betting/placer';
import { Receipt } from '../demo/betting/Receipts';
import { bet, request } from './placedBets';

const ASKED = { key: 'k', request: request(), betId: null, at: Date.now() };

function rendered(placing: Partial<Placing>): string {
  const nothing = () => undefined;
  const shown = { asked: ASKED, state: 'sending', bet: null, delay: null, refusal: null, ...placing } as const;
  const receipt = createElement(Receipt, { placing: shown, landed: () => null, onAskAgain: nothing, onMoney: nothing });
  return renderToStaticMarkup(createElement(LocaleProvider, { value: localeFor(['en-GB']) }, receipt));
}

describe('a receipt', () => {
  const region = '<div class="receipt-said" role="status">';

  it('has an empty region, until there is something to say', () => {
    const sending = rendered({});
    expect(sending).toContain('<div class="receipt-said"><p class="receipt-state"');
    expect(sending).toContain(`${region}</div>`);
  });

  it('says in the region, and nowhere else, how long a bet waits', () => {
    const delay = { heardMs: Date.now(), untilMs: Date.now() + 60_000, ofMs: 5_000 };
    const waiting = rendered({ state: 'pending', bet: bet('bet-1', 'PENDING'), delay });
    expect(waiting).toContain(`${region}<p class="visually-hidden">Placing your bet. This takes about 5 seconds.</p>`);
    expect(waiting.split('receipt-said').length).toBe(2);
  });

  it.each(['unknown', 'pending'] as const)('says in the region what is %s', (state) => {
    expect(rendered({ state })).toContain(`${region}<p class="receipt-state"`);
  });
});
