/** The reports of analytics about a brand, over all cells: each as a chart and as the table that it is a picture of. */
import Alert from '@mui/material/Alert';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import Typography from '@mui/material/Typography';
import { useState } from 'react';

import { drawn, heading, isNumeric, LABELS, REPORT, REPORTS } from './reports.ts';
import { BarChart } from '../charts/BarChart.tsx';
import { FigureTable } from '../risk/figures/FigureTable.tsx';
import { number } from '../money/amounts.ts';
import { RiskPage } from '../risk/RiskPage.tsx';
import { useGraph } from '../graph/useGraph.ts';
import { Waiting } from '../components/Waiting.tsx';

import type { Report, ReportName } from './reports.ts';

interface Shown {
  readonly brand: string;
  readonly name: ReportName;
}

function ReportOf({ brand, name }: Shown) {
  const { data, problem } = useGraph<{ readonly analyticsReport: Report }>(REPORT, { brand, report: name });
  if (problem !== '' || data === null) return <Waiting problem={problem} />;
  const report = data.analyticsReport;
  const { categories, series } = drawn(name, report);
  return (
    <>
      {report.completeness.map((cell) => (
        <Alert key={cell.cell} severity={cell.says.startsWith('INCOMPLETE') ? 'warning' : 'info'} sx={{ marginBottom: 1 }}>
          {cell.says}
        </Alert>
      ))}
      <FigureTable
        title={LABELS[name]}
        rows={[...report.rows].reverse()}
        rowKey={(row) => row.join('\u0000')}
        columns={report.columns.map((column, index) => ({
          head: heading(column),
          numeric: isNumeric(report, index),
          cell: (row: Report['rows'][number]) => row[index] ?? '–',
        }))}
      >
        {categories.length > 0 && (
          <BarChart label={`${LABELS[name]}, as in the table`} categories={categories} series={series} format={number} />
        )}
      </FigureTable>
      <Typography variant="body2" color="text.secondary">
        {report.says}
      </Typography>
    </>
  );
}

function Reports({ brand }: { readonly brand: string }) {
  const [name, setName] = useState<ReportName>('FUNNEL');
  return (
    <>
      <Tabs
        value={name}
        onChange={(_, chosen: ReportName) => {
          setName(chosen);
        }}
        variant="scrollable"
        allowScrollButtonsMobile
        aria-label="Reports"
        sx={{ marginBottom: 2 }}
      >
        {REPORTS.map((each) => (
          <Tab key={each} value={each} label={LABELS[each]} />
        ))}
      </Tabs>
      <ReportOf key={`${brand} ${name}`} brand={brand} name={name} />
    </>
  );
}

export function Analytics() {
  return (
    <RiskPage
      title="Analytics"
      lead="What happened, over all cells, as the store of analytics has it. Each look is recorded. Amounts are in minor units of their currency."
    >
      {(brand) => <Reports brand={brand} />}
    </RiskPage>
  );
}
