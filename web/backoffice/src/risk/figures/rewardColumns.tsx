/** The columns of a reward's figure that several tables have: which reward, who chose it, how many, what it is worth. */
import { RowsLink } from './RowsLink.tsx';
import { rewardName } from '../../frame/names.ts';
import { money, number } from '../../money/amounts.ts';
import { WORDS } from '../../words/index.ts';

import type { Column } from './FigureTable.tsx';
import type { RewardFigure } from '../../graph/generated/operations.ts';

const CHOSEN: Readonly<Record<string, string>> = { set: WORDS.common.yes, default: WORDS.risk.default };

/** Return the column that names the reward and its version. */
export function rewardColumn(brand: string): Column<RewardFigure> {
  return {
    head: WORDS.common.reward,
    cell: ({ reward, version }) => (reward === '' ? WORDS.risk.noneCanBePaid : WORDS.risk.version({ reward: rewardName(brand, reward), version })),
  };
}

/** Return the columns from whether the reward was chosen to what has no value, with links to the customers. */
export function rewardColumns(brand: string): readonly Column<RewardFigure>[] {
  return [
    { head: WORDS.risk.chosen, cell: (line) => CHOSEN[line.source] ?? '–' },
    {
      head: WORDS.common.customers,
      numeric: true,
      cell: ({ isoWeek, stage, reward, version, currency, source, customers }) => (
        <RowsLink to={{ brand, isoWeek, figure: stage.toUpperCase(), reward, version, currency, source }}>
          {number(customers)}
        </RowsLink>
      ),
    },
    { head: WORDS.common.value, numeric: true, cell: (line) => money(line.valueMinor, line.currency) },
    { head: WORDS.risk.spins, numeric: true, cell: (line) => number(line.spins) },
    { head: WORDS.risk.withoutAValue, numeric: true, cell: (line) => number(line.unvalued) },
  ];
}
