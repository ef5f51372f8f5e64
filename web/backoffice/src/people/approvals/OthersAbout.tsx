/** Other proposals about a customer, so that nobody is given the same twice because two people did not know of each other. */
import Alert from '@mui/material/Alert';
import { useState } from 'react';
import { Link } from 'react-admin';

import { titleOf } from './kinds.ts';
import { recent, type Other } from './others.ts';
import { useGraph } from '../../graph/useGraph.ts';
import { moment } from '../../time/moments.ts';

const ABOUT = `query ProposalsAbout($subject: String!) {
  approvals(subject: $subject, first: 10) { nodes { id kind brand content visible status proposedAt proposedBy decidedAt } }
}`;

interface Props {
  /** Such as `customer:northbet:c-1003`. */
  readonly subject: string;
  /** The proposal that is read; null if none is. */
  readonly than?: string | null;
}

export function OthersAbout({ subject, than = null }: Props) {
  const [now] = useState(Date.now);
  const { data } = useGraph<{ readonly approvals: { readonly nodes: readonly Other[] } }>(ABOUT, { subject });
  return recent(data?.approvals.nodes ?? [], than, now).map((one) => (
    <Alert key={one.id} severity={one.status === 'PENDING' ? 'warning' : 'info'} role="note">
      {than === null ? '' : 'Also proposed: '}
      <Link to={`/approvals/${encodeURIComponent(one.id)}/show`}>{titleOf(one)}</Link>
      {one.status === 'PENDING'
        ? `, proposed by ${one.proposedBy ?? 'somebody'} on ${moment(one.proposedAt, one.brand)}; it waits for approval.`
        : `, approved on ${moment(one.decidedAt, one.brand)}.`}
    </Alert>
  ));
}
