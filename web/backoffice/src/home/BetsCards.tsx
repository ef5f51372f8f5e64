/** What bets earn and may cost, on the home of whoever watches risk; nothing where there is no store of analytics. */
import { Filling } from '../analytics/Filling.tsx';
import { PictureCard } from '../analytics/PictureCard.tsx';
import { picturesOf } from '../analytics/pictures.ts';
import { useGraph } from '../graph/useGraph.ts';
import { HOME_BETS } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { HomeBets } from '../graph/generated/operations.ts';

const BEHIND = { path: '/analytics', label: WORDS.home.allReports } as const;

/** The pictures of a brand's bets: what may be lost first, then what was earned; the club's cost alone is in other reports. */
export function betsPictures({ exposure, revenue }: HomeBets) {
  const ofProducts = { ...revenue, rows: revenue.rows.filter((row) => row[revenue.columns.indexOf('product')] !== '') };
  return [...picturesOf('EXPOSURE', exposure), ...picturesOf('REVENUE', ofProducts)];
}

export function BetsCards({ brand }: { readonly brand: string }) {
  const { data } = useGraph(HOME_BETS, { brand }, { isPending: (read) => read.exposure.filling !== null || read.revenue.filling !== null });
  if (data === null) return null;
  const filling = data.exposure.filling ?? data.revenue.filling;
  return filling !== null ? <Filling says={filling} /> : betsPictures(data).map((picture) => <PictureCard key={picture.name} picture={picture} behind={BEHIND} />);
}
