/** The steps that an item can take next, for those whose roles permit them; the server decides. */
import Check from '@mui/icons-material/Check';
import Close from '@mui/icons-material/Close';
import EventBusy from '@mui/icons-material/EventBusy';
import Publish from '@mui/icons-material/Publish';
import Send from '@mui/icons-material/Send';
import Stack from '@mui/material/Stack';
import Undo from '@mui/icons-material/Undo';
import Typography from '@mui/material/Typography';
import { usePermissions } from 'react-admin';

import { ScheduleButton } from './ScheduleButton.tsx';
import { approveAndPublish, ON_PUBLISHING } from './publishing.ts';
import { stepInput } from './stepInput.ts';
import { ChangeButton } from '../../components/ChangeButton.tsx';
import { run } from '../../graph/graph.ts';
import { APPROVE, PUBLISH_CONTENT, REJECT, SUBMIT_CONTENT, UNSCHEDULE_CONTENT, WITHDRAW_CONTENT } from '../../graph/generated/operations.ts';
import { WORDS } from '../../words/index.ts';

import type { ContentBrand, ContentItem, ContentRevision } from '../../graph/generated/operations.ts';

interface Props {
  readonly item: ContentItem;
  readonly brand: ContentBrand;
  readonly saved: boolean;
  readonly onDone: () => void;
}

export function ContentSteps(props: Props) {
  const { item, saved } = props;
  if (item.open === null) return null;
  if (!saved) {
    return (
      <Typography variant="body2" color="textSecondary">
        {WORDS.content.saveTheDraftFirst}
      </Typography>
    );
  }
  return (
    <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap', paddingBlock: 1 }} role="group" aria-label={WORDS.content.steps}>
      <EditorSteps {...props} open={item.open} />
      <ReviewSteps {...props} open={item.open} />
      <PublicationSteps {...props} open={item.open} />
    </Stack>
  );
}

type StepProps = Props & { readonly open: ContentRevision };

function useMay(permission: string): boolean {
  return usePermissions<ReadonlySet<string>>().permissions?.has(permission) === true;
}

function EditorSteps({ item, open, onDone }: StepProps) {
  if (!useMay('content.edit')) return null;
  return (
    <>
      {open.state === 'DRAFT' && (
        <ChangeButton
          label={WORDS.content.submitForApproval}
          done={WORDS.common.submittedForApproval}
          question={WORDS.content.someoneElseMustApproveIt}
          change={(reason) => run(SUBMIT_CONTENT, { input: { ...stepInput(item), reason } })}
          wantsReason
          icon={<Send />}
          onSettled={onDone}
        />
      )}
      <ChangeButton
        label={WORDS.common.withdraw}
        done={WORDS.common.deedDone.withdrawn}
        question={WORDS.content.revisionWillNotBePublished({ revision: open.revision })}
        change={() => run(WITHDRAW_CONTENT, { input: stepInput(item) })}
        color="error"
        icon={<Undo />}
        onSettled={onDone}
      />
    </>
  );
}

function ReviewSteps({ item, open, onDone }: StepProps) {
  const { proposal } = open;
  const [mayApprove, mayPublish] = [useMay('content.approve'), useMay('content.publish')];
  if (!mayApprove || open.state !== 'IN_REVIEW' || proposal === null) return null;
  return (
    <>
      {mayPublish && (
        <ChangeButton
          label={WORDS.common.approveAndPublish}
          done={WORDS.common.deedDone.approvedAndPublished}
          question={WORDS.content.youApproveAnd({ onPublishing: ON_PUBLISHING })}
          change={() => approveAndPublish(item, proposal.id, proposal.contentHash)}
          icon={<Publish />}
          onSettled={onDone}
          isMain
        />
      )}
      <ChangeButton
        label={WORDS.common.approve}
        done={WORDS.common.deedDone.approved}
        question={WORDS.content.youApproveOnly}
        change={() => run(APPROVE, { input: { proposalId: proposal.id, contentHash: proposal.contentHash } })}
        icon={<Check />}
        onSettled={onDone}
      />
      <ChangeButton
        label={WORDS.common.reject}
        done={WORDS.common.deedDone.rejected}
        question={WORDS.content.theRevisionGoesNoFurther}
        change={(reason) => run(REJECT, { input: { proposalId: proposal.id, reason } })}
        wantsReason
        color="error"
        icon={<Close />}
        onSettled={onDone}
      />
    </>
  );
}

function PublicationSteps({ item, brand, open, onDone }: StepProps) {
  if (!useMay('content.publish') || (open.state !== 'APPROVED' && open.state !== 'SCHEDULED')) return null;
  return (
    <>
      <ChangeButton
        label={WORDS.common.publishNow}
        done={WORDS.common.deedDone.published}
        question={ON_PUBLISHING}
        change={() => run(PUBLISH_CONTENT, { input: stepInput(item) })}
        icon={<Publish />}
        onSettled={onDone}
      />
      <ScheduleButton item={item} timeZone={brand.timeZone} onDone={onDone} />
      {open.state === 'SCHEDULED' && (
        <ChangeButton
          label={WORDS.content.cancelSchedule}
          done={WORDS.common.deedDone.scheduleCancelled}
          question={WORDS.content.staysApprovedUntilSomebody}
          change={() => run(UNSCHEDULE_CONTENT, { input: stepInput(item) })}
          icon={<EventBusy />}
          onSettled={onDone}
        />
      )}
    </>
  );
}
