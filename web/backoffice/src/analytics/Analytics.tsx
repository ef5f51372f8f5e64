/** The reports of analytics about a brand, over all cells: each as charts that say something, with the tables behind them. */
import Alert from '@mui/material/Alert';
import Stack from '@mui/material/Stack';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import Typography from '@mui/material/Typography';
import { useState } from 'react';

import { PictureCard } from './PictureCard.tsx';
import { picturesOf } from './pictures.ts';
import { ABOUT, REPORTS } from './reports.ts';
import { EmptyState } from '../look/EmptyState.tsx';
import { number } from '../money/amounts.ts';
import { RiskPage } from '../risk/RiskPage.tsx';
import { moment } from '../time/moments.ts';
import { useGraph } from '../graph/useGraph.ts';
import { Waiting } from '../components/Waiting.tsx';
import { ANALYTICS_REPORT } from '../graph/generated/operations.ts';

import type { AnalyticsReportName, Completeness } from '../graph/generated/operations.ts';

interface Shown {
  readonly brand: string;
  readonly name: AnalyticsReportName;
}

function ReportOf({ brand, name }: Shown) {
  const { data, problem } = useGraph(ANALYTICS_REPORT, { brand, report: name });
  if (problem !== '' || data === null) return <Waiting problem={problem} rows={6} />;
  const pictures = picturesOf(name, data.analyticsReport);
  return (
    <Stack spacing={2}>
      <Typography variant="body2" color="textSecondary" sx={{ maxWidth: '70ch' }}>
        {ABOUT[name].about}
      </Typography>
      {data.analyticsReport.completeness.map((cell) => (
        <ReadUntil key={cell.cell} cell={cell} brand={brand} />
      ))}
      {pictures.length === 0 && <EmptyState why="Nothing is counted yet." filledBy="The first whole day of bets fills this report." />}
      {pictures.map((picture) => (
        <PictureCard key={picture.name} picture={picture} />
      ))}
    </Stack>
  );
}

/** Up to when all facts are read; a year before the club's is that of a store which is being filled for the first time. */
function ReadUntil({ cell: { cell, until, waiting, says }, brand }: { readonly cell: Completeness; readonly brand: string }) {
  const where = cell === '*' ? '' : ` of ${cell}`;
  if (!says.startsWith('INCOMPLETE')) {
    return <Typography variant="body2" color="textSecondary">{`All facts${where} up to ${moment(until, brand)} are counted.`}</Typography>;
  }
  const read = new Date(until).getUTCFullYear() === 1970 ? `The facts${where} are being read for the first time` : `Only facts${where} up to ${moment(until, brand)} are counted`;
  return <Alert severity="warning">{`${read}${waiting > 0 ? `; ${number(waiting)} records wait` : ''}. The figures will grow.`}</Alert>;
}

function Reports({ brand }: { readonly brand: string }) {
  const [name, setName] = useState<AnalyticsReportName>('FUNNEL');
  return (
    <>
      <Tabs
        value={name}
        onChange={(_, chosen: AnalyticsReportName) => {
          setName(chosen);
        }}
        variant="scrollable"
        allowScrollButtonsMobile
        aria-label="Reports"
        sx={{ marginBottom: 2 }}
      >
        {REPORTS.map((report) => (
          <Tab key={report} value={report} label={ABOUT[report].label} />
        ))}
      </Tabs>
      <ReportOf key={`${brand} ${name}`} brand={brand} name={name} />
    </>
  );
}

export function Analytics() {
  return (
    <RiskPage title="Analytics" lead="What happened, over all cells, as the store of analytics has it. Views of customer data are logged.">
      {(brand) => <Reports brand={brand} />}
    </RiskPage>
  );
}
