/** What one can decide about a late bet or a held reward: what follows is said before, and a reason is asked. */
import Button from '@mui/material/Button';
import Check from '@mui/icons-material/Check';
import CheckCircle from '@mui/icons-material/CheckCircle';
import Close from '@mui/icons-material/Close';
import Replay from '@mui/icons-material/Replay';
import { useNotify, useRecordContext } from 'react-admin';
import { Link } from 'react-router-dom';

import { amount } from './caseAmounts.ts';
import { useMay } from './page/may.ts';
import { RowMenu } from '../components/RowMenu.tsx';
import { rewardName } from '../frame/names.ts';
import { run } from '../graph/graph.ts';
import { weekName } from '../time/weeks.ts';
import { CREDIT_HELD_REWARD, PROPOSE_LATE_BET, REJECT_LATE_BET, RETRY_HELD_REWARD } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { Deed } from '../components/ChangeButton.tsx';
import type { HeldReward, LateBet } from '../graph/generated/operations.ts';

/** Leads to the proposal that waits, for those who may see proposals. */
function Waits({ proposal }: { readonly proposal: string }) {
  if (!useMay('approvals.read')) return WORDS.operations.waitsForApproval;
  return (
    <Button component={Link} to={`/approvals/${encodeURIComponent(proposal)}/show`} size="small">
      {WORDS.operations.waitsForApproval}
    </Button>
  );
}

export function LateBetDeeds() {
  const late = useRecordContext<LateBet>();
  const may = useMay('support.adjust');
  const notify = useNotify();
  if (late === undefined) return null;
  if (late.proposal !== null) return <Waits proposal={late.proposal} />;
  if (!may) return null;
  const { id, bet, customer, isoWeek, currency } = late;
  const [counts, would] = [amount(late.countedMinor, currency), amount(late.wouldCountMinor, currency)];
  const variables = (reason: string) => ({ input: { lateBet: id, reason } });
  const deeds: readonly Deed[] = [
    {
      label: WORDS.operations.proposeToCountIt,
      question: WORDS.operations.betThenCountsInsteadIfHad({ bet, customer, would, counts, week: weekName(isoWeek) }),
      change: (reason) => run(PROPOSE_LATE_BET, variables(reason)),
      wantsReason: true,
      icon: <Check fontSize="small" />,
      onDone: () => notify(WORDS.common.submittedForApproval, { type: 'success' }),
    },
    {
      label: WORDS.common.reject,
      question: WORDS.operations.betOfKeepsCountingInNot({ bet, customer, counts, week: weekName(isoWeek), would }),
      change: (reason) => run(REJECT_LATE_BET, variables(reason)),
      wantsReason: true,
      color: 'error',
      icon: <Close fontSize="small" />,
      onDone: () => notify(WORDS.common.rejected, { type: 'success' }),
    },
  ];
  return <RowMenu about={WORDS.operations.bet({ bet })} deeds={deeds} />;
}

/** Return whether there is something to send. */
function canBeSent({ reward, reason }: HeldReward): boolean {
  return reward !== null && reason !== 'ERASED';
}

/** Return why another person has to approve that it is sent. */
function whyTwo({ reason }: HeldReward): string {
  return reason === 'OVER_LIMIT' ? WORDS.operations.worthMoreThanProviderPays : WORDS.operations.maySentBeforeProviderMay;
}

/** Return what follows when it is sent again. */
function followsFrom(held: HeldReward, what: string): string {
  if (held.byTwo) return WORDS.operations.sentProviderOnceAnother({ what, held: whyTwo(held) });
  return held.reason === 'KEY_WINDOW_PASSED' ? WORDS.operations.providerAskedOnceMore({ what }) : WORDS.operations.sentProviderAgainUnderSame({ what });
}

export function HeldRewardDeeds() {
  const held = useRecordContext<HeldReward>();
  const may = useMay('operations.replay');
  const notify = useNotify();
  if (held === undefined) return null;
  if (held.proposal !== null) return <Waits proposal={held.proposal} />;
  if (!may || held.state !== 'REVIEW') return null;
  const { id, brand, customer, reward, byTwo, valueMinor, currency } = held;
  const what = reward === null ? WORDS.operations.theRewardOf({ customer }) : WORDS.operations.rewardValueOfCustomer({ reward: rewardName(brand, reward), value: amount(valueMinor, currency), customer });
  const deeds: readonly Deed[] = [
    ...(canBeSent(held)
      ? [
          {
            label: byTwo ? WORDS.operations.proposeToSendItAgain : WORDS.operations.sendAgain,
            question: followsFrom(held, what),
            change: (reason: string) => run(RETRY_HELD_REWARD, { input: { heldReward: id, reason } }),
            wantsReason: true,
            icon: <Replay fontSize="small" />,
            onDone: () => notify(byTwo ? WORDS.common.submittedForApproval : WORDS.operations.itIsOnItsWay, { type: 'success' as const }),
          },
        ]
      : []),
    {
      label: WORDS.operations.recordAsCredited,
      question: WORDS.operations.countsCreditedFromNowNever({ what }),
      asks: { label: WORDS.operations.providersReference, help: WORDS.operations.creditProviderShows },
      change: (reason, reference) => run(CREDIT_HELD_REWARD, { input: { heldReward: id, reference, reason } }),
      wantsReason: true,
      color: 'error',
      icon: <CheckCircle fontSize="small" />,
      onDone: () => notify(WORDS.operations.recordedAsCredited, { type: 'success' }),
    },
  ];
  return <RowMenu about={WORDS.operations.theRewardOfCustomer({ customer })} deeds={deeds} />;
}
