/** All revisions of an item, and the button to roll back to an earlier one. */
import Restore from '@mui/icons-material/Restore';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { usePermissions } from 'react-admin';

import { StateChip } from '../StateChip.tsx';
import { stepInput } from '../steps/stepInput.ts';
import { ChangeButton } from '../../components/ChangeButton.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { useRevisions } from './useRevisions.ts';
import { moment } from '../../time/moments.ts';
import { run } from '../../graph/graph.ts';
import { ROLL_BACK_CONTENT } from '../../graph/generated/operations.ts';
import { WORDS } from '../../words/index.ts';

import type { ContentItem, ContentRevision } from '../../graph/generated/operations.ts';

interface Props {
  readonly item: ContentItem;
  readonly onDone: () => void;
}

export function RevisionList({ item, onDone }: Props) {
  const { permissions } = usePermissions<ReadonlySet<string>>();
  const { revisions, problem } = useRevisions(item);
  if (problem !== '' || revisions === null) return <Waiting problem={problem} />;
  return (
    <TableContainer tabIndex={0} role="region" aria-label={WORDS.common.revisions}>
      <Table size="small" aria-label={WORDS.common.revisions}>
        <TableHead>
          <TableRow>
            {[WORDS.common.revision, WORDS.common.state, WORDS.content.writtenBy, WORDS.common.approvedBy, WORDS.content.published, WORDS.content.note, WORDS.content.backToIt].map((name) => (
              <TableCell key={name}>{name}</TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {revisions.map((revision) => (
            <Row
              key={revision.id}
              item={item}
              revision={revision}
              mayPublish={permissions?.has('content.publish') === true}
              onDone={onDone}
            />
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}

function when(at: string | null, by: string | null, brand: string): string {
  return at === null ? '–' : `${moment(at, brand)}, ${by ?? ''}`;
}

function Row({ item, revision, mayPublish, onDone }: Props & { readonly revision: ContentRevision; readonly mayPublish: boolean }) {
  const { revision: number, state, rollbackOf, note } = revision;
  const now = item.published?.revision ?? 0;
  return (
    <TableRow>
      <TableCell component="th" scope="row">
        {rollbackOf === null ? number : WORDS.content.again({ number, rollbackOf })}
      </TableCell>
      <TableCell>
        <StateChip state={state} />
      </TableCell>
      <TableCell>{when(revision.editedAt, revision.editedBy, item.brand)}</TableCell>
      <TableCell>{when(revision.approvedAt, revision.approvedBy, item.brand)}</TableCell>
      <TableCell>{when(revision.publishedAt, revision.publishedBy, item.brand)}</TableCell>
      <TableCell sx={{ overflowWrap: 'anywhere' }}>{note ?? '–'}</TableCell>
      <TableCell>
        {mayPublish && state === 'SUPERSEDED' && revision.publishedAt !== null && (
          <ChangeButton
            label={WORDS.content.rollBackTo({ number })}
            done={WORDS.common.deedDone.rolledBack}
            question={WORDS.content.customersSeeTextRevision({ number })}
            change={(reason) => run(ROLL_BACK_CONTENT, { input: { ...stepInput(item), toRevision: number, reason } })}
            wantsReason
            firstReason={WORDS.content.backFromRevisionTo({ now, number })}
            icon={<Restore />}
            onSettled={onDone}
          />
        )}
      </TableCell>
    </TableRow>
  );
}
