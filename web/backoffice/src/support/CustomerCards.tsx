/** What support asks first about a customer, each in a card: this week, past weeks, the account, and holds and proposals. */
import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import LinearProgress from '@mui/material/LinearProgress';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';

import { accountFacts, countInWords, rewardInWords } from './customer.ts';
import { Facts } from '../look/Facts.tsx';
import { weekCell } from '../time/weeks.ts';
import { WORDS } from '../words/index.ts';

import type { Customer, ShownWeek } from '../graph/generated/operations.ts';
import type { ReactNode } from 'react';

interface Props {
  readonly customer: Customer;
  /** The holds on the customer, and the proposals about them. */
  readonly children: ReactNode;
}

export function CustomerCards({ customer, children }: Props) {
  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 380px), 1fr))', gap: 2, alignItems: 'stretch' }}>
      <ThisWeek brand={customer.brand} week={customer.week} />
      <PastWeeks brand={customer.brand} weeks={customer.pastWeeks} />
      <Titled title={WORDS.common.account}>
        <Facts rows={accountFacts(customer)} />
      </Titled>
      <Titled title={WORDS.support.holdsAndProposals}>{children}</Titled>
    </Box>
  );
}

function Titled({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Card component="section" aria-label={title}>
      <CardContent>
        <Typography variant="subtitle1" component="h2" sx={{ marginBottom: 1 }}>
          {title}
        </Typography>
        {children}
      </CardContent>
    </Card>
  );
}

function ThisWeek({ brand, week }: { readonly brand: string; readonly week: ShownWeek }) {
  const { targetMinor, totalMinor } = week;
  const percent = targetMinor === null || targetMinor === 0 ? null : Math.min(100, Math.max(0, (100 * totalMinor) / targetMinor));
  return (
    <Titled title={weekCell(week.isoWeek)}>
      <Stack spacing={1}>
        <Typography sx={{ fontSize: '1.25rem', lineHeight: '28px', fontWeight: 600 }}>{week.shown}</Typography>
        {percent !== null && <LinearProgress variant="determinate" role="meter" value={percent} aria-label={WORDS.support.progressTowardsTheTarget} />}
        <Facts
          rows={[
            [WORDS.common.bets, countInWords(week.countedBets)],
            [WORDS.common.reward, rewardInWords(brand, week)],
          ]}
        />
      </Stack>
    </Titled>
  );
}

function PastWeeks({ brand, weeks }: { readonly brand: string; readonly weeks: readonly ShownWeek[] }) {
  return (
    <Titled title={WORDS.support.pastWeeks}>
      <Facts rows={weeks.map((week) => [weekCell(week.isoWeek), week.countedBets === 0 && week.totalMinor === 0 ? WORDS.support.noBetsCounted : `${week.shown} · ${rewardInWords(brand, week)}`])} />
    </Titled>
  );
}
