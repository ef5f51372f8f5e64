/** The figures of a trader's home: what may be lost most, and what takes no bets. */
import { useGraph } from '../graph/useGraph.ts';
import { money, number } from '../money/amounts.ts';
import { HOME_BETTING } from '../graph/generated/operations.ts';

import type { HomeBetting } from '../graph/generated/operations.ts';
import type { Figure } from '../home/FigureCard.tsx';
import type { Read } from '../home/figures.ts';

const LIABILITY = { label: 'Most at risk by an event', path: '/liability' } as const;

/** Return the figures of what was read. */
export function bettingFigures({ bettingEvents: [most], tradingRules: { suspended } }: HomeBetting): readonly Figure[] {
  const worst =
    most === undefined
      ? { ...LIABILITY, value: '–', note: 'No bet is open.' }
      : { ...LIABILITY, value: money(most.worstMinor, most.currency), note: `The worst case of ${most.event}, with ${number(most.bets)} open bets.` };
  const names = suspended.map(({ name, targetId }) => (name === '' ? targetId : name)).filter((name) => name !== '');
  return [
    worst,
    {
      label: 'Suspended',
      value: number(suspended.length),
      note: names.slice(0, 3).join(', ') || (suspended.length > 0 ? 'All betting takes no bets.' : 'Bets are taken on everything that is offered.'),
      path: '/tradingRules',
      ...(suspended.length === 0 ? {} : { state: { tone: 'warning', label: 'no bets' } as const }),
    },
  ];
}

export function useBettingFigures(brand: string | null): Read {
  const { data, problem } = useGraph(HOME_BETTING, brand === null ? null : { brand });
  return { figures: data === null || brand === null ? [] : bettingFigures(data), problem };
}
