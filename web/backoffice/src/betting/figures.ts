/** The figures of a trader's home: what may be lost most, and what takes no bets. */
import { useGraph } from '../graph/useGraph.ts';
import { money, number } from '../money/amounts.ts';
import { HOME_BETTING } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { HomeBetting } from '../graph/generated/operations.ts';
import type { Figure } from '../home/FigureCard.tsx';
import type { Read } from '../home/figures.ts';

const LIABILITY = { label: WORDS.betting.mostAtRiskByAnEvent, path: '/liability' } as const;

/** Return the figures of what was read. */
export function bettingFigures({ bettingEvents: [most], tradingRules: { suspended } }: HomeBetting): readonly Figure[] {
  const worst =
    most === undefined
      ? { ...LIABILITY, value: '–', note: WORDS.betting.noBetIsOpen }
      : { ...LIABILITY, value: money(most.worstMinor, most.currency), note: WORDS.betting.worstCaseOfEvent({ event: most.event, bets: most.bets, shown: number(most.bets) }) };
  const names = suspended.map(({ name, targetId }) => (name === '' ? targetId : name)).filter((name) => name !== '');
  return [
    worst,
    {
      label: WORDS.betting.suspended,
      value: number(suspended.length),
      note: names.slice(0, 3).join(', ') || (suspended.length > 0 ? WORDS.betting.allBettingTakesNoBets : WORDS.betting.betsTakenEverythingOffered),
      path: '/tradingRules',
      ...(suspended.length === 0 ? {} : { state: { tone: 'warning', label: WORDS.betting.noBets } as const }),
    },
  ];
}

export function useBettingFigures(brand: string | null): Read {
  const { data, problem } = useGraph(HOME_BETTING, brand === null ? null : { brand });
  return { figures: data === null || brand === null ? [] : bettingFigures(data), problem };
}
