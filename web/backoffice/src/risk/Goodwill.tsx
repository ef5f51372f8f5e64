/** The goodwill credits behind the costs of goodwill. Each access is recorded. */
import { DataTable, FunctionField, TextInput } from 'react-admin';

import { MomentField } from '../time/MomentField.tsx';

import { FigureRows } from './FigureRows.tsx';
import { money } from '../money/amounts.ts';

import type { RaRecord } from 'react-admin';

const FILTERS = [
  <TextInput key="isoWeek" source="isoWeek" label="Week" alwaysOn />,
  <TextInput key="currency" source="currency" />,
  <TextInput key="stage" source="stage" />,
  <TextInput key="kind" source="kind" />,
];

function At() {
  return <MomentField source="at" />;
}

function Value() {
  return (
    <FunctionField render={(record: RaRecord) => money(Number(record['valueMinor']), String(record['currency']))} />
  );
}

export function Goodwill() {
  return (
    <FigureRows resource="riskGoodwill" table="goodwill" title="Goodwill credits" rows="goodwill credits" filters={FILTERS}>
      <DataTable.Col source="isoWeek" label="Week" disableSort />
      <DataTable.Col source="customer" disableSort />
      <DataTable.Col source="at" field={At} disableSort />
      <DataTable.Col source="stage" disableSort />
      <DataTable.Col source="reward" disableSort />
      <DataTable.Col source="kind" disableSort />
      <DataTable.Col label="Value" field={Value} disableSort />
      <DataTable.Col source="cause" disableSort />
      <DataTable.Col source="proposedBy" label="Proposed by" disableSort />
      <DataTable.Col source="approvedBy" label="Approved by" disableSort />
    </FigureRows>
  );
}
