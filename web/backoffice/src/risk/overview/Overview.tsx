/** Risk at a glance: what is owed, what the week may cost, and how far budgets are used. */
import Stack from '@mui/material/Stack';

import { LiabilityChart } from '../../charts/LiabilityChart.tsx';
import { BudgetsSection } from './BudgetsSection.tsx';
import { ForecastSection } from './ForecastSection.tsx';
import { GoodwillSection } from './GoodwillSection.tsx';
import { LiabilitySection } from './LiabilitySection.tsx';
import { RiskPage } from '../RiskPage.tsx';
import { WORDS } from '../../words/index.ts';

export function Overview() {
  return (
    <RiskPage
      title={WORDS.frame.screens['risk-overview']}
      lead={WORDS.risk.whatWouldOwedIfWeekClosed}
    >
      {(brand) => (
        <>
          <Stack spacing={2} sx={{ marginBottom: 2 }}>
            <LiabilityChart brand={brand} />
          </Stack>
          <LiabilitySection brand={brand} />
          <ForecastSection brand={brand} />
          <BudgetsSection brand={brand} />
          <GoodwillSection brand={brand} />
        </>
      )}
    </RiskPage>
  );
}
