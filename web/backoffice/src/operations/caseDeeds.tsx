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

import type { Deed } from '../components/ChangeButton.tsx';
import type { HeldReward, LateBet } from '../graph/generated/operations.ts';

/** Leads to the proposal that waits, for those who may see proposals. */
function Waits({ proposal }: { readonly proposal: string }) {
  if (!useMay('approvals.read')) return 'Waits for approval';
  return (
    <Button component={Link} to={`/approvals/${encodeURIComponent(proposal)}/show`} size="small">
      Waits for approval
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
      label: 'Propose to count it',
      question: `Bet ${bet} of ${customer} then counts ${would} instead of ${counts} in ${weekName(isoWeek)}, as if it had come in time. The week’s total changes, and its reward with it: one that is due by then is credited, one that isn’t due any more is stopped unless it was credited already. Somebody of risk must approve it.`,
      change: (reason) => run(PROPOSE_LATE_BET, variables(reason)),
      wantsReason: true,
      icon: <Check fontSize="small" />,
      onDone: () => notify('Submitted for approval', { type: 'success' }),
    },
    {
      label: 'Reject',
      question: `Bet ${bet} of ${customer} keeps counting ${counts} in ${weekName(isoWeek)}, not ${would}. This is final: nobody can count it later.`,
      change: (reason) => run(REJECT_LATE_BET, variables(reason)),
      wantsReason: true,
      color: 'error',
      icon: <Close fontSize="small" />,
      onDone: () => notify('Rejected', { type: 'success' }),
    },
  ];
  return <RowMenu about={`bet ${bet}`} deeds={deeds} />;
}

/** Return whether there is something to send. */
function canBeSent({ reward, reason }: HeldReward): boolean {
  return reward !== null && reason !== 'ERASED';
}

/** Return why another person has to approve that it is sent. */
function whyTwo({ reason }: HeldReward): string {
  return reason === 'OVER_LIMIT' ? 'It is worth more than its provider pays without a person’s consent' : 'It may have been sent before, and the provider may pay it a second time: ask the provider first';
}

export function HeldRewardDeeds() {
  const held = useRecordContext<HeldReward>();
  const may = useMay('operations.replay');
  const notify = useNotify();
  if (held === undefined) return null;
  if (held.proposal !== null) return <Waits proposal={held.proposal} />;
  if (!may || held.state !== 'REVIEW') return null;
  const { id, brand, customer, reward, byTwo, valueMinor, currency } = held;
  const what = `${reward === null ? 'The reward' : `“${rewardName(brand, reward)}” (${amount(valueMinor, currency)})`} of ${customer}`;
  const deeds: readonly Deed[] = [
    ...(canBeSent(held)
      ? [
          {
            label: byTwo ? 'Propose to send it again' : 'Send again',
            question: byTwo
              ? `${what} is sent to its provider once another operator approves it. ${whyTwo(held)}.`
              : `${what} is sent to its provider again, under the same key: a provider that has it already doesn’t pay it a second time.`,
            change: (reason: string) => run(RETRY_HELD_REWARD, { input: { heldReward: id, reason } }),
            wantsReason: true,
            icon: <Replay fontSize="small" />,
            onDone: () => notify(byTwo ? 'Submitted for approval' : 'It is on its way', { type: 'success' as const }),
          },
        ]
      : []),
    {
      label: 'Record as credited',
      question: `${what} counts as credited from now on, and is never sent again. Look it up at the provider first: this is final.`,
      asks: { label: 'Provider’s reference', help: 'Of the credit, as the provider shows it.' },
      change: (reason, reference) => run(CREDIT_HELD_REWARD, { input: { heldReward: id, reference, reason } }),
      wantsReason: true,
      color: 'error',
      icon: <CheckCircle fontSize="small" />,
      onDone: () => notify('Recorded as credited', { type: 'success' }),
    },
  ];
  return <RowMenu about={`the reward of ${customer}`} deeds={deeds} />;
}
