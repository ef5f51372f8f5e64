/** Other proposals about a customer, so that nobody is given the same twice because two people did not know of each other. */
import Alert from '@mui/material/Alert';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { Link } from 'react-admin';

import { titleOf } from './kinds.ts';
import { recent } from './others.ts';
import { useGraph } from '../../graph/useGraph.ts';
import { moment } from '../../time/moments.ts';
import { PROPOSALS_ABOUT } from '../../graph/generated/operations.ts';
import { WORDS } from '../../words/index.ts';
import { Filled } from '../../words/Filled.tsx';

import type { ProposalsAbout } from '../../graph/generated/operations.ts';

type Other = ProposalsAbout['approvals']['nodes'][number];

interface Props {
  /** Such as `customer:northbet:c-1003`. */
  readonly subject: string;
  /** The proposal that is read; null if none is. */
  readonly than?: string | null;
  /** What to say if there are none; nothing by default. */
  readonly orElse?: string;
}

function standing({ status, proposedBy, proposedAt, decidedAt, brand }: Other, values: { readonly proposal: string }): string {
  return status === 'PENDING'
    ? WORDS.approvals.proposedWaitsApproval({ ...values, proposedBy: proposedBy ?? WORDS.approvals.somebody, proposedAt: moment(proposedAt, brand) })
    : WORDS.approvals.approvedOn({ ...values, decidedAt: moment(decidedAt, brand) });
}

export function OthersAbout({ subject, than = null, orElse }: Props) {
  const [now] = useState(Date.now);
  const { data } = useGraph(PROPOSALS_ABOUT, { subject });
  const others = recent(data?.approvals.nodes ?? [], than, now);
  if (data !== null && others.length === 0 && orElse !== undefined) return <Typography color="textSecondary">{orElse}</Typography>;
  return others.map((one) => (
    <Alert key={one.id} severity={one.status === 'PENDING' ? 'warning' : 'info'} role="note">
      {than !== null && `${WORDS.approvals.alsoProposed} `}
      <Filled say={(values) => standing(one, values)} values={{ proposal: <Link to={`/approvals/${encodeURIComponent(one.id)}/show`}>{titleOf(one)}</Link> }} />
    </Alert>
  ));
}
