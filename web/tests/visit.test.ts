import { describe, expect, it } from 'vitest';

import { asksOnly, OPERATIONS } from '../graphiql/operations';
import { offerNewTabs } from '../graphiql/visit';

it('runs nothing by itself but a query', () => {
  const first = OPERATIONS[0]?.text ?? '';
  expect([first, 'query A { a } query B { a }', '{ a }'].map(asksOnly)).toEqual([true, true, true]);
  const others = ['mutation { a }', 'query A { a } mutation B { b }', 'subscription { a }', 'fragment F on T { a }', '', 'query {'];
  expect(others.map(asksOnly)).toEqual(others.map(() => false));
});

const EXAMPLES = ['Betslip', 'ClubUpdates', 'New'].map((name) => ({ name, query: `query ${name} { a }`, variables: '{}' }));

function storageOf(kept: Record<string, string>) {
  return { getItem: (key: string) => kept[key] ?? null, setItem: (key: string, value: string) => void (kept[key] = value) };
}

/** What GraphiQL would open with. */
function titles(kept: Record<string, string>): string[] {
  const { tabs } = JSON.parse(kept['graphiql:tabState'] ?? '{"tabs":[]}') as { tabs: { title: string }[] };
  return tabs.map(({ title }) => title);
}

describe('offerNewTabs', () => {
  it('leaves a first visit to GraphiQL', () => {
    const kept: Record<string, string> = {};
    offerNewTabs(EXAMPLES, storageOf(kept));
    expect(kept['graphiql:tabState']).toBeUndefined();
  });

  it('adds what is new to the tabs of a returning visitor, who keeps those of their own', () => {
    const tabs = [{ title: 'Mine', query: '{ mine }' }, { title: 'Betslip' }];
    const kept: Record<string, string> = {
      'graphiql:tabState': JSON.stringify({ tabs, activeTabIndex: 1 }),
      'furlong:offered-tabs': '["Betslip","ClubUpdates"]',
    };
    offerNewTabs(EXAMPLES, storageOf(kept));
    expect(titles(kept)).toEqual(['Mine', 'Betslip', 'New']);
    expect(JSON.parse(kept['graphiql:tabState'] ?? '')).toMatchObject({ activeTabIndex: 1, tabs: [{ query: '{ mine }' }, {}, {}] });
  });

  it('offers a tab once: who closes it is not asked again', () => {
    const kept: Record<string, string> = { 'graphiql:tabState': JSON.stringify({ tabs: [{ title: 'Mine' }], activeTabIndex: 0 }) };
    offerNewTabs(EXAMPLES, storageOf(kept));
    kept['graphiql:tabState'] = JSON.stringify({ tabs: [{ title: 'Mine' }], activeTabIndex: 0 });
    offerNewTabs(EXAMPLES, storageOf(kept));
    expect(titles(kept)).toEqual(['Mine']);
  });

  it('does nothing where the storage holds something else', () => {
    const kept: Record<string, string> = { 'graphiql:tabState': 'broken' };
    offerNewTabs(EXAMPLES, storageOf(kept));
    expect(kept['graphiql:tabState']).toBe('broken');
  });
});
