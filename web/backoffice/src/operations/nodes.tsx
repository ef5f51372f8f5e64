/** The nodes: what each part of each node has applied, and what it lacks. */
import DeleteForever from '@mui/icons-material/DeleteForever';

import { ChangeButton } from '../components/ChangeButton.tsx';
import { DataRows } from './page/DataRows.tsx';
import { ToneChip } from '../look/ToneChip.tsx';
import { Page } from './page/Page.tsx';
import { useMay } from './page/may.ts';
import { usePolled } from './page/usePolled.ts';
import { age } from './page/words.ts';
import { run } from '../graph/graph.ts';
import { FORGET_NODE, NODES } from '../graph/generated/operations.ts';

export function Nodes() {
  const { data, problem } = usePolled(NODES, {}, 2);
  const may = useMay('operations.switch');
  return (
    <Page
      title="Nodes"
      about="Each part of a node applies these decisions to its own database and acknowledges them. This page updates automatically."
      problem={problem}
      waiting={data === undefined}
    >
      <DataRows
        label="Nodes"
        rows={data?.nodes ?? []}
        id={({ id }) => id}
        nothing="No node has reported yet."
        filledBy="Nodes report by themselves what they have applied, once `furlong consume backoffice` runs."
        columns={[
          { head: 'Node', cell: ({ node }) => node },
          { head: 'Part', cell: ({ part }) => part },
          { head: 'State', cell: ({ alive }) => <ToneChip tone={alive ? 'good' : 'bad'} label={alive ? 'reports' : 'silent'} /> },
          { head: 'Last report', cell: ({ receivedAt }) => age(receivedAt) },
          { head: 'Applied up to', cell: ({ number }) => number, right: true },
          { head: 'Lacks', cell: ({ missing, missingSince }) => (missing === 0 ? 'nothing' : `${missing}, since ${age(missingSince)}`) },
          { head: 'Cannot apply', cell: ({ refused }) => refused.map(({ node, reason }) => `${node}: ${reason ?? ''}`).join('; ') || '–' },
          {
            head: 'Change',
            cell: ({ node, alive }) =>
              may &&
              !alive && (
                <ChangeButton
                  label="Forget"
                  question={`${node} was removed permanently. If it reports again, it is known again.`}
                  change={(reason) => run(FORGET_NODE, { input: { node, reason } })}
                  wantsReason
                  color="error"
                  icon={<DeleteForever />}
                />
              ),
          },
        ]}
      />
    </Page>
  );
}
