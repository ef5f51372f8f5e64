/** The form of a configuration: checked by the server as it is typed, and proposed for another person's approval. */
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useState } from 'react';

import { formatTyped } from '@furlong/club/src/locale/amounts.ts';
import { LIMIT_CURRENCY, limitInWords, names } from './provider.ts';
import { LOCALE, isCurrency, typedAmount } from '../../money/amounts.ts';
import { MoneyInput } from '../../money/MoneyInput.tsx';
import { ProposeForm } from './ProposeForm.tsx';
import { run } from '../../graph/graph.ts';
import { useGraph } from '../../graph/useGraph.ts';
import { useDelayed } from '../../graph/useDelayed.ts';
import { usePolled } from '../page/usePolled.ts';
import { PROVIDER_ADAPTERS, SUBMIT_PROVIDER, TRY_PROVIDER } from '../../graph/generated/operations.ts';

import type { Configuration, ProviderConfigurationInput } from '../../graph/generated/operations.ts';

type Key = keyof Configuration;
type Form = Record<Key, string | boolean>;

const LISTS: readonly Key[] = ['kinds', 'brands', 'currencies'];
const TEXTS: readonly Key[] = ['adapter', 'url', 'secret', 'learns'];
const FIELDS: readonly (readonly [Key, string, string])[] = [
  ['url', 'Address', 'Without user, password and query'],
  ['secret', 'Name of the secret', 'Never the secret: nodes have its value'],
  ['kinds', 'Kinds of reward', 'Such as free_bet, bet_boost'],
  ['brands', 'Brands', 'Empty for all'],
  ['currencies', 'Currencies', 'Empty for all'],
  ['position', 'Position', 'The lowest is asked first'],
  ['limitMinor', 'Limit', 'A reward worth more waits for a person'],
  ['inFlight', 'Max concurrent calls', ''],
  ['timeoutSeconds', 'Timeout (s)', ''],
  ['attempts', 'Attempts', 'Always under the same key'],
  ['pauseSeconds', 'Initial retry delay (s)', ''],
  ['breakerFailures', 'Failures before circuit opens', ''],
  ['breakerRestSeconds', 'Circuit stays open (s)', ''],
  ['keyHours', 'Idempotency keys kept (h)', 'Later, nothing is sent under it'],
  ['pollMinutes', 'Polling interval (min)', ''],
];

interface Props {
  readonly provider: string;
  /** The revision that the form was made from; 0 for a new provider. */
  readonly seen: number;
  readonly from: Configuration;
  readonly onDone: () => void;
}

function formOf(from: Configuration): Form {
  const limit = formatTyped(from.limitMinor, limitCurrency(from.currencies), LOCALE);
  const entries = Object.entries({ ...from, limitMinor: limit }).map(([key, value]) => [key, Array.isArray(value) ? value.join(', ') : typeof value === 'boolean' ? value : String(value)]);
  return Object.fromEntries(entries) as Form;
}

/** The currency in which the limit is typed: the first one of the list. */
function limitCurrency(currencies: readonly string[]): string {
  const [first = LIMIT_CURRENCY] = currencies;
  return isCurrency(first) ? first : LIMIT_CURRENCY;
}

/** The input of the graph; null while a number or the limit is none. */
function inputOf(name: string, form: Form): ProviderConfigurationInput | null {
  const entries = Object.entries(form).map(([key, value]) => {
    if (typeof value === 'boolean' || TEXTS.includes(key as Key)) return [key, value];
    if (key === 'limitMinor') return [key, typedAmount(value, limitCurrency(names(String(form.currencies))), true).minor ?? Number.NaN];
    return [key, LISTS.includes(key as Key) ? names(value) : value.trim() === '' ? Number.NaN : Number(value)];
  });
  const bad = entries.some(([, value]) => typeof value === 'number' && !Number.isFinite(value));
  return bad || name === '' ? null : { name, ...(Object.fromEntries(entries) as Omit<ProviderConfigurationInput, 'name'>) };
}

export function ConfigurationForm({ provider, seen, from, onDone }: Props) {
  const [name, setName] = useState(provider);
  const [form, setForm] = useState<Form>(() => formOf(from));
  const input = inputOf(name.trim(), form);
  const adapters = useGraph(PROVIDER_ADAPTERS, {});
  const currencies = names(String(form.currencies));
  const typed = useDelayed(input === null ? '' : JSON.stringify({ input }));
  const tried = usePolled(TRY_PROVIDER, typed === '' ? null : (JSON.parse(typed) as { readonly input: ProviderConfigurationInput }), 600);
  const problems = tried.data?.tryProvider ?? [];

  async function propose(reason: string) {
    if (input === null) return;
    await run(SUBMIT_PROVIDER, { input: { revision: seen, configuration: input, reason } });
  }

  return (
    <ProposeForm
      title={`Propose a configuration of ${name}`}
      label="Propose for all nodes"
      incomplete={input === null ? 'Complete the numbers and the name.' : ''}
      unchecked={tried.problem}
      problems={problems}
      propose={propose}
      onDone={onDone}
    >
      {seen === 0 && <TextField label="Name" value={name} onChange={(event) => setName(event.target.value)} helperText="Stored with every credit, for ever" />}
      <Choice label="Adapter" value={String(form.adapter)} of={adapters.data?.providerAdapters ?? [String(form.adapter)]} disabled={seen > 0} onChange={(adapter) => setForm({ ...form, adapter })} />
      {FIELDS.map(([key, label, help]) =>
        key === 'limitMinor' ? (
          <MoneyInput
            key={key}
            label={label}
            value={String(form.limitMinor)}
            currency={limitCurrency(currencies)}
            help={currencies.length > 1 ? `${help}: ${limitInWords(input?.limitMinor ?? 0, currencies)}` : help}
            onChange={(amount) => setForm({ ...form, limitMinor: amount })}
            zero
            margin="none"
          />
        ) : (
          <TextField
            key={key}
            label={label}
            value={form[key]}
            helperText={help}
            onChange={(event) => setForm({ ...form, [key]: event.target.value })}
            slotProps={{ htmlInput: { spellCheck: false, autoComplete: 'off' } }}
          />
        ),
      )}
      <Choice label="Usage reported by" value={String(form.learns)} of={['poll', 'callback']} onChange={(learns) => setForm({ ...form, learns })} />
      <FormControlLabel
        control={<Checkbox checked={form.enabled === true} onChange={(event) => setForm({ ...form, enabled: event.target.checked })} />}
        label="Enabled: rewards are sent to it"
      />
    </ProposeForm>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly of: readonly string[];
  readonly disabled?: boolean;
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, of, disabled = false, onChange }: ChoiceProps) {
  return (
    <TextField select label={label} value={value} disabled={disabled} onChange={(event) => onChange(event.target.value)}>
      {of.map((each) => (
        <MenuItem key={each} value={each}>
          {each}
        </MenuItem>
      ))}
    </TextField>
  );
}
