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
import { WORDS } from '../../words/index.ts';

import type { Configuration, ProviderConfigurationInput } from '../../graph/generated/operations.ts';

type Key = keyof Configuration;
type Form = Record<Key, string | boolean>;

const LISTS: readonly Key[] = ['kinds', 'brands', 'currencies'];
const TEXTS: readonly Key[] = ['adapter', 'url', 'secret', 'learns'];
const FIELDS: readonly (readonly [Key, string, string])[] = [
  ['url', WORDS.common.address, WORDS.providers.withoutUserPasswordAndQuery],
  ['secret', WORDS.providers.nameOfTheSecret, WORDS.providers.neverTheSecret],
  ['kinds', WORDS.providers.kindsOfReward, WORDS.providers.suchAsFreeBetBetBoost],
  ['brands', WORDS.common.brands, WORDS.providers.emptyForAll],
  ['currencies', WORDS.providers.currencies, WORDS.providers.emptyForAll],
  ['position', WORDS.providers.position, WORDS.providers.theLowestIsAskedFirst],
  ['limitMinor', WORDS.common.limit, WORDS.providers.rewardWorthMoreWaitsPerson],
  ['inFlight', WORDS.providers.maxConcurrentCalls, ''],
  ['timeoutSeconds', WORDS.providers.timeoutS, ''],
  ['attempts', WORDS.providers.attempts, WORDS.providers.alwaysUnderTheSameKey],
  ['pauseSeconds', WORDS.providers.initialRetryDelayS, ''],
  ['breakerFailures', WORDS.providers.failuresBeforeCircuitOpens, ''],
  ['breakerRestSeconds', WORDS.providers.circuitStaysOpenS, ''],
  ['keyHours', WORDS.providers.idempotencyKeysKeptH, WORDS.providers.laterNothingIsSentUnderIt],
  ['pollMinutes', WORDS.providers.pollingIntervalMin, ''],
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
      title={WORDS.providers.proposeAConfigurationOf({ name })}
      label={WORDS.providers.proposeForAllNodes}
      incomplete={input === null ? WORDS.providers.completeTheNumbersAndTheName : ''}
      unchecked={tried.problem}
      problems={problems}
      propose={propose}
      onDone={onDone}
    >
      {seen === 0 && <TextField label={WORDS.common.name} value={name} onChange={(event) => setName(event.target.value)} helperText={WORDS.providers.storedWithEveryCreditForEver} />}
      <Choice label={WORDS.providers.adapter} value={String(form.adapter)} of={adapters.data?.providerAdapters ?? [String(form.adapter)]} disabled={seen > 0} onChange={(adapter) => setForm({ ...form, adapter })} />
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
      <Choice label={WORDS.providers.usageReportedBy} value={String(form.learns)} of={['poll', 'callback']} onChange={(learns) => setForm({ ...form, learns })} />
      <FormControlLabel
        control={<Checkbox checked={form.enabled === true} onChange={(event) => setForm({ ...form, enabled: event.target.checked })} />}
        label={WORDS.providers.enabledRewardsAreSentToIt}
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
