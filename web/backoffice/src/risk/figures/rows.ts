/** Where the customers behind a figure are listed. */

export interface RowsOf {
  readonly brand: string;
  readonly isoWeek: string;
  /** A value of the graph's `RiskFigure`. */
  readonly figure: string;
  readonly reward?: string;
  readonly version?: number;
  readonly currency?: string;
  readonly source?: string;
}

/** Return the path of the list, with the figure as its filter. */
export function rowsPath({ brand, ...filter }: RowsOf): string {
  return `/risk-customers?${new URLSearchParams({ brand, filter: JSON.stringify(filter), page: '1' }).toString()}`;
}
