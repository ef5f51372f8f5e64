/** The goodwill credits behind the costs of goodwill. Each access is recorded. */
import { DataTable, FunctionField, TextInput } from 'react-admin';

import { MomentField } from '../time/MomentField.tsx';

import { FigureRows } from './FigureRows.tsx';
import { money } from '../money/amounts.ts';
import { fieldName, type FieldsOf } from '../graph/fields.ts';
import { weekCell } from '../time/weeks.ts';

import type { GoodwillCredit } from '../graph/generated/operations.ts';

const field: FieldsOf<GoodwillCredit> = fieldName;
const FILTERS = [
  <TextInput key="isoWeek" source="isoWeek" label="Week" alwaysOn />,
  <TextInput key="currency" source="currency" />,
  <TextInput key="stage" source="stage" />,
  <TextInput key="kind" source="kind" />,
];

function At() {
  return <MomentField source={field('at')} />;
}

function Value() {
  return (
    <FunctionField render={({ valueMinor, currency }: GoodwillCredit) => money(valueMinor, currency)} />
  );
}

export function Goodwill() {
  return (
    <FigureRows resource="riskGoodwill" table="goodwill" title="Goodwill credits" rows="goodwill credits" filters={FILTERS}>
      <DataTable.Col source={field('isoWeek')} label="Week" disableSort render={({ isoWeek }: GoodwillCredit) => weekCell(isoWeek)} />
      <DataTable.Col source={field('customer')} disableSort />
      <DataTable.Col source={field('at')} field={At} disableSort />
      <DataTable.Col source={field('stage')} disableSort />
      <DataTable.Col source={field('reward')} disableSort />
      <DataTable.Col source={field('kind')} disableSort />
      <DataTable.Col label="Value" field={Value} disableSort />
      <DataTable.Col source={field('cause')} disableSort />
      <DataTable.Col source={field('proposedBy')} label="Proposed by" disableSort />
      <DataTable.Col source={field('approvedBy')} label="Approved by" disableSort />
    </FigureRows>
  );
}
