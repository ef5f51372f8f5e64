/** Filters of lists that are chosen and not typed: a week, a reward, a currency of the brand that is shown. */
import { SelectInput, useListContext } from 'react-admin';
import { useState } from 'react';

import { useBrand } from './brand.tsx';
import { withChosen } from './chosen.ts';
import { rewardName } from './names.ts';
import { zoneOf } from '../time/moments.ts';
import { weekAfter, weekAt, weekCell } from '../time/weeks.ts';
import { WORDS } from '../words/index.ts';

interface Props {
  readonly source: string;
  readonly label?: string;
  readonly alwaysOn?: boolean;
}

/** A year of weeks, the newest first. */
const WEEKS = 52;

/** Return what a list is filtered by now. */
function useFilter(source: string): unknown {
  return (useListContext().filterValues as Readonly<Record<string, unknown>>)[source];
}

export function WeekInput({ source, label = WORDS.common.week }: Props) {
  const { brand } = useBrand();
  const [now] = useState(() => weekAt(Date.now(), zoneOf(brand)));
  const weeks = Array.from({ length: WEEKS }, (_, place) => weekAfter(now, -place)).map((id) => ({ id, name: weekCell(id) }));
  return <SelectInput source={source} label={label} choices={[...withChosen(weeks, useFilter(source), weekCell)]} />;
}

export function RewardInput({ source, label = WORDS.common.reward }: Props) {
  const { brand, brands } = useBrand();
  const known = brands.find(({ id }) => id === brand)?.rewards ?? [];
  const name = (id: string) => rewardName(brand, id);
  const rewards = [...new Set(known.map(({ rewardId }) => rewardId))].map((id) => ({ id, name: name(id) }));
  return <SelectInput source={source} label={label} choices={[...withChosen(rewards, useFilter(source), name)]} emptyText={WORDS.frame.allRewards} />;
}

export function CurrencyInput({ source, label = WORDS.common.currency }: Props) {
  const { brand, brands } = useBrand();
  const currencies = (brands.find(({ id }) => id === brand)?.currencies ?? []).map((id) => ({ id, name: id }));
  return <SelectInput source={source} label={label} choices={[...withChosen(currencies, useFilter(source), String)]} emptyText={WORDS.common.allCurrencies} />;
}
