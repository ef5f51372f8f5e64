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
import { WORDS } from '../../words/index.ts';

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
        {WORDS.common.revisions}
      </Typography>
      <DataRows
        label={WORDS.common.revisions}
        rows={data?.boardRevisions.nodes ?? []}
        id={({ id }) => id}
        nothing={WORDS.board.alwaysShownProvidersTell}
        columns={[
          { head: WORDS.common.revision, cell: ({ revision }) => (revision === seen ? WORDS.board.theLast({ revision }) : revision) },
          { head: WORDS.board.shown, cell: (one) => said(one).map((sentence) => <div key={sentence}>{sentence}</div>) },
          { head: WORDS.common.at, cell: ({ changedAt }) => moment(changedAt, brand) },
          { head: WORDS.common.proposedBy, cell: ({ proposedBy }) => proposedBy },
          { head: WORDS.common.approvedBy, cell: ({ approvedBy }) => approvedBy ?? '–' },
          { head: WORDS.common.reason, cell: ({ reason }) => reason ?? '–' },
          {
            head: WORDS.board.again,
            cell: ({ revision, placements }) =>
              may &&
              revision !== seen &&
              placements.length > 0 && (
                <ChangeButton
                  label={WORDS.board.proposeRevisionAgain({ revision })}
                  done={WORDS.common.submittedForApproval}
                  question={WORDS.board.itIsShownAsItWasThen}
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
