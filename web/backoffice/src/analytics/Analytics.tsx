/** The reports of analytics about a brand, over all cells: each as charts that say something, with the tables behind them. */
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { Link } from 'react-router-dom';

import { FilterBar } from './FilterBar.tsx';
import { Filling } from './Filling.tsx';
import { ALL, filtered, optionsOf } from './filters.ts';
import { PictureCard } from './PictureCard.tsx';
import { ReadUntil } from './ReadUntil.tsx';
import { picturesOf } from './pictures.ts';
import { ABOUT, REPORTS } from './reports.ts';
import { EmptyState } from '../look/EmptyState.tsx';
import { useMay } from '../operations/page/may.ts';
import { RiskPage } from '../risk/RiskPage.tsx';
import { forAllBrands } from '../session/permissions.ts';
import { useGraph } from '../graph/useGraph.ts';
import { Waiting } from '../components/Waiting.tsx';
import { ANALYTICS_REPORT } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { AnalyticsReport, AnalyticsReportName } from '../graph/generated/operations.ts';

interface Shown {
  readonly brand: string;
  readonly name: AnalyticsReportName;
}

/** A store that has just begun is asked less often, and not for ever: each look at it is recorded, and some reports stay empty. */
const SECONDS_UNTIL_COUNTED = 15;
const MAX_READS = 20;

function isPending({ analyticsReport: { filling, rows } }: AnalyticsReport, reads: number): boolean | number {
  return filling !== null || (rows.length === 0 && reads < MAX_READS && SECONDS_UNTIL_COUNTED);
}

function ReportOf({ brand, name }: Shown) {
  const [chosen, setChosen] = useState(ALL);
  const { data, problem } = useGraph(ANALYTICS_REPORT, { brand, report: name }, { isPending });
  if (problem !== '' || data === null) return <Waiting problem={problem} rows={6} />;
  const { filling } = data.analyticsReport;
  if (filling !== null) return <Filling says={filling} />;
  const pictures = picturesOf(name, filtered(data.analyticsReport, chosen));
  return (
    <Stack spacing={2}>
      <Typography variant="body2" color="textSecondary" sx={{ maxWidth: '70ch' }}>
        {ABOUT[name].about}
      </Typography>
      {data.analyticsReport.completeness.map((cell) => (
        <ReadUntil key={cell.cell} cell={cell} brand={brand} />
      ))}
      <FilterBar options={optionsOf(data.analyticsReport)} chosen={chosen} onChoose={setChosen} />
      {pictures.length === 0 && <EmptyState why={WORDS.analytics.nothingIsCountedYet} filledBy={WORDS.analytics.firstBetsCountsAppearHere} />}
      {pictures.map((picture) => (
        <PictureCard key={picture.name} picture={picture} note={ABOUT[name].shows} />
      ))}
    </Stack>
  );
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
        aria-label={WORDS.analytics.reports}
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

function AskButton() {
  const mayAsk = useMay(forAllBrands('risk.ask'));
  if (!mayAsk) return null;
  return (
    <Button component={Link} to="/questions" variant="outlined" size="small">
      {WORDS.analytics.askInSql}
    </Button>
  );
}

export function Analytics() {
  return (
    <RiskPage title={WORDS.frame.screens.analytics} lead={WORDS.analytics.whatHappenedOverAllCells} actions={<AskButton />}>
      {(brand) => <Reports brand={brand} />}
    </RiskPage>
  );
}
