/** The goodwill credits behind the costs of goodwill. Each access is recorded. */
import { DataTable, FunctionField, SelectInput } from 'react-admin';

import { MomentField } from '../time/MomentField.tsx';

import { CurrencyInput, WeekInput } from '../frame/choices.tsx';
import { FigureRows } from './FigureRows.tsx';
import { money, word } from '../money/amounts.ts';
import { fieldName, type FieldsOf } from '../graph/fields.ts';
import { weekCell } from '../time/weeks.ts';
import { WORDS } from '../words/index.ts';

import type { GoodwillCredit } from '../graph/generated/operations.ts';

const field: FieldsOf<GoodwillCredit> = fieldName;
const named = (ids: readonly string[]) => ids.map((id) => ({ id, name: word(id) }));
const STAGES = named(['owed', 'outstanding', 'used', 'expired', 'stopped']);
const KINDS = named(['free_bet', 'bet_boost', 'free_spins', 'casino_bonus', 'cash']);
const FILTERS = [
  <WeekInput key="isoWeek" source="isoWeek" alwaysOn />,
  <CurrencyInput key="currency" source="currency" />,
  <SelectInput key="stage" source="stage" choices={STAGES} />,
  <SelectInput key="kind" source="kind" choices={KINDS} />,
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
    <FigureRows resource="riskGoodwill" table="goodwill" title={WORDS.risk.goodwillCredits} rows={WORDS.risk.goodwillCreditsInline} filters={FILTERS}>
      <DataTable.Col source={field('isoWeek')} label={WORDS.common.week} disableSort render={({ isoWeek }: GoodwillCredit) => weekCell(isoWeek)} />
      <DataTable.Col source={field('customer')} disableSort />
      <DataTable.Col source={field('at')} field={At} disableSort />
      <DataTable.Col source={field('stage')} disableSort />
      <DataTable.Col source={field('reward')} disableSort />
      <DataTable.Col source={field('kind')} disableSort />
      <DataTable.Col label={WORDS.common.value} field={Value} disableSort />
      <DataTable.Col source={field('cause')} disableSort />
      <DataTable.Col source={field('proposedBy')} label={WORDS.common.proposedBy} disableSort />
      <DataTable.Col source={field('approvedBy')} label={WORDS.common.approvedBy} disableSort />
    </FigureRows>
  );
}
