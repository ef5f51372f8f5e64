/** Questions to begin with, each over tables that everybody may ask who may ask; a test asks them. */
import { WORDS } from '../words/index.ts';

export const EXAMPLES = [
  {
    name: WORDS.analytics.betsByWeek,
    sql: `SELECT iso_week, sum(bets) AS bets
FROM report_reasons
GROUP BY iso_week
ORDER BY iso_week DESC
LIMIT 14`,
  },
  {
    name: WORDS.analytics.whyBetsCountOrNot,
    sql: `SELECT reason, sum(bets) AS bets
FROM report_reasons
GROUP BY reason
ORDER BY bets DESC`,
  },
  {
    name: WORDS.analytics.betsByBrandAndWeek,
    sql: `SELECT iso_week, brand, sum(bets) AS bets
FROM report_reasons
GROUP BY iso_week, brand
ORDER BY iso_week DESC, bets DESC
LIMIT 20`,
  },
] as const;
