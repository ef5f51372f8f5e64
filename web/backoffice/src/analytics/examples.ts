/** Questions to begin with, each over tables that everybody may ask who may ask; a test asks them. */
export const EXAMPLES = [
  {
    name: 'Bets by week',
    sql: `SELECT iso_week, sum(bets) AS bets
FROM report_reasons
GROUP BY iso_week
ORDER BY iso_week DESC
LIMIT 14`,
  },
  {
    name: 'Why bets count or not',
    sql: `SELECT reason, sum(bets) AS bets
FROM report_reasons
GROUP BY reason
ORDER BY bets DESC`,
  },
  {
    name: 'Bets by brand and week',
    sql: `SELECT iso_week, brand, sum(bets) AS bets
FROM report_reasons
GROUP BY iso_week, brand
ORDER BY iso_week DESC, bets DESC
LIMIT 20`,
  },
] as const;
