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
import { WORDS } from '../words/index.ts';

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
          {reward === null ? WORDS.common.none : <RewardName brand={brand} reward={reward} />}
          {origin === 'goodwill' && ` ${WORDS.operations.goodwill}`}
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
      title={WORDS.frame.screens.lateBets}
      rows={WORDS.common.lateBets}
      about={WORDS.operations.betsWhoseLastChangeCameAfterWeekHad}
    >
      <DataTable.Col source={lateBet('bet')} disableSort />
      <DataTable.Col label={WORDS.common.customer} field={Customer} disableSort />
      <DataTable.Col source={lateBet('isoWeek')} label={WORDS.common.week} disableSort render={({ isoWeek }: LateBet) => weekCell(isoWeek)} />
      <DataTable.Col label={WORDS.common.counts} align="right" disableSort render={({ countedMinor, currency }: LateBet) => amount(countedMinor, currency)} />
      <DataTable.Col label={WORDS.operations.wouldCount} align="right" disableSort render={({ wouldCountMinor, currency }: LateBet) => amount(wouldCountMinor, currency)} />
      <DataTable.Col label={WORDS.operations.because} disableSort render={({ wouldBe }: LateBet) => word(wouldBe.toLowerCase())} />
      <DataTable.Col label={WORDS.common.changed} field={OccurredAt} disableSort />
      <DataTable.Col label={WORDS.common.decide} field={LateBetDeeds} disableSort />
    </CaseList>
  );
}

export function HeldRewards() {
  return (
    <CaseList
      title={WORDS.frame.screens.heldRewards}
      rows={WORDS.common.heldRewards}
      about={WORDS.operations.rewardsReviewOperatorSends}
    >
      <DataTable.Col label={WORDS.common.customer} field={Customer} disableSort />
      <DataTable.Col source={heldReward('isoWeek')} label={WORDS.common.week} disableSort render={({ isoWeek }: HeldReward) => weekCell(isoWeek)} />
      <DataTable.Col label={WORDS.common.reward} field={Reward} disableSort />
      <DataTable.Col label={WORDS.common.value} align="right" disableSort render={({ valueMinor, currency }: HeldReward) => amount(valueMinor, currency)} />
      <DataTable.Col label={WORDS.common.provider} disableSort render={({ provider }: HeldReward) => provider ?? WORDS.operations.noneYet} />
      <DataTable.Col label={WORDS.common.why} disableSort render={({ reason, state }: HeldReward) => word((reason ?? state).toLowerCase())} />
      <DataTable.Col label={WORDS.operations.waitsFor} disableSort render={({ since }: HeldReward) => age(since)} />
      <DataTable.Col label={WORDS.common.decide} field={HeldRewardDeeds} disableSort />
    </CaseList>
  );
}
