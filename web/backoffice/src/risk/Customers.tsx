/** The customers behind a figure, by key. Each access is recorded. */
import { DataTable, FunctionField, SelectInput } from 'react-admin';

import { MomentField } from '../time/MomentField.tsx';

import { CurrencyInput, RewardInput, WeekInput } from '../frame/choices.tsx';
import { FigureRows } from './FigureRows.tsx';
import { money, word } from '../money/amounts.ts';
import { fieldName, type FieldsOf } from '../graph/fields.ts';
import { WORDS } from '../words/index.ts';

import type { RiskCustomer } from '../graph/generated/operations.ts';

const field: FieldsOf<RiskCustomer> = fieldName;
const FIGURES = [
  ...['SEEN', 'OPTED_IN', 'QUALIFIED', 'CHOSE', 'CREDITED', 'TURNOVER', 'MEMBER_TURNOVER'],
  ...['EXPECTED', 'OWED', 'OUTSTANDING', 'USED', 'EXPIRED', 'STOPPED'],
].map((id) => ({ id, name: word(id.toLowerCase()) }));
const CHOSEN = [
  { id: 'set', name: WORDS.risk.byTheCustomer },
  { id: 'default', name: WORDS.risk.byDefault },
];
const FILTERS = [
  <WeekInput key="isoWeek" source="isoWeek" alwaysOn />,
  <SelectInput key="figure" source="figure" choices={FIGURES} alwaysOn />,
  <RewardInput key="reward" source="reward" />,
  <CurrencyInput key="currency" source="currency" />,
  <SelectInput key="source" source="source" label={WORDS.risk.chosen} choices={CHOSEN} />,
];

/** Return an amount in its currency; a dash if the figure does not know it. */
function amount(minor: number | null, currency: string | null): string {
  return minor === null || currency === null ? '–' : money(minor, currency);
}

function At() {
  return <MomentField source={field('at')} />;
}

function Value() {
  return <FunctionField render={({ valueMinor, currency }: RiskCustomer) => amount(valueMinor, currency)} />;
}

function Turnover() {
  return <FunctionField render={({ turnoverMinor, currency }: RiskCustomer) => amount(turnoverMinor, currency)} />;
}

export function Customers() {
  return (
    <FigureRows resource="riskCustomers" table="customers" title={WORDS.risk.customersOfAFigure} rows={WORDS.risk.customersBehindAFigure} filters={FILTERS}>
      <DataTable.Col source={field('customer')} disableSort />
      <DataTable.Col source={field('at')} field={At} disableSort />
      <DataTable.Col source={field('stage')} disableSort />
      <DataTable.Col source={field('reward')} disableSort />
      <DataTable.Col source={field('version')} disableSort />
      <DataTable.Col source={field('kind')} disableSort />
      <DataTable.Col label={WORDS.common.value} field={Value} disableSort />
      <DataTable.Col source={field('spins')} disableSort />
      <DataTable.Col label={WORDS.common.turnover} field={Turnover} disableSort />
      <DataTable.Col source={field('countedBets')} label={WORDS.common.bets} disableSort />
    </FigureRows>
  );
}
