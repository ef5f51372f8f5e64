/** Approve, reject or withdraw a proposal, after it was read. */
import Check from '@mui/icons-material/Check';
import Publish from '@mui/icons-material/Publish';
import Close from '@mui/icons-material/Close';
import Undo from '@mui/icons-material/Undo';
import Stack from '@mui/material/Stack';

import { KINDS, titleOf } from './kinds.ts';
import { textOf } from './textKinds.ts';
import { useDecided } from '../../frame/toDecide.ts';
import { ChangeButton } from '../../components/ChangeButton.tsx';
import { approveAndPublish, ON_PUBLISHING } from '../../content/steps/publishing.ts';
import { run } from '../../graph/graph.ts';
import { useMay } from '../../operations/page/may.ts';
import { APPROVE, REJECT, WITHDRAW } from '../../graph/generated/operations.ts';
import { WORDS } from '../../words/index.ts';

import type { Proposal } from '../../graph/generated/operations.ts';

interface Props {
  readonly proposal: Proposal;
  /** Whether what is proposed was shown in words: otherwise it cannot be approved. */
  readonly isShown: boolean;
}

export function Decisions({ proposal, isShown }: Props) {
  const onDecided = useDecided();
  const mayPublish = useMay('content.publish');
  const { id, status, visible, own, notIndependent, contentHash } = proposal;
  if (status !== 'PENDING' || !visible) return null;
  if (own) {
    return (
      <Stack direction="row">
        <ChangeButton
          label={WORDS.common.withdraw}
          done={WORDS.common.deedDone.withdrawn}
          question={WORDS.approvals.yourOwnProposalEnds}
          change={() => run(WITHDRAW, { id })}
          icon={<Undo />}
          onSettled={onDecided}
        />
      </Stack>
    );
  }
  const text = textOf(proposal);
  const mayApprove = notIndependent === null && isShown && contentHash !== null;
  return (
    <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap' }}>
      {mayApprove && text !== null && mayPublish && (
        <ChangeButton
          label={WORDS.common.approveAndPublish}
          done={WORDS.common.deedDone.approvedAndPublished}
          question={`${titleOf(proposal)}. ${ON_PUBLISHING}`}
          change={() => approveAndPublish(text, id, contentHash)}
          icon={<Publish />}
          onSettled={onDecided}
          isMain
        />
      )}
      {mayApprove && (
        <ChangeButton
          label={WORDS.common.approve}
          done={WORDS.common.deedDone.approved}
          question={`${titleOf(proposal)}. ${KINDS[proposal.kind]?.onApproval ?? ''}`}
          change={() => run(APPROVE, { input: { proposalId: id, contentHash } })}
          icon={<Check />}
          onSettled={onDecided}
          isMain={text === null || !mayPublish}
        />
      )}
      <ChangeButton
        label={WORDS.common.reject}
        done={WORDS.common.deedDone.rejected}
        question={WORDS.approvals.theProposalEnds({ title: titleOf(proposal) })}
        change={(reason) => run(REJECT, { input: { proposalId: id, reason } })}
        wantsReason
        color="error"
        icon={<Close />}
        onSettled={onDecided}
      />
    </Stack>
  );
}
