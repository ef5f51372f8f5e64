/** A new version of a scheme, checked as it is typed, tried over a past week, and proposed. */
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import Stack from '@mui/material/Stack';
import { useState } from 'react';
import { Title } from 'react-admin';

import { DryRunPanel } from './DryRunPanel.tsx';
import { ProposeButton } from './ProposeButton.tsx';
import { NO_BRAND, asSchemeInput, asSentence, formAfter } from './scheme.ts';
import { SchemeFields } from './SchemeFields.tsx';
import { ALL_COUNT, scopeInWords } from './scope.ts';
import { AsksToLeave } from '../components/AsksToLeave.tsx';
import { Waiting } from '../components/Waiting.tsx';
import { useBrand } from '../frame/brand.tsx';
import { useReadBrands } from '../content/useBrands.ts';
import { useDelayed } from '../graph/useDelayed.ts';
import { useGraph } from '../graph/useGraph.ts';
import { weeksFrom } from '../time/moments.ts';
import { weekName } from '../time/weeks.ts';
import { CHECK_SCHEME, SCHEME_VERSIONS } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { ContentBrand, SchemeCheck, SchemeVersion } from '../graph/generated/operations.ts';

/** How many weeks are offered to begin in: half a year of them. */
const WEEKS_AHEAD = 26;

export function NewVersionPage() {
  const { brand: chosen } = useBrand();
  const { brands, isRead, problem } = useReadBrands();
  const brand = brands.find(({ id }) => id === chosen);
  const none = isRead && brand === undefined ? NO_BRAND : problem;
  return (
    <Card sx={{ marginTop: 1 }}>
      <Title title={WORDS.rules.aNewVersionOfAScheme} />
      <CardContent>{brand === undefined ? <Waiting problem={none} /> : <Begun key={brand.id} brand={brand} />}</CardContent>
    </Card>
  );
}

function Begun({ brand }: { readonly brand: ContentBrand }) {
  const versions = useGraph(SCHEME_VERSIONS, { brand: brand.id });
  const first = useGraph(CHECK_SCHEME, { brand: brand.id, scheme: {} });
  if (versions.data === null || first.data === null) return <Waiting problem={versions.problem || first.problem} />;
  return <NewVersion brand={brand} versions={versions.data.schemeVersions} startsAt={first.data.checkScheme.firstWeekStartsAt} />;
}

interface Props {
  readonly brand: ContentBrand;
  readonly versions: readonly SchemeVersion[];
  /** When the first week begins that can change. */
  readonly startsAt: string;
}

function NewVersion({ brand, versions, startsAt }: Props) {
  const [first] = useState(() => formAfter(versions, brand.jurisdictions[0] ?? '', brand.currencies[0] ?? '', startsAt));
  const [form, setForm] = useState(first);
  const settled = useDelayed(form);
  const input = asSchemeInput(settled);
  const { data, problem } = useGraph(CHECK_SCHEME, { brand: brand.id, scheme: input });
  const check = data?.checkScheme ?? null;
  const isChecked = settled === form && check !== null;
  const consequence = form.counts === 'all' ? ALL_COUNT : scopeInWords(form.items, form.legs, brand.id);
  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: { xs: '1fr', lg: 'minmax(0, 3fr) minmax(0, 2fr)' }, gap: 3 }}>
      <AsksToLeave hasChanges={form !== first} />
      <Stack spacing={2} component="section" aria-label={WORDS.rules.rules}>
        <SchemeFields
          brand={brand}
          form={form}
          weeks={weeksFrom(startsAt, brand.id, WEEKS_AHEAD)}
          problems={check?.problems ?? []}
          onChange={setForm}
          onTerritory={(jurisdiction, currency) => setForm(formAfter(versions, jurisdiction, currency, startsAt))}
        />
        {problem !== '' && <Alert severity="error">{problem}</Alert>}
        <Verdict check={isChecked ? check : null} />
        <ProposeButton brand={brand.id} scheme={input} consequence={consequence} disabled={!isChecked || !check.lawful} />
      </Stack>
      <DryRunPanel brand={brand.id} currency={form.currency} scheme={input} disabled={!isChecked || !check.complete} />
    </Box>
  );
}

/** What the server says about the whole form; what it says about a field stands at the field. */
function Verdict({ check }: { readonly check: SchemeCheck | null }) {
  if (check === null) return <Alert severity="info">{WORDS.rules.itIsBeingChecked}</Alert>;
  const whole = check.problems.filter(({ path }) => path === '');
  const errors = check.problems.filter(({ severity }) => severity === 'ERROR').length;
  return (
    <>
      {whole.map(({ rule, message, severity }) => (
        <Alert key={rule + message} severity={severity === 'ERROR' ? 'error' : 'warning'}>
          {asSentence(message)}
        </Alert>
      ))}
      {errors === 0 ? (
        <Alert severity="success">{WORDS.rules.itMayBeProposed({ week: weekName(check.firstWeek) })}</Alert>
      ) : (
        <Alert severity="error">{WORDS.rules.thingsHaveToBeCorrected({ errors })}</Alert>
      )}
    </>
  );
}
