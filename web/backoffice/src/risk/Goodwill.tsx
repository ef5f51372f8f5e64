/** The goodwill credits behind the costs of goodwill. Each access is recorded. */
import { DataTable, DateField, FunctionField, List, TextInput, TopToolbar, useListContext } from 'react-admin';

import { CsvButton } from './figures/FigureTable.tsx';
import { KeysetPagination } from '../components/KeysetPagination.tsx';
import { money } from './figures/amounts.ts';

import type { RaRecord } from 'react-admin';

const FILTERS = [
  <TextInput key="brand" source="brand" alwaysOn />,
  <TextInput key="isoWeek" source="isoWeek" label="Week" alwaysOn />,
  <TextInput key="currency" source="currency" />,
  <TextInput key="stage" source="stage" />,
  <TextInput key="kind" source="kind" />,
];

function Actions() {
  const filter = useListContext().filterValues as Record<string, unknown>;
  const entries = Object.entries(filter).filter(([, value]) => value !== null && value !== undefined);
  return (
    <TopToolbar>
      <CsvButton table="goodwill" parameters={Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))} />
    </TopToolbar>
  );
}

function At() {
  return <DateField source="at" showTime />;
}

function Value() {
  return (
    <FunctionField render={(record: RaRecord) => money(Number(record['valueMinor']), String(record['currency']))} />
  );
}

export function Goodwill() {
  return (
    <List
      resource="riskGoodwill"
      title="Goodwill credits"
      filters={FILTERS}
      actions={<Actions />}
      pagination={<KeysetPagination />}
      perPage={25}
      exporter={false}
      storeKey={false}
      empty={false}
    >
      <DataTable bulkActionButtons={false} rowClick={false}>
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
      </DataTable>
    </List>
  );
}
