/** A brand: its facts, its theme with the contrast of each pair of colours, and its revisions. */
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useNotify } from 'react-admin';
import { useParams } from 'react-router-dom';

import { formOf, inputOf, ownColours } from './brand.ts';
import { Contrasts } from './Contrasts.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';
import { Page } from '../page/Page.tsx';
import { Refusal } from '../../session/session.ts';
import { Revisions } from './Revisions.tsx';
import { ThemeTokens } from './ThemeTokens.tsx';
import { run } from '../../graph/graph.ts';
import { useMay } from '../page/may.ts';
import { usePolled } from '../page/usePolled.ts';
import { CHANGE_BRAND, READ_BRAND, TRY_THEME } from '../../graph/generated/operations.ts';
import { WORDS } from '../../words/index.ts';

import type { BrandForm } from './brand.ts';
import type { OperatedBrand } from '../../graph/generated/operations.ts';

const COLOUR = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/iu;

export function BrandShow() {
  const { id = '' } = useParams();
  const { data, problem, refresh } = usePolled(READ_BRAND, { id }, 3);
  const brand = data?.operatedBrand;
  return (
    <Page title={brand === undefined ? id : brand.name} problem={problem} waiting={brand === undefined}>
      {brand !== undefined && <Editor key={brand.id} brand={brand} onChanged={refresh} />}
    </Page>
  );
}

function Editor({ brand, onChanged }: { readonly brand: OperatedBrand; readonly onChanged: () => void }) {
  const may = useMay('operations.brand');
  const notify = useNotify();
  const [form, setForm] = useState<BrandForm>(() => formOf(brand));
  /** The revision that the form was made from: what the server compares. */
  const [seen, setSeen] = useState(brand.revision);
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const theme = ownColours(form.theme);
  const complete = theme.every(({ light, dark }) => COLOUR.test(light) && COLOUR.test(dark));
  const tried = usePolled(TRY_THEME, complete ? { input: { brand: brand.id, theme } } : null, 600);
  const contrasts = tried.data?.tryTheme ?? brand.contrasts;

  function restart(from: OperatedBrand) {
    setForm(formOf(from));
    setSeen(from.revision);
  }

  async function save() {
    try {
      const { changeBrand } = await run(CHANGE_BRAND, { input: inputOf(brand.id, seen, form, reason) });
      restart(changeBrand);
      setAsking(false);
      setReason('');
      notify(WORDS.brands.revisionTakesEffectEach({ revision: changeBrand.revision }), { type: 'success' });
    } catch (error) {
      if (error instanceof Refusal && error.code === 'STALE') onChanged();
      throw error;
    }
    onChanged();
  }

  return (
    <Stack spacing={3}>
      {brand.revision !== seen && (
        <Alert
          severity="warning"
          role="status"
          action={
            <Button color="inherit" onClick={() => restart(brand)}>
              {WORDS.brands.takeRevision({ revision: brand.revision })}
            </Button>
          }
        >
          {WORDS.brands.somebodyElseMadeRevision({ revision: brand.revision, seen })}
        </Alert>
      )}
      {brand.missing.length > 0 && <Alert severity="info">{WORDS.brands.notAppliedYetBy({ missing: brand.missing.join(', ') })}</Alert>}
      <Stack direction={{ xs: 'column', md: 'row' }} spacing={2}>
        <TextField label={WORDS.common.name} value={form.name} disabled={!may} onChange={(event) => setForm({ ...form, name: event.target.value })} fullWidth />
        <TextField
          label={WORDS.common.languages}
          value={form.locales}
          disabled={!may}
          onChange={(event) => setForm({ ...form, locales: event.target.value })}
          helperText={WORDS.brands.suchAsEnGbDeAt}
          fullWidth
        />
        <TextField
          label={WORDS.brands.defaultLanguage}
          value={form.defaultLocale}
          disabled={!may}
          onChange={(event) => setForm({ ...form, defaultLocale: event.target.value })}
          fullWidth
        />
      </Stack>
      <Typography>
        {WORDS.brands.timeZoneNeverChanges({ timeZone: brand.timeZone, jurisdictions: brand.jurisdictions.join(', '), currencies: brand.currencies.join(', ') })}
      </Typography>
      <ThemeTokens theme={form.theme} disabled={!may} onChange={(next) => setForm({ ...form, theme: next })} />
      {tried.problem !== '' && <Alert severity="error">{tried.problem}</Alert>}
      <Contrasts contrasts={contrasts} />
      {may && (
        <Stack direction="row" spacing={2}>
          <Button variant="contained" onClick={() => setAsking(true)}>
            {WORDS.brands.saveForAllNodes}
          </Button>
          <Button onClick={() => restart(brand)}>{WORDS.brands.startAgain}</Button>
        </Stack>
      )}
      <Revisions brand={brand.id} onTake={may ? (revision) => setForm(formOf(revision)) : null} present={brand.revision} />
      <FormDialog title={WORDS.brands.changeOnAllNodes({ id: brand.id })} open={asking} label={WORDS.common.save} onClose={() => setAsking(false)} onSubmit={save}>
        <TextField
          label={WORDS.common.reason}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          helperText={WORDS.common.nodesAndTheAuditLogShowIt}
          margin="normal"
          required
          fullWidth
          multiline
        />
      </FormDialog>
    </Stack>
  );
}
