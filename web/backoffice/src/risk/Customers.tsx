/** The customers behind a figure, by key. Each access is recorded. */
import { DataTable, DateField, FunctionField, List, SelectInput, TextInput, TopToolbar, useListContext } from 'react-admin';

import { CsvButton } from './figures/FigureTable.tsx';
import { KeysetPagination } from '../components/KeysetPagination.tsx';
import { money, word } from './figures/amounts.ts';

import type { RaRecord } from 'react-admin';

const FIGURES = [
  ...['SEEN', 'OPTED_IN', 'QUALIFIED', 'CHOSE', 'CREDITED', 'TURNOVER', 'MEMBER_TURNOVER'],
  ...['EXPECTED', 'OWED', 'OUTSTANDING', 'USED', 'EXPIRED', 'STOPPED'],
].map((id) => ({ id, name: word(id.toLowerCase()) }));
const FILTERS = [
  <TextInput key="brand" source="brand" alwaysOn />,
  <TextInput key="isoWeek" source="isoWeek" label="Week" alwaysOn />,
  <SelectInput key="figure" source="figure" choices={FIGURES} alwaysOn />,
  <TextInput key="reward" source="reward" />,
  <TextInput key="currency" source="currency" />,
  <TextInput key="source" source="source" label="Chosen" />,
];

/** Return an amount of a record in its currency; a dash if the figure does not know it. */
function amount(record: RaRecord, name: string): string {
  const minor: unknown = record[name];
  const currency: unknown = record['currency'];
  return typeof minor === 'number' && typeof currency === 'string' ? money(minor, currency) : '–';
}

function Actions() {
  const filter = useListContext().filterValues as Record<string, unknown>;
  const entries = Object.entries(filter).filter(([, value]) => value !== null && value !== undefined);
  return (
    <TopToolbar>
      <CsvButton table="customers" parameters={Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))} />
    </TopToolbar>
  );
}

function At() {
  return <DateField source="at" showTime />;
}

function Value() {
  return <FunctionField render={(record: RaRecord) => amount(record, 'valueMinor')} />;
}

function Turnover() {
  return <FunctionField render={(record: RaRecord) => amount(record, 'turnoverMinor')} />;
}

export function Customers() {
  return (
    <List
      resource="riskCustomers"
      title="Customers of a figure"
      filters={FILTERS}
      actions={<Actions />}
      pagination={<KeysetPagination />}
      perPage={25}
      exporter={false}
      storeKey={false}
      empty={false}
    >
      <DataTable bulkActionButtons={false} rowClick={false}>
        <DataTable.Col source="customer" disableSort />
        <DataTable.Col source="at" field={At} disableSort />
        <DataTable.Col source="stage" disableSort />
        <DataTable.Col source="reward" disableSort />
        <DataTable.Col source="version" disableSort />
        <DataTable.Col source="kind" disableSort />
        <DataTable.Col label="Value" field={Value} disableSort />
        <DataTable.Col source="spins" disableSort />
        <DataTable.Col label="Turnover" field={Turnover} disableSort />
        <DataTable.Col source="countedBets" label="Bets" disableSort />
      </DataTable>
    </List>
  );
}
