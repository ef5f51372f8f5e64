/** Risk at a glance: what is owed, what the week may cost, and how far budgets are used. */
import Stack from '@mui/material/Stack';

import { LiabilityChart } from '../../charts/LiabilityChart.tsx';
import { BudgetsSection } from './BudgetsSection.tsx';
import { ForecastSection } from './ForecastSection.tsx';
import { GoodwillSection } from './GoodwillSection.tsx';
import { LiabilitySection } from './LiabilitySection.tsx';
import { RiskPage } from '../RiskPage.tsx';

export function Overview() {
  return (
    <RiskPage
      title="Risk overview"
      lead="What would be owed if the week closed now, with the default reward for customers who have chosen nothing; what the week may earn by its end; the budgets, and goodwill."
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
