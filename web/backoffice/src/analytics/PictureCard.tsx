/** A picture of a report as a card, with the table of its figures. */
import { BarChart } from '../charts/BarChart.tsx';
import { ChartCard } from '../charts/ChartCard.tsx';
import { DataRows } from '../operations/page/DataRows.tsx';
import { WORDS } from '../words/index.ts';

import type { Picture } from './picture.ts';

interface Props {
  readonly picture: Picture;
  /** What its bars are. */
  readonly note?: string;
  /** The screen with all of them. */
  readonly behind?: { readonly path: string; readonly label: string };
}

export function PictureCard({ picture: { name, finding, heads, words = [], rows, ...chart }, ...rest }: Props) {
  return (
    <ChartCard
      name={name}
      finding={finding}
      {...rest}
      table={
        <DataRows
          label={name}
          rows={rows}
          id={(row) => row.join(' ')}
          nothing={WORDS.analytics.nothingIsCountedYet}
          columns={heads.map((head, at) => ({ head, cell: (row: readonly string[]) => row[at], right: at > 0 && !words.includes(head) }))}
        />
      }
    >
      <BarChart label={WORDS.analytics.asInTheTableBelow({ label: name })} {...chart} />
    </ChartCard>
  );
}
