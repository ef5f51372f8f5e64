/** The reports of analytics: what they are called, how the graph is asked, and which of their figures are drawn. */

export const REPORTS = ['FUNNEL', 'LIABILITY', 'RETENTION', 'LATENCY', 'UPLIFT'] as const;
export type ReportName = (typeof REPORTS)[number];

export interface Report {
  /** What the rows and columns mean. */
  readonly says: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly completeness: readonly { readonly cell: string; readonly says: string }[];
}

export const REPORT = `query AnalyticsReport($brand: String!, $report: AnalyticsReportName!) {
  analyticsReport(brand: $brand, report: $report) { says columns rows completeness { cell says } }
}`;

export const LABELS: Readonly<Record<ReportName, string>> = {
  FUNNEL: 'Funnel',
  LIABILITY: 'Liability',
  RETENTION: 'Retention',
  LATENCY: 'Latency',
  UPLIFT: 'Uplift',
};

interface Drawing {
  /** The column of the categories. */
  readonly by: string;
  /** The columns of the series, each with its label. */
  readonly series: readonly (readonly [string, string])[];
  /** Only rows that have this value in a column are drawn. */
  readonly only?: readonly [string, string];
  /** How many categories are drawn, from the last on. */
  readonly last: number;
}

const DRAWINGS: Readonly<Record<ReportName, Drawing>> = {
  FUNNEL: {
    by: 'iso_week',
    series: [
      ['bettors', 'Bet'],
      ['members', 'Members'],
      ['qualified', 'Qualified'],
      ['credited', 'Credited'],
      ['used', 'Used'],
    ],
    last: 4,
  },
  LIABILITY: {
    by: 'iso_week',
    series: [
      ['provisional', 'Provisional'],
      ['owed', 'Owed'],
      ['credited', 'Credited'],
    ],
    last: 8,
  },
  RETENTION: { by: 'weeks_later', series: [['percent', 'Active, %']], last: 12 },
  LATENCY: { by: 'day', series: [['p95', '95 of 100, ms']], only: ['stage', 'bet to tracker'], last: 14 },
  UPLIFT: {
    by: 'iso_week',
    series: [
      ['club', 'With the club'],
      ['control', 'Control group'],
    ],
    only: ['measure', 'active of 100 customers'],
    last: 8,
  },
};

export interface Drawn {
  readonly categories: string[];
  readonly series: { readonly label: string; readonly data: number[] }[];
}

/** Return what is drawn of a report. Rows of one category, such as of two currencies, are not added up: the first is drawn. */
export function drawn(name: ReportName, report: Report): Drawn {
  const { by, series, only, last } = DRAWINGS[name];
  const at = (row: readonly (string | null)[], column: string) => row[report.columns.indexOf(column)] ?? null;
  const rows = new Map<string, readonly (string | null)[]>();
  for (const row of report.rows) {
    const category = at(row, by);
    const isWanted = only === undefined || at(row, only[0]) === only[1];
    if (category !== null && isWanted && series.some(([column]) => at(row, column) !== null) && !rows.has(category)) {
      rows.set(category, row);
    }
  }
  const shown = [...rows].slice(-last);
  return {
    categories: shown.map(([category]) => category),
    series: series.map(([column, label]) => ({ label, data: shown.map(([, row]) => Number(at(row, column) ?? 0)) })),
  };
}

/** Return whether a column holds numbers: all of its values do. */
export function isNumeric(report: Report, column: number): boolean {
  const values = report.rows.map((row) => row[column]).filter((value) => value !== null && value !== undefined);
  return values.length > 0 && values.every((value) => value.trim() !== '' && Number.isFinite(Number(value)));
}

/** Return the name of a column for people. */
export function heading(column: string): string {
  const words = column.replace(/_minor$/u, ', minor units').replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
