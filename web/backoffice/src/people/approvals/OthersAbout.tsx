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

interface Props {
  /** Such as `customer:northbet:c-1003`. */
  readonly subject: string;
  /** The proposal that is read; null if none is. */
  readonly than?: string | null;
  /** What to say if there are none; nothing by default. */
  readonly orElse?: string;
}

export function OthersAbout({ subject, than = null, orElse }: Props) {
  const [now] = useState(Date.now);
  const { data } = useGraph(PROPOSALS_ABOUT, { subject });
  const others = recent(data?.approvals.nodes ?? [], than, now);
  if (data !== null && others.length === 0 && orElse !== undefined) return <Typography color="textSecondary">{orElse}</Typography>;
  return others.map((one) => (
    <Alert key={one.id} severity={one.status === 'PENDING' ? 'warning' : 'info'} role="note">
      {than === null ? '' : WORDS.approvals.alsoProposed}
      <Link to={`/approvals/${encodeURIComponent(one.id)}/show`}>{titleOf(one)}</Link>
      {one.status === 'PENDING'
        ? WORDS.approvals.proposedWaitsApproval({ proposedBy: one.proposedBy ?? WORDS.approvals.somebody, proposedAt: moment(one.proposedAt, one.brand) })
        : WORDS.approvals.approvedOn({ decidedAt: moment(one.decidedAt, one.brand) })}
    </Alert>
  ));
}
