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
  return <IdField key={given} given={given} onFind={(id) => list.setFilters({ ...filters, [source]: id })} />;
}

function IdField({ given, onFind }: { readonly given: string; readonly onFind: (id: string) => void }) {
  const [typed, setTyped] = useState(given);
  const find = () => onFind(typed.trim());

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    find();
  }

  const button = (
    <InputAdornment position="end">
      <IconButton aria-label="Find" size="small" onClick={find}>
        <Search fontSize="small" />
      </IconButton>
    </InputAdornment>
  );
  return (
    <TextField
      label="Payment or customer"
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={onKeyDown}
      helperText="The whole id"
      size="small"
      slotProps={{ input: { endAdornment: button } }}
    />
  );
}

function ProcessorInput({ source }: Props) {
  const chosen = (useListContext().filterValues as Filters)[source];
  const processors = (useGraph(PAYMENT_PROCESSORS, {}).data?.paymentProcessors ?? []).map(({ id }) => ({ id, name: id }));
  return <SelectInput source={source} label="Processor" choices={[...withChosen(processors, chosen, String)]} emptyText="All processors" />;
}

const FILTERS = [
  <IdInput key="search" source="search" alwaysOn />,
  <SelectInput key="direction" source="direction" label="Kind" choices={DIRECTIONS} emptyText="Both" alwaysOn />,
  <SelectInput key="state" source="state" label="State" choices={STATES_TO_CHOOSE} emptyText="All states" alwaysOn />,
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
      title="Payments"
      about="Deposits and withdrawals, the newest first. Open one to see what happened to it, and why. Views of customer data are logged."
      problem={brand === null ? NO_BRAND : ''}
      waiting={brand === null}
    >
      {brand !== null && (
        <KeysetList rows="payments" rowClick="show" key={brand} title=" " filter={{ brand }} filters={FILTERS}>
          <DataTable.Col source={field('askedAt')} label="Asked" field={AskedAt} disableSort />
          <DataTable.Col label="Kind" disableSort render={({ direction }: ListedPayment) => word(direction.toLowerCase())} />
          <DataTable.Col label="Amount" align="right" disableSort render={({ amountMinor, currency }: ListedPayment) => money(amountMinor, currency)} />
          <DataTable.Col label="State" disableSort render={({ state }: ListedPayment) => <ToneChip {...paymentState(state)} />} />
          <DataTable.Col label="Customer" disableSort render={({ customer }: ListedPayment) => <CustomerLink customer={customer} />} />
          <DataTable.Col label="Way" disableSort render={({ methodId }: ListedPayment) => methodId.split(':')[0]} />
          <DataTable.Col label="Processor" disableSort render={({ processors }: ListedPayment) => processors.join(', ') || '–'} />
        </KeysetList>
      )}
    </Page>
  );
}
