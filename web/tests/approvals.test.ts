import { expect, test } from 'vitest';

import { inWords, KINDS, titleOf } from '../backoffice/src/people/approvals/kinds.ts';
import { recent } from '../backoffice/src/people/approvals/others.ts';
import { goodwillEffect } from '../backoffice/src/people/approvals/moneyKinds.ts';
import { Content } from '../backoffice/src/people/approvals/proposal.ts';
import { documentOf, earlierRules, schemeInput } from '../backoffice/src/people/approvals/stored.ts';
import { rejectedLast, seenBefore } from '../backoffice/src/content/review/earlier.ts';
import { changedRules, comparedWith, rulesInWords, seenByCustomers } from '../backoffice/src/people/approvals/textKinds.ts';
import { learnNames } from '../backoffice/src/frame/names.ts';
import EXAMPLES from './proposals.json' with { type: 'json' };

const shown = (kind: string, content: unknown) => ({ kind, brand: 'northbet', content, visible: true });

test('each kind of proposal has an example, and each example is shown in words', () => {
  expect(Object.keys(KINDS).sort()).toEqual(Object.keys(EXAMPLES).sort());
  for (const [kind, content] of Object.entries(EXAMPLES)) {
    const words = inWords(shown(kind, content));
    expect(words, kind).not.toBeNull();
    const texts = [words?.title, ...(words?.sentences ?? []), ...(words?.details ?? []), ...(words?.changes ?? []).flatMap(({ what, before, after }) => [what, before, after])];
    expect(texts.join('\n'), kind).not.toMatch(/[{}[\]]|undefined|null|NaN|_minor|\[object/u);
    expect(words?.sentences.length, kind).toBeGreaterThan(0);
    expect(words?.object.path, kind).toMatch(/^\//u);
  }
});

test('titles say what, for whom and when', () => {
  const titles = Object.fromEntries(Object.entries(EXAMPLES).map(([kind, content]) => [kind, titleOf(shown(kind, content))]));
  expect(titles).toEqual({
    'betting.void': 'Void: a bet of £10.00 by c-1003',
    'content.revision': 'Text of “£2 in cash”',
    'events.board': 'How “Arsenal v Chelsea” is shown',
    'finance.correction': 'Correction: £12.50 taken from c-1003',
    'finance.refund': 'Refund: £40.00 of a deposit of c-1003',
    'finance.release': 'Payouts in GBP go on again',
    'finance.withdrawal': 'Withdrawal: £2,500.00 sent to c-1003',
    'lobby.content': 'A lobby of 3 sections',
    'operations.adapter': 'Settings of exchange: levels, countries',
    'operations.close_week': 'Close the week of 23 November of northbet',
    'operations.held_reward': 'Held reward: “fb-5” (£5.00) sent to c-1003',
    'operations.late_bet': 'Late bet: £15.00 instead of £0.00 for c-1003 in the week of 16 November',
    'operations.provider': 'Configuration of wallet: review rewards above, brands',
    'operations.recall': 'Recall “fb-5”, version 3, of northbet',
    'risk.raise_budget': 'Budget of bb-25: 6,000 rewards for every week without a budget of its own',
    'rules.scheme': 'Rules for GB in GBP, version 3: target £30.00',
    'support.adjustment': '£5.00 for c-1003 in the week of 23 November',
    'support.erasure': 'Erase the data of c-1003',
    'support.goodwill': 'Goodwill: free bet of £5.00 for c-1003',
    'support.raise_goodwill_budget': 'Goodwill budget of £500.00 for every week without a budget of its own',
  });
});

test('before and after are amounts and words, not values of the database', () => {
  expect(inWords(shown('operations.provider', EXAMPLES['operations.provider']))?.changes).toEqual([
    { what: 'Review rewards above', before: '£100.00', after: '£200.00' },
    { what: 'Brands', before: 'northbet', after: 'all' },
  ]);
  expect(inWords(shown('support.adjustment', { ...EXAMPLES['support.adjustment'], amount_minor: -500 }))?.title).toBe('£5.00 subtracted from c-1003 in the week of 23 November');
});

test('the first settings of an adapter come with a warning about those before', () => {
  const words = inWords(shown('operations.adapter', { ...EXAMPLES['operations.adapter'], seen: 1, imported: true }));
  expect(words?.title).toBe('Settings of exchange: the first that are decided');
  expect(words?.sentences[0]).toMatch(/Check each one/u);
});

test('what cannot be shown is not guessed: an unknown kind, another form, or what one may not see', () => {
  expect(inWords(shown('support.unheard_of', {}))).toBeNull();
  expect(inWords(shown('support.adjustment', { brand: 'northbet', customer: 'c-1003' }))).toBeNull();
  expect(inWords(shown('support.adjustment', null))).toBeNull();
  expect(titleOf({ kind: 'support.adjustment', brand: 'northbet', content: null, visible: false })).toBe("A correction of a customer’s week");
});

test('a stored document is shown as screens have it', () => {
  const { document } = EXAMPLES['content.revision'];
  expect(documentOf(new Content(document)).texts[0]).toMatchObject({ locale: 'en-GB', title: '£2 in cash', significantTerms: '18+' });
});

test('rules are compared with the version before, of the same customers', () => {
  const scheme = new Content(EXAMPLES['rules.scheme']);
  const input = schemeInput(scheme);
  expect(input).toMatchObject({ targetMinor: 3000, minOddsMilli: 1500, terms: { version: '2026-2' } });
  expect(input).not.toHaveProperty('voidPolicy');
  const versions = [2, 1, 3].map((version) => ({ ...input, version, targetMinor: version * 1000 }) as never);
  const earlier = earlierRules([...versions, { ...input, version: 2, currency: 'EUR' } as never], scheme);
  expect(earlier === null ? [] : rulesInWords(earlier, 'northbet')[1]).toEqual(['Target', 'Target: £20.00 in qualifying stakes.']);
  expect(earlierRules([], scheme)).toBeNull();
});

test('rules are sentences that an editor would say, with the names of rewards', () => {
  learnNames([{ id: 'northbet', name: 'Northbet', rewards: [{ rewardId: 'fb-5', configVersion: 1, title: '£5 free bet' }] }]);
  const said = Object.fromEntries(rulesInWords(new Content({ ...EXAMPLES['rules.scheme'], default_reward_id: 'fb-5', choice_lock_minutes: 0, grace_minutes: 720 }), 'northbet'));
  expect(said).toMatchObject({
    'Default reward': 'Default reward: £5 free bet.',
    Choice: 'Customers can switch reward until the week ends.',
    'Grace period': 'Grace period: 12 hours.',
  });
  expect(said['Counts']).toMatch(/^Counts: sports betting · single/u);
  const later = Object.fromEntries(rulesInWords(new Content({ ...EXAMPLES['rules.scheme'], choice_lock_minutes: 90 }), 'northbet'));
  expect(later['Choice']).toBe('Customers can switch reward until 90 minutes before the week ends.');
  learnNames([]);
});

test('a control group and a trial are said in words, also that they begin or end', () => {
  const scheme = { ...EXAMPLES['rules.scheme'], control_per_mille: 100, default_reward_id: 'fb-5', trial_reward_id: 'fb-10', trial_per_mille: 500 };
  const said = (values: unknown) => Object.fromEntries(rulesInWords(new Content(values), 'northbet'));
  expect(said(scheme)).toMatchObject({
    'Control group': 'The club isn’t offered to 100 of 1,000 customers who haven’t joined.',
    Trial: 'Half of the customers are offered “fb-10” in place of “fb-5”, as chance has it; nobody else is offered it.',
  });
  expect(said({ ...scheme, trial_per_mille: 250 })['Trial']).toMatch(/^250 of 1,000 customers are/u);
  const [without, both] = [EXAMPLES['rules.scheme'], scheme].map((values) => new Content({ ...values, default_reward_id: 'fb-5' }));
  if (without === undefined || both === undefined) throw new Error('there are two');
  expect(changedRules(both, without, 'northbet').map(({ what, before }) => [what, before])).toEqual([
    ['Control group', 'There is none.'],
    ['Trial', 'There is none.'],
  ]);
  expect(changedRules(without, both, 'northbet').map(({ what, after }) => [what, after])).toEqual([
    ['Control group', 'There is none any more.'],
    ['Trial', 'There is none any more.'],
  ]);
});

test('goodwill says what is left of its week without it and with it, in its own currency', () => {
  const content = new Content(EXAMPLES['support.goodwill']);
  const budget = { isoWeek: '2026-W48', currency: 'GBP', amountMinor: 50_000, leftMinor: 30_000 };
  expect(goodwillEffect(content, [{ ...budget, currency: 'EUR' }, budget])).toEqual({ what: 'Goodwill budget of the week of 23 November', before: '£305.00 left of £500.00', after: '£300.00 left of £500.00' });
  expect(goodwillEffect(content, [{ ...budget, isoWeek: '2026-W49' }])).toBeNull();
});

test('whoever decides about a customer is told what else waits, and what was approved in the last days', () => {
  const now = Date.parse('2026-11-25T12:00:00Z');
  const other = (id: string, status: 'PENDING' | 'EXECUTED' | 'REJECTED', decidedAt: string | null) =>
    ({ ...shown('support.adjustment', {}), id, status, decidedAt, proposedAt: '2026-11-01T12:00:00Z', proposedBy: null }) as const;
  const all = [
    other('this', 'PENDING', null),
    other('waits', 'PENDING', null),
    other('approved', 'EXECUTED', '2026-11-20T12:00:00Z'),
    other('long ago', 'EXECUTED', '2026-11-02T12:00:00Z'),
    other('rejected', 'REJECTED', '2026-11-25T11:00:00Z'),
  ];
  expect(recent(all, 'this', now).map(({ id }) => id)).toEqual(['waits', 'approved']);
});

test('a void says what becomes of the money, and of a market what was open', () => {
  const bet = EXAMPLES['betting.void'];
  expect(inWords(shown('betting.void', bet))?.sentences).toEqual([
    'c-1003 bet £10.00 on Ascot 14:30 · Red Rum, and 1 more.',
    'It has returned £30.00: the difference to its stake is moved.',
  ]);
  expect(inWords(shown('betting.void', { ...bet, returns_minor: null, legs: 1 }))?.sentences[1]).toBe('It is open: its stake goes back.');
  const open = [
    { currency: 'EUR', bets: 1, stake_minor: 500 },
    { currency: 'GBP', bets: 12, stake_minor: 12_000 },
  ];
  const market = inWords(shown('betting.void', { of: 'market', id: 'm1', name: 'Ascot 14:30 · Win', void: true, starts_at: null, open }));
  expect(market?.title).toBe('Void: all bets on Ascot 14:30 · Win');
  expect(market?.sentences[1]).toBe('When it was proposed, there were 1 open bet of €5.00 and 12 open bets of £120.00 on it.');
  expect(inWords(shown('betting.void', { of: 'selection', id: 's1', name: '', void: true, starts_at: null, open: [] }))?.title).toBe('Void: all bets on s1');
  const back = { of: 'market', id: 'm1', name: 'Ascot 14:30 · Win', void: false, starts_at: null, open };
  expect(inWords(shown('betting.void', back))).toMatchObject({ title: 'Restore: all bets on Ascot 14:30 · Win', changes: [{ before: 'Void' }] });
});

test('an approved text says what customers see of it, whichever revision is published', () => {
  expect(seenByCustomers(2, 2)).toBe('Customers see this text.');
  expect(seenByCustomers(2, 5)).toBe('Customers see a newer text: revision 5.');
  for (const published of [1, null]) expect(seenByCustomers(2, published)).toMatch(/^Customers don’t see the text until somebody publishes it/u);
});

test('what a text is compared with is never called unseen once customers see it', () => {
  expect(comparedWith(2, null, null)).toBe('Customers see no earlier text.');
  expect(comparedWith(2, 1, 1)).toBe('Compared with revision 1, which customers see.');
  expect(comparedWith(2, 2, 1)).toBe('Compared with revision 1, which customers saw before. Customers see this text.');
  expect(comparedWith(1, 1, null)).toBe('Customers see this text.');
});

const REVISIONS = [
  { revision: 4, state: 'REJECTED', publishedAt: null },
  { revision: 3, state: 'PUBLISHED', publishedAt: '2026-11-30T12:00:00Z' },
  { revision: 2, state: 'WITHDRAWN', publishedAt: null },
  { revision: 1, state: 'SUPERSEDED', publishedAt: '2026-11-23T12:00:00Z' },
] as const;

test('a text is compared with what customers saw before it, also once they see it', () => {
  expect(seenBefore(REVISIONS, 4)?.revision).toBe(3);
  expect(seenBefore(REVISIONS, 3)?.revision).toBe(1);
  expect(seenBefore(REVISIONS, 1)).toBeUndefined();
});

test('a rejected text is there to go on from, until there is a newer one', () => {
  expect(rejectedLast(REVISIONS)?.revision).toBe(4);
  expect(rejectedLast(REVISIONS.slice(1))).toBeUndefined();
});
