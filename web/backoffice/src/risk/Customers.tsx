/** The customers behind a figure, by key. Each access is recorded. */
import { DataTable, FunctionField, SelectInput, TextInput } from 'react-admin';

import { MomentField } from '../time/MomentField.tsx';

import { FigureRows } from './FigureRows.tsx';
import { money, word } from '../money/amounts.ts';

import type { RaRecord } from 'react-admin';

const FIGURES = [
  ...['SEEN', 'OPTED_IN', 'QUALIFIED', 'CHOSE', 'CREDITED', 'TURNOVER', 'MEMBER_TURNOVER'],
  ...['EXPECTED', 'OWED', 'OUTSTANDING', 'USED', 'EXPIRED', 'STOPPED'],
].map((id) => ({ id, name: word(id.toLowerCase()) }));
const FILTERS = [
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

function At() {
  return <MomentField source="at" />;
}

function Value() {
  return <FunctionField render={(record: RaRecord) => amount(record, 'valueMinor')} />;
}

function Turnover() {
  return <FunctionField render={(record: RaRecord) => amount(record, 'turnoverMinor')} />;
}

export function Customers() {
  return (
    <FigureRows resource="riskCustomers" table="customers" title="Customers of a figure" rows="customers behind a figure" filters={FILTERS}>
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
    </FigureRows>
  );
}
