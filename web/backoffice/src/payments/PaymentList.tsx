/** A brand's payments, the newest first; one of them, or those of a customer, are found by the whole id. */
import InputAdornment from '@mui/material/InputAdornment';
import IconButton from '@mui/material/IconButton';
import Search from '@mui/icons-material/Search';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { DataTable, SelectInput, useListContext } from 'react-admin';

import { DIRECTIONS, STATES_TO_CHOOSE, paymentState } from './story.ts';
import { KeysetList } from '../components/KeysetList.tsx';
import { CustomerLink } from '../finance/CustomerLink.tsx';
import { NO_BRAND, useBrand } from '../frame/brand.tsx';
import { CurrencyInput } from '../frame/choices.tsx';
import { withChosen } from '../frame/chosen.ts';
import { fieldName, type FieldsOf } from '../graph/fields.ts';
import { useGraph } from '../graph/useGraph.ts';
import { ToneChip } from '../look/ToneChip.tsx';
import { money, word } from '../money/amounts.ts';
import { Page } from '../operations/page/Page.tsx';
import { MomentField } from '../time/MomentField.tsx';
import { PAYMENT_PROCESSORS } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { KeyboardEvent } from 'react';
import type { ListedPayment } from '../graph/generated/operations.ts';

const field: FieldsOf<ListedPayment> = fieldName;

interface Props {
  readonly source: string;
  readonly alwaysOn?: boolean;
}

type Filters = Readonly<Record<string, string | undefined>>;

/** Searches for a whole id once it is typed, not at each letter: each access is recorded. */
function IdInput({ source }: Props) {
  const list = useListContext();
  const filters = list.filterValues as Filters;
  const given = filters[source] ?? '';
  return <IdField given={given} onFind={(id) => list.setFilters({ ...filters, [source]: id })} />;
}

function IdField({ given, onFind }: { readonly given: string; readonly onFind: (id: string) => void }) {
  const [typed, setTyped] = useState(given);
  const [seen, setSeen] = useState(given);
  if (seen !== given) {
    setSeen(given);
    setTyped(given);
  }
  const find = () => onFind(typed.trim());

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    find();
  }

  const button = (
    <InputAdornment position="end">
      <IconButton aria-label={WORDS.common.find} size="small" onClick={find}>
        <Search fontSize="small" />
      </IconButton>
    </InputAdornment>
  );
  return (
    <TextField
      label={WORDS.payments.paymentOrCustomer}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={onKeyDown}
      onBlur={() => {
        if (typed.trim() !== given) find();
      }}
      helperText={WORDS.payments.theWholeId}
      size="small"
      slotProps={{ input: { endAdornment: button } }}
    />
  );
}

function ProcessorInput({ source }: Props) {
  const chosen = (useListContext().filterValues as Filters)[source];
  const processors = (useGraph(PAYMENT_PROCESSORS, {}).data?.paymentProcessors ?? []).map(({ id }) => ({ id, name: id }));
  return <SelectInput source={source} label={WORDS.common.processor} choices={[...withChosen(processors, chosen, String)]} emptyText={WORDS.payments.allProcessors} />;
}

const FILTERS = [
  <IdInput key="search" source="search" alwaysOn />,
  <SelectInput key="direction" source="direction" label={WORDS.common.kind} choices={DIRECTIONS} emptyText={WORDS.payments.both} alwaysOn />,
  <SelectInput key="state" source="state" label={WORDS.common.state} choices={STATES_TO_CHOOSE} emptyText={WORDS.common.allStates} alwaysOn />,
  <ProcessorInput key="processor" source="processor" alwaysOn />,
  <CurrencyInput key="currency" source="currency" alwaysOn />,
];

function AskedAt() {
  return <MomentField source={field('askedAt')} />;
}

export function PaymentList() {
  const { brand } = useBrand();
  return (
    <Page
      title={WORDS.frame.screens.payments}
      about={WORDS.payments.depositsWithdrawalsNewest}
      problem={brand === null ? NO_BRAND : ''}
      waiting={brand === null}
    >
      {brand !== null && (
        <KeysetList rows={WORDS.payments.payments} rowClick="show" key={brand} title=" " filter={{ brand }} filters={FILTERS}>
          <DataTable.Col source={field('askedAt')} label={WORDS.payments.asked} field={AskedAt} disableSort />
          <DataTable.Col label={WORDS.common.kind} disableSort render={({ direction }: ListedPayment) => word(direction.toLowerCase())} />
          <DataTable.Col label={WORDS.common.amount} align="right" disableSort render={({ amountMinor, currency }: ListedPayment) => money(amountMinor, currency)} />
          <DataTable.Col label={WORDS.common.state} disableSort render={({ state }: ListedPayment) => <ToneChip {...paymentState(state)} />} />
          <DataTable.Col label={WORDS.common.customer} disableSort render={({ customer }: ListedPayment) => <CustomerLink customer={customer} />} />
          <DataTable.Col label={WORDS.payments.way} disableSort render={({ methodId }: ListedPayment) => methodId.split(':')[0]} />
          <DataTable.Col label={WORDS.common.processor} disableSort render={({ processors }: ListedPayment) => processors.join(', ') || '–'} />
        </KeysetList>
      )}
    </Page>
  );
}
