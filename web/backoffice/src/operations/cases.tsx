/** Cases that wait for a person: bets that came too late, and rewards that are held back. */
import Link from '@mui/material/Link';
import { DataTable, FunctionField } from 'react-admin';
import { Link as RouterLink } from 'react-router-dom';

import { KeysetList } from '../components/KeysetList.tsx';
import { NO_BRAND, useBrand } from '../frame/brand.tsx';
import { RewardName } from '../frame/RewardName.tsx';
import { HeldRewardDeeds, LateBetDeeds } from './caseDeeds.tsx';
import { amount } from './caseAmounts.ts';
import { word } from '../money/amounts.ts';
import { MomentField } from '../time/MomentField.tsx';
import { Page } from './page/Page.tsx';
import { fieldName, type FieldsOf } from '../graph/fields.ts';
import { useMay } from './page/may.ts';
import { age } from './page/words.ts';
import { weekCell } from '../time/weeks.ts';

import type { ReactNode } from 'react';
import type { HeldReward, LateBet } from '../graph/generated/operations.ts';

const lateBet: FieldsOf<LateBet> = fieldName;
const heldReward: FieldsOf<HeldReward> = fieldName;

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
      render={({ brand, customer }: LateBet | HeldReward) =>
        may ? (
          <Link component={RouterLink} to={`/customers/${encodeURIComponent(`${brand}:${customer}`)}/show`}>
            {customer}
          </Link>
        ) : (
          customer
        )
      }
    />
  );
}

/** The reward, and whether it is goodwill. */
function Reward() {
  return (
    <FunctionField
      render={({ brand, reward, origin }: HeldReward) => (
        <>
          {reward === null ? 'None' : <RewardName brand={brand} reward={reward} />}
          {origin === 'goodwill' && ' (goodwill)'}
        </>
      )}
    />
  );
}

function OccurredAt() {
  return <MomentField source={lateBet('occurredAt')} />;
}

export function LateBets() {
  return (
    <CaseList
      title="Late bets"
      rows="late bets"
      about="Bets whose last change came after their week had closed, and would change what they count. Support proposes to count one, and risk approves it; or support rejects it. Either is final. Each access is recorded."
    >
      <DataTable.Col source={lateBet('bet')} disableSort />
      <DataTable.Col label="Customer" field={Customer} disableSort />
      <DataTable.Col source={lateBet('isoWeek')} label="Week" disableSort render={({ isoWeek }: LateBet) => weekCell(isoWeek)} />
      <DataTable.Col label="Counts" align="right" disableSort render={({ countedMinor, currency }: LateBet) => amount(countedMinor, currency)} />
      <DataTable.Col label="Would count" align="right" disableSort render={({ wouldCountMinor, currency }: LateBet) => amount(wouldCountMinor, currency)} />
      <DataTable.Col label="Because" disableSort render={({ wouldBe }: LateBet) => word(wouldBe.toLowerCase())} />
      <DataTable.Col label="Changed" field={OccurredAt} disableSort />
      <DataTable.Col label="Decide" field={LateBetDeeds} disableSort />
    </CaseList>
  );
}

export function HeldRewards() {
  return (
    <CaseList
      title="Held rewards"
      rows="held rewards"
      about="Rewards in review, which an operator sends again or records as credited, and rewards that are being cancelled at a provider. Each access is recorded."
    >
      <DataTable.Col label="Customer" field={Customer} disableSort />
      <DataTable.Col source={heldReward('isoWeek')} label="Week" disableSort render={({ isoWeek }: HeldReward) => weekCell(isoWeek)} />
      <DataTable.Col label="Reward" field={Reward} disableSort />
      <DataTable.Col label="Value" align="right" disableSort render={({ valueMinor, currency }: HeldReward) => amount(valueMinor, currency)} />
      <DataTable.Col label="Provider" disableSort render={({ provider }: HeldReward) => provider ?? 'none yet'} />
      <DataTable.Col label="Why" disableSort render={({ reason, state }: HeldReward) => word((reason ?? state).toLowerCase())} />
      <DataTable.Col label="Waits for" disableSort render={({ since }: HeldReward) => age(since)} />
      <DataTable.Col label="Decide" field={HeldRewardDeeds} disableSort />
    </CaseList>
  );
}
