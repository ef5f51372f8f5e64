/** Approve, reject or withdraw a proposal, after it was read. */
import Check from '@mui/icons-material/Check';
import Close from '@mui/icons-material/Close';
import Undo from '@mui/icons-material/Undo';
import Stack from '@mui/material/Stack';

import { KINDS, titleOf } from './kinds.ts';
import { useDecided } from '../../frame/toDecide.ts';
import { ChangeButton } from '../../components/ChangeButton.tsx';

import type { Proposal } from './proposal.ts';

const APPROVE = `mutation Approve($input: ApproveInput!) { approve(input: $input) { id status } }`;
const REJECT = `mutation Reject($input: RejectInput!) { reject(input: $input) { id status } }`;
const WITHDRAW = `mutation Withdraw($id: ID!) { withdraw(id: $id) { id status } }`;

interface Props {
  readonly proposal: Proposal;
  /** Whether what is proposed was shown in words: otherwise it cannot be approved. */
  readonly isShown: boolean;
}

export function Decisions({ proposal, isShown }: Props) {
  const onDecided = useDecided();
  const { id, status, visible, own, notIndependent, contentHash } = proposal;
  if (status !== 'PENDING' || !visible) return null;
  if (own) {
    return (
      <Stack direction="row">
        <ChangeButton
          label="Withdraw"
          question="Your own proposal ends; nothing is changed."
          mutation={WITHDRAW}
          variables={() => ({ id })}
          icon={<Undo />}
          onSettled={onDecided}
        />
      </Stack>
    );
  }
  return (
    <Stack direction="row" spacing={1}>
      {notIndependent === null && isShown && (
        <ChangeButton
          label="Approve"
          question={`${titleOf(proposal)}. ${KINDS[proposal.kind]?.onApproval ?? ''}`}
          mutation={APPROVE}
          variables={() => ({ input: { proposalId: id, contentHash } })}
          icon={<Check />}
          onSettled={onDecided}
          isMain
        />
      )}
      <ChangeButton
        label="Reject"
        question={`${titleOf(proposal)}. The proposal ends; the person who made it sees your reason.`}
        mutation={REJECT}
        variables={(reason) => ({ input: { proposalId: id, reason } })}
        wantsReason
        color="error"
        icon={<Close />}
        onSettled={onDecided}
      />
    </Stack>
  );
}
