/** The home of each person: what waits first, then the health, the figures and the charts that their roles are asked about. */
import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { usePermissions } from 'react-admin';

import { BetsCards } from './BetsCards.tsx';
import { FigureCard, PendingFigure, type Figure } from './FigureCard.tsx';
import { useContentFigures, useOperationsFigures, useOwnProposals, usePeopleFigures, useRiskFigures, useSupportFigures } from './figures.ts';
import { HEALTH_SECONDS, HealthCard } from './HealthCard.tsx';
import { WaitingCard } from './WaitingCard.tsx';
import { useBettingFigures } from '../betting/figures.ts';
import { LagCharts, waitingRecords } from '../charts/LagCharts.tsx';
import { LiabilityChart } from '../charts/LiabilityChart.tsx';
import { useFinanceFigures } from '../finance/figures.ts';
import { useBrand } from '../frame/brand.tsx';
import { forAllBrands } from '../session/permissions.ts';
import { HOME_LAG } from '../graph/generated/operations.ts';
import { Page } from '../operations/page/Page.tsx';
import { usePolled } from '../operations/page/usePolled.ts';
import { FunnelCard } from '../risk/weeks/FunnelCard.tsx';
import { CustomerFinder } from '../support/CustomerSearch.tsx';
import { WORDS } from '../words/index.ts';

const NOTHING: ReadonlySet<string> = new Set();
/** What concerns the whole installation, such as lag, is for those who may read the operations of all brands. */
const INSTALLATION = forAllBrands('operations.read');
const OF_ALL_MONEY = forAllBrands('finance.read');
const WAITING = ['approvals.read', INSTALLATION, 'operations.cases'];
/** Whoever may do one of these has proposals of their own. */
const PROPOSING = ['content.edit', 'rules.edit', 'support.adjust', 'risk.budget', 'operations.provider', 'finance.correct', 'betting.void'];

export function Home() {
  const { permissions: may = NOTHING } = usePermissions<ReadonlySet<string>>();
  const { brand } = useBrand();
  const reads = [
    useRiskFigures(may.has('risk.read') ? brand : null),
    useSupportFigures(may.has('support.goodwill') ? brand : null),
    useOperationsFigures(may.has('operations.read') ? brand : null),
    useContentFigures(may.has('content.edit') || may.has('content.approve') ? brand : null),
    useFinanceFigures(may.has('finance.read') ? brand : null, may.has(OF_ALL_MONEY)),
    useBettingFigures(may.has('betting.trade') ? brand : null),
    useOwnProposals(may.has('approvals.read') && PROPOSING.some((one) => may.has(one))),
    usePeopleFigures(may.has('people.read')),
  ];
  const ofInstallation = may.has(INSTALLATION) && brand !== null;
  const shared = usePolled(HOME_LAG, ofInstallation ? { brand } : null, HEALTH_SECONDS);
  const problem = reads.map((read) => read.problem).find((one) => one !== '') ?? '';
  return (
    <Page title={WORDS.common.home} problem={problem}>
      <Stack spacing={2}>
        {WAITING.some((one) => may.has(one)) && <WaitingCard may={may} brand={brand} />}
        {may.has('support.read') && !may.has('risk.read') && <FindCustomer />}
        {may.has('operations.read') && brand !== null && <HealthCard brand={brand} shared={ofInstallation ? shared : null} />}
        <Figures figures={reads.flatMap(({ figures }) => figures)} pending={reads.reduce((sum, { pending = 0 }) => sum + pending, 0)} />
        <Box sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 440px), 1fr))', gap: 2 }}>
          {may.has('risk.read') && brand !== null && (
            <>
              <LiabilityChart brand={brand} isHome />
              <FunnelCard brand={brand} />
              <BetsCards brand={brand} />
            </>
          )}
          {may.has(INSTALLATION) && <LagCharts brand={brand} isHome records={waitingRecords(shared.data?.consumerLag)} />}
        </Box>
      </Stack>
    </Page>
  );
}

function Figures({ figures, pending }: { readonly figures: readonly Figure[]; readonly pending: number }) {
  const count = figures.length + pending;
  if (count === 0) return null;
  const columns = count === 4 || count < 3 ? count : 3;
  return (
    <Box component="section" aria-label={WORDS.home.figures} sx={{ display: 'grid', gridTemplateColumns: { xs: 'repeat(auto-fit, minmax(200px, 1fr))', lg: `repeat(${columns}, minmax(0, 1fr))` }, gap: 2 }}>
      {figures.map((figure) => (
        <FigureCard key={figure.label} {...figure} />
      ))}
      {Array.from({ length: pending }, (_, place) => (
        <PendingFigure key={place} />
      ))}
    </Box>
  );
}

function FindCustomer() {
  return (
    <Card component="section" aria-label={WORDS.home.findACustomer}>
      <CardContent>
        <Typography variant="h6" component="h2">
          {WORDS.home.lookUpACustomer}
        </Typography>
        <Typography color="textSecondary" sx={{ marginBottom: 2 }}>
          {WORDS.home.searchByCustomerIdOrBet}
        </Typography>
        <CustomerFinder />
      </CardContent>
    </Card>
  );
}
