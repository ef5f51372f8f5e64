/** The revisions of an entry; an earlier one can be proposed again. */
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import { formOf, inWords } from './placement.ts';
import { sentences } from './words.ts';
import { ChangeButton } from '../../components/ChangeButton.tsx';
import { DataRows } from '../../operations/page/DataRows.tsx';
import { useMay } from '../../operations/page/may.ts';
import { run } from '../../graph/graph.ts';
import { useGraph } from '../../graph/useGraph.ts';
import { moment } from '../../time/moments.ts';
import { BOARD_REVISIONS, ROLL_BACK_BOARD_ENTRY } from '../../graph/generated/operations.ts';

import type { BoardEntry, BoardRevision } from '../../graph/generated/operations.ts';

interface Props {
  readonly entry: BoardEntry;
  readonly onProposed: () => void;
}

export function RevisionsOfEntry({ entry: { item, revision: seen }, onProposed }: Props) {
  const may = useMay('events.edit');
  const { brand, scope, entry } = item;
  const { data } = useGraph(BOARD_REVISIONS, { brand, scope, entry });
  const said = ({ placements }: BoardRevision) => sentences(placements.map((placement) => inWords(formOf(placement), brand)), scope);
  return (
    <Box>
      <Typography variant="h6" component="h3" gutterBottom>
        Revisions
      </Typography>
      <DataRows
        label="Revisions"
        rows={data?.boardRevisions.nodes ?? []}
        id={({ id }) => id}
        nothing="It has always been shown as its providers tell it."
        columns={[
          { head: 'Revision', cell: ({ revision }) => (revision === seen ? `${revision}, the last` : revision) },
          { head: 'Shown', cell: (one) => said(one).map((sentence) => <div key={sentence}>{sentence}</div>) },
          { head: 'At', cell: ({ changedAt }) => moment(changedAt, brand) },
          { head: 'Proposed by', cell: ({ proposedBy }) => proposedBy },
          { head: 'Approved by', cell: ({ approvedBy }) => approvedBy ?? '–' },
          { head: 'Reason', cell: ({ reason }) => reason ?? '–' },
          {
            head: 'Again',
            cell: ({ revision, placements }) =>
              may &&
              revision !== seen &&
              placements.length > 0 && (
                <ChangeButton
                  label={`Propose revision ${revision} again`}
                  question="It is shown as it was then. Someone else must approve it."
                  change={(reason) => run(ROLL_BACK_BOARD_ENTRY, { input: { brand, scope, entry, revision, seen, reason } })}
                  wantsReason
                  onSettled={onProposed}
                />
              ),
          },
        ]}
      />
    </Box>
  );
}
