/** A proposal as its approver reads it: what it means, what it changes, what happens then; the decision at the end. */
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import Publish from '@mui/icons-material/Publish';
import Typography from '@mui/material/Typography';
import { Show, usePermissions, useRecordContext } from 'react-admin';
import { Link } from 'react-router-dom';

import { Decisions } from './Decisions.tsx';
import { Evidence } from './Evidence.tsx';
import { inWords, KINDS, titleOf } from './kinds.ts';
import { OthersAbout } from './OthersAbout.tsx';
import { StatusChip, STATUSES } from './StatusChip.tsx';
import { Content } from './proposal.ts';
import { seenByCustomers, textOf, TWO_WAYS } from './textKinds.ts';
import { ChangeButton } from '../../components/ChangeButton.tsx';
import { SkeletonRows } from '../../components/Waiting.tsx';
import { DataRows } from '../../operations/page/DataRows.tsx';
import { useMay } from '../../operations/page/may.ts';
import { ON_PUBLISHING, publishOpen } from '../../content/steps/publishing.ts';
import { brandOrAll } from '../../frame/names.ts';
import { useToDecide } from '../../frame/toDecide.ts';
import { useGraph } from '../../graph/useGraph.ts';
import { moment } from '../../time/moments.ts';
import { READ_CONTENT } from '../../graph/generated/operations.ts';
import { WORDS } from '../../words/index.ts';

import type { InWords } from './proposal.ts';
import type { ContentKey } from '../../content/key.ts';
import type { ReactNode } from 'react';
import type { Proposal } from '../../graph/generated/operations.ts';

export function ApprovalShow() {
  return (
    <Show actions={false} title={<PageTitle />}>
      <Reading />
    </Show>
  );
}

function useProposal(): Proposal | null {
  return useRecordContext<Proposal>() ?? null;
}

function PageTitle() {
  const proposal = useProposal();
  return <>{proposal === null ? WORDS.approvals.proposal : titleOf(proposal)}</>;
}

function Reading() {
  const proposal = useProposal();
  if (proposal === null) return <SkeletonRows rows={6} />;
  const words = inWords(proposal);
  return (
    <Stack spacing={3} component="article" sx={{ padding: { xs: 2, md: 3 } }}>
      <Heading proposal={proposal} />
      {words === null ? <NotShown visible={proposal.visible} /> : <Meaning proposal={proposal} words={words} />}
      {proposal.status === 'PENDING' ? <Outlook proposal={proposal} /> : <Outcome proposal={proposal} words={words} />}
      <Decisions proposal={proposal} isShown={words !== null} />
      <Next proposal={proposal} />
    </Stack>
  );
}

/** What to read afterwards: the next one that waits for this person, or the list. */
function Next({ proposal: { id, status } }: { readonly proposal: Proposal }) {
  const others = useToDecide().filter((one) => one.id !== id);
  const next = others[0];
  return (
    <Stack direction="row" spacing={1}>
      {next !== undefined && (
        <Button component={Link} to={`/approvals/${encodeURIComponent(next.id)}/show`} variant={status === 'PENDING' ? 'text' : 'contained'}>
          {status === 'PENDING' ? WORDS.approvals.skipLeft({ count: others.length }) : WORDS.approvals.reviewNextLeft({ count: others.length })}
        </Button>
      )}
      {next === undefined && status !== 'PENDING' && <Typography color="textSecondary">{WORDS.approvals.nothingElseForYouToDecide}</Typography>}
      <Button component={Link} to="/approvals">
        {WORDS.approvals.allProposals}
      </Button>
    </Stack>
  );
}

function Heading({ proposal }: { readonly proposal: Proposal }) {
  const { brand, proposedBy, proposedAt, reason, status } = proposal;
  return (
    <Stack spacing={1}>
      <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap', alignItems: 'center' }}>
        <Typography variant="h5" component="h2" sx={{ overflowWrap: 'anywhere' }}>
          {titleOf(proposal)}
        </Typography>
        <StatusChip status={status} />
      </Stack>
      <Typography color="textSecondary">
        {proposedBy === null ? WORDS.approvals.proposedOn({ proposedAt: moment(proposedAt, brand), brand: brandOrAll(brand) }) : WORDS.approvals.proposedByOn({ proposedBy, proposedAt: moment(proposedAt, brand), brand: brandOrAll(brand) })}
      </Typography>
      {reason !== null && (
        <Typography component="blockquote" sx={{ margin: 0, overflowWrap: 'anywhere' }}>
          “{reason}”
        </Typography>
      )}
    </Stack>
  );
}

/** Nobody decides about what they cannot read. */
function NotShown({ visible }: { readonly visible: boolean }) {
  return visible ? (
    <Alert severity="warning">
      {WORDS.approvals.pageDoesNotKnowHowShowWhat}
    </Alert>
  ) : (
    <Alert severity="info">{WORDS.approvals.yourRolesShowKindState}</Alert>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Stack spacing={1} component="section" aria-label={title}>
      <Typography variant="h6" component="h3">
        {title}
      </Typography>
      {children}
    </Stack>
  );
}

function Meaning({ proposal, words }: { readonly proposal: Proposal; readonly words: InWords }) {
  return (
    <Part title={WORDS.approvals.proposedChange}>
      <Sentences of={words.sentences} />
      {words.changes.length > 0 && (
        <DataRows
          label={WORDS.approvals.whatChanges}
          rows={words.changes}
          id={({ what }) => what}
          nothing={WORDS.approvals.nothingChanges}
          columns={[
            { head: WORDS.common.what, cell: ({ what }) => what },
            { head: WORDS.common.before, cell: ({ before }) => before ?? '–' },
            { head: WORDS.common.after, cell: ({ after }) => <strong>{after}</strong> },
          ]}
        />
      )}
      <Evidence proposal={proposal} />
      {proposal.status === 'PENDING' && proposal.subject?.startsWith('customer:') === true && (
        <OthersAbout subject={proposal.subject} than={proposal.id} />
      )}
      {words.details !== undefined && (
        <Typography variant="subtitle2" component="h4">
          {WORDS.approvals.allOfItsRules}
        </Typography>
      )}
      <Sentences of={words.details ?? []} />
      <Links proposal={proposal} words={words} />
    </Part>
  );
}

function Sentences({ of }: { readonly of: readonly string[] }) {
  return of.map((sentence) => (
    <Typography key={sentence} sx={{ maxWidth: '70ch', overflowWrap: 'anywhere' }}>
      {sentence}
    </Typography>
  ));
}

/** The object, and its history: what was proposed about it before, and what the audit log has. */
function Links({ proposal, words }: { readonly proposal: Proposal; readonly words: InWords }) {
  const { permissions } = usePermissions<ReadonlySet<string>>();
  const about = encodeURIComponent(JSON.stringify({ subject: proposal.subject }));
  return (
    <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap' }}>
      <ObjectLink words={words} />
      <Button component={Link} to={`/approvals?filter=${about}`} size="small">
        {WORDS.approvals.otherProposalsAboutIt}
      </Button>
      {permissions?.has('audit.read') === true && (
        <Button component={Link} to={`/audit?filter=${about}`} size="small">
          {WORDS.approvals.itsHistoryInTheAuditLog}
        </Button>
      )}
    </Stack>
  );
}

function ObjectLink({ words }: { readonly words: InWords }) {
  const { permissions } = usePermissions<ReadonlySet<string>>();
  if (permissions?.has(words.object.permission) !== true) return null;
  return (
    <Button component={Link} to={words.object.path} size="small">
      {words.object.label}
    </Button>
  );
}

/** What happens on approval, who else approves, and why the person who looks cannot. */
function Outlook({ proposal }: { readonly proposal: Proposal }) {
  const kind = KINDS[proposal.kind];
  const mayPublish = useMay('content.publish');
  if (kind === undefined) return null;
  return (
    <Part title={WORDS.approvals.whenApproved}>
      <Typography sx={{ maxWidth: '70ch' }}>{textOf(proposal) !== null && mayPublish ? TWO_WAYS : kind.onApproval}</Typography>
      <Typography color="textSecondary">
        {WORDS.approvals.anyoneRoleCanApproveExcept({ approvers: kind.approvers })}
      </Typography>
      {proposal.notIndependent !== null && <Alert severity="info">{proposal.notIndependent}</Alert>}
    </Part>
  );
}

/** What became of an approved text, and its next step if customers do not see it yet. */
function TextNow({ proposal, of }: { readonly proposal: Proposal; readonly of: ContentKey }) {
  const mayPublish = useMay('content.publish');
  const { data, reload } = useGraph(READ_CONTENT, { ...of });
  if (data === null) return null;
  const open = data.contentItem?.open;
  const isNext = mayPublish && open?.state === 'APPROVED' && open.contentHash === proposal.contentHash;
  return (
    <>
      <Typography sx={{ maxWidth: '70ch' }}>{seenByCustomers(new Content(proposal.content).number('revision'), data.contentItem?.published?.revision ?? null)}</Typography>
      {isNext && (
        <Box>
          <ChangeButton label={WORDS.common.publishNow} done={WORDS.common.deedDone.published} question={ON_PUBLISHING} change={() => publishOpen(of)} icon={<Publish />} onSettled={reload} isMain />
        </Box>
      )}
    </>
  );
}

function Outcome({ proposal, words }: { readonly proposal: Proposal; readonly words: InWords | null }) {
  const { status, decidedBy, decidedAt, decisionReason } = proposal;
  const approved = status === 'EXECUTED';
  const text = textOf(proposal);
  const decided = { decision: STATUSES[status].label, decidedAt: moment(decidedAt, proposal.brand) };
  return (
    <Part title={approved ? WORDS.approvals.nextSteps : WORDS.common.decision}>
      {approved && text === null && <Typography sx={{ maxWidth: '70ch' }}>{KINDS[proposal.kind]?.onApproval}</Typography>}
      {approved && text !== null && <TextNow proposal={proposal} of={text} />}
      <Typography color="textSecondary">
        {decidedBy === null ? WORDS.approvals.decidedAlone(decided) : WORDS.approvals.decidedBySomebody({ ...decided, decidedBy })}
      </Typography>
      {decisionReason !== null && <Typography sx={{ overflowWrap: 'anywhere' }}>“{decisionReason}”</Typography>}
      {approved && words !== null && (
        <Box>
          <ObjectLink words={words} />
        </Box>
      )}
    </Part>
  );
}
