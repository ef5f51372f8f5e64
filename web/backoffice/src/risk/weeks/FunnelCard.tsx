/** The funnel of the present week as a picture, with its figures below, and the list behind it. */
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { Link } from 'react-router-dom';

import { RowsLink } from '../figures/RowsLink.tsx';
import { number, share } from '../../money/amounts.ts';
import { useGraph } from '../../graph/useGraph.ts';
import { STEPS } from './Funnel.tsx';
import { RISK_WEEKS } from '../../graph/generated/operations.ts';
import { weekName } from '../../time/weeks.ts';
import { WORDS } from '../../words/index.ts';

import type { WeekFigures } from '../../graph/generated/operations.ts';

export function FunnelCard({ brand }: { readonly brand: string }) {
  const { data } = useGraph(RISK_WEEKS, { brand, first: 1 });
  const week = data?.riskWeeks.nodes[0];
  if (week === undefined) return null;
  return (
    <Card component="section" aria-label={WORDS.common.funnel}>
      <CardContent>
        <Stack direction="row" sx={{ justifyContent: 'space-between', alignItems: 'flex-start', gap: 2, marginBottom: 1 }}>
          <Typography variant="h6" component="h2">
            {finding(week)}
          </Typography>
          <Button component={Link} to="/risk-funnel" size="small" sx={{ flexShrink: 0 }}>
            {WORDS.common.allWeeks}
          </Button>
        </Stack>
        <Steps brand={brand} week={week} />
      </CardContent>
    </Card>
  );
}

function finding({ isoWeek, optedIn, qualified }: WeekFigures): string {
  return optedIn === 0 ? WORDS.risk.nobodyOptedInIn({ week: weekName(isoWeek) }) : WORDS.risk.thoseOptedReachedTarget({ qualified: share(qualified / optedIn), week: weekName(isoWeek) });
}

function Steps({ brand, week }: { readonly brand: string; readonly week: WeekFigures }) {
  const most = Math.max(1, ...STEPS.map((step) => step.of(week) ?? 0));
  return (
    <Box component="dl" sx={{ display: 'grid', gridTemplateColumns: 'max-content minmax(0, 1fr) max-content', columnGap: 2, rowGap: 1, alignItems: 'center', margin: 0 }}>
      {STEPS.map(({ head, figure, of }) => (
        <Box key={head} sx={{ display: 'contents' }}>
          <Typography component="dt">{head}</Typography>
          <Box component="dd" aria-hidden sx={{ margin: 0, height: 16, width: `${((of(week) ?? 0) / most) * 100}%`, minWidth: of(week) === null ? 0 : 2, backgroundColor: 'primary.main', borderRadius: '3px' }} />
          <Typography component="dd" sx={{ margin: 0, textAlign: 'right', fontVariantNumeric: 'tabular-nums' }}>
            {of(week) === null ? WORDS.common.notKnown : <RowsLink to={{ brand, isoWeek: week.isoWeek, figure }}>{number(of(week) ?? 0)}</RowsLink>}
          </Typography>
        </Box>
      ))}
    </Box>
  );
}
