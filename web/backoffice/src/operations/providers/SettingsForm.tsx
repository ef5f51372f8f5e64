/** The form of an adapter's settings, from the schema that the adapter declares; the server checks it as it is typed. */
import Checkbox from '@mui/material/Checkbox';
import FormControl from '@mui/material/FormControl';
import FormControlLabel from '@mui/material/FormControlLabel';
import FormHelperText from '@mui/material/FormHelperText';
import InputAdornment from '@mui/material/InputAdornment';
import TextField from '@mui/material/TextField';
import { useState } from 'react';

import { ProposeForm } from './ProposeForm.tsx';
import { helpOf, settingsOf, typedOf, type Typed } from './settings.ts';
import { run } from '../../graph/graph.ts';
import { useDelayed } from '../../graph/useDelayed.ts';
import { usePolled } from '../page/usePolled.ts';
import { SUBMIT_ADAPTER, TRY_ADAPTER } from '../../graph/generated/operations.ts';
import { WORDS } from '../../words/index.ts';

import type { AdapterSettingsInput, Setting } from '../../graph/generated/operations.ts';

interface Props {
  readonly adapter: string;
  /** The revision that the form was made from. */
  readonly seen: number;
  readonly settings: readonly Setting[];
  readonly onDone: () => void;
}

export function SettingsForm({ adapter, seen, settings, onDone }: Props) {
  const [form, setForm] = useState<Typed>(() => typedOf(settings));
  const values = settingsOf(settings, form);
  const typed = useDelayed(values === null ? '' : JSON.stringify({ input: { adapter, settings: values } }));
  const tried = usePolled(TRY_ADAPTER, typed === '' ? null : (JSON.parse(typed) as { readonly input: AdapterSettingsInput }), 600);
  const problems = (tried.data?.tryAdapter ?? []).map(({ path, message }) => ({ path: path.split('.')[0] ?? path, message }));

  async function propose(reason: string) {
    if (values === null) return;
    await run(SUBMIT_ADAPTER, { input: { revision: seen, configuration: { adapter, settings: values }, reason } });
  }

  return (
    <ProposeForm
      title={WORDS.providers.proposeSettingsOf({ adapter })}
      label={WORDS.providers.proposeForItsProcess}
      incomplete={values === null ? WORDS.providers.completeTheNumbers : ''}
      unchecked={tried.problem}
      problems={problems}
      own={settings.map(({ name }) => name)}
      propose={propose}
      onDone={onDone}
    >
      {settings.map((setting) => (
        <SettingInput
          key={setting.name}
          setting={setting}
          value={form[setting.name] ?? ''}
          problem={problems.find(({ path }) => path === setting.name)?.message ?? ''}
          onChange={(value) => setForm({ ...form, [setting.name]: value })}
        />
      ))}
    </ProposeForm>
  );
}

interface InputProps {
  readonly setting: Setting;
  readonly value: string | boolean;
  readonly problem: string;
  readonly onChange: (value: string | boolean) => void;
}

function SettingInput({ setting, value, problem, onChange }: InputProps) {
  const { label, unit, kind } = setting;
  const help = problem === '' ? helpOf(setting) : problem;
  if (typeof value === 'boolean') {
    return (
      <FormControl error={problem !== ''}>
        <FormControlLabel control={<Checkbox checked={value} onChange={(event) => onChange(event.target.checked)} />} label={label} />
        <FormHelperText>{help}</FormHelperText>
      </FormControl>
    );
  }
  const several = kind === 'texts' || kind === 'integers';
  return (
    <TextField
      label={label}
      value={value}
      error={problem !== ''}
      helperText={several && problem === '' ? WORDS.providers.separatedByCommas({ help }) : help}
      onChange={(event) => onChange(event.target.value)}
      slotProps={{ htmlInput: { spellCheck: false, autoComplete: 'off' }, input: unit === '' ? {} : { endAdornment: <InputAdornment position="end">{unit}</InputAdornment> } }}
    />
  );
}
