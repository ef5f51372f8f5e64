/** Cases that wait for a person: bets that came too late, and rewards that are held back. */
import { DataTable, FunctionField } from 'react-admin';
import { Link } from 'react-router-dom';

import { KeysetList } from '../components/KeysetList.tsx';
import { NO_BRAND, useBrand } from '../frame/brand.tsx';
import { money, word } from '../money/amounts.ts';
import { MomentField } from '../time/MomentField.tsx';
import { Page } from './page/Page.tsx';
import { useMay } from './page/may.ts';
import { age } from './page/words.ts';

import type { ReactNode } from 'react';
import type { RaRecord } from 'react-admin';

interface Props {
  readonly title: string;
  readonly about: string;
  readonly rows: string;
  readonly children: ReactNode;
}

function CaseList({ title, about, rows, children }: Props) {
  const { brand } = useBrand();
  return (
    <Page title={title} about={about} problem={brand === null ? NO_BRAND : ''} waiting={brand === null}>
      {brand !== null && (
        <KeysetList rows={rows} rowClick={false} key={brand} title=" " filter={{ brand }} actions={false} disableSyncWithLocation>
          {children}
        </KeysetList>
      )}
    </Page>
  );
}

/** The customer, whose page is a link for those who may open it. */
function Customer() {
  const may = useMay('support.read');
  return (
    <FunctionField
      render={({ brand, customer }: RaRecord) =>
        may ? <Link to={`/customers/${encodeURIComponent(`${String(brand)}:${String(customer)}`)}/show`}>{String(customer)}</Link> : String(customer)
      }
    />
  );
}

function amountOf(name: string) {
  return function Amount() {
    return <FunctionField render={(record: RaRecord) => amount(record[name], record['currency'])} />;
  };
}

/** Return an amount as money; a dash if there is none, and minor units, said so, if the currency is not known. */
export function amount(minor: unknown, currency: unknown): string {
  if (typeof minor !== 'number') return '–';
  return typeof currency === 'string' ? money(minor, currency) : `${minor} minor units`;
}

function OccurredAt() {
  return <MomentField source="occurredAt" />;
}

const Counts = amountOf('countedMinor');
const WouldCount = amountOf('wouldCountMinor');
const Value = amountOf('valueMinor');

export function LateBets() {
  return (
    <CaseList
      title="Late bets"
      rows="late bets"
      about="Bets whose last change came after their week had closed, and would change what they count. “furlong review late accept” or “reject” decides about one, for good. Each access is recorded."
    >
      <DataTable.Col source="bet" disableSort />
      <DataTable.Col label="Customer" field={Customer} disableSort />
      <DataTable.Col source="isoWeek" label="Week" disableSort />
      <DataTable.NumberCol source="countedMinor" label="Counts" field={Counts} disableSort />
      <DataTable.NumberCol source="wouldCountMinor" label="Would count" field={WouldCount} disableSort />
      <DataTable.Col label="Because" disableSort render={({ wouldBe }: RaRecord) => word(String(wouldBe).toLowerCase())} />
      <DataTable.Col label="Changed" field={OccurredAt} disableSort />
    </CaseList>
  );
}

export function HeldRewards() {
  return (
    <CaseList
      title="Held rewards"
      rows="held rewards"
      about="Rewards in review, which a person sends again or records as credited (“furlong fulfilment reviews”), and rewards that are being cancelled at a provider. Each access is recorded."
    >
      <DataTable.Col label="Customer" field={Customer} disableSort />
      <DataTable.Col source="isoWeek" label="Week" disableSort />
      <DataTable.Col label="Reward" disableSort render={({ reward, origin }: RaRecord) => `${String(reward ?? 'none')}${origin === 'goodwill' ? ' (goodwill)' : ''}`} />
      <DataTable.NumberCol source="valueMinor" label="Value" field={Value} disableSort />
      <DataTable.Col label="Provider" disableSort render={({ provider }: RaRecord) => String(provider ?? 'none yet')} />
      <DataTable.Col label="Why" disableSort render={({ reason, state }: RaRecord) => word(String(reason ?? state).toLowerCase())} />
      <DataTable.Col label="Waits for" disableSort render={({ since }: RaRecord) => age(String(since))} />
    </CaseList>
  );
}
