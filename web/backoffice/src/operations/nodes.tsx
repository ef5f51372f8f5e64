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
import { WORDS } from '../words/index.ts';

import type { Nodes as Read } from '../graph/generated/operations.ts';
import type { Tone } from '../look/theme.ts';

/** Return whether a part of a node has applied all decisions, in the words of the home. */
function stateOf({ alive, missing }: Read['nodes'][number]): { readonly tone: Tone; readonly label: string } {
  if (!alive) return { tone: 'bad', label: WORDS.operations.notResponding };
  return missing > 0 ? { tone: 'warning', label: WORDS.operations.behind } : { tone: 'good', label: WORDS.operations.inSync };
}

export function Nodes() {
  const { data, problem } = usePolled(NODES, {}, 2);
  const may = useMay('operations.switch');
  return (
    <Page
      title={WORDS.frame.screens.nodes}
      about={WORDS.operations.eachPartNodeAppliesThese}
      problem={problem}
      waiting={data === undefined}
    >
      <DataRows
        label={WORDS.operations.nodes}
        rows={data?.nodes ?? []}
        id={({ id }) => id}
        nothing={WORDS.operations.noNodeHasReportedYet}
        filledBy={WORDS.operations.nodesReportThemselvesWhat}
        columns={[
          { head: WORDS.operations.node, cell: ({ node }) => node },
          { head: WORDS.operations.part, cell: ({ part }) => part },
          { head: WORDS.common.state, cell: (one) => <ToneChip {...stateOf(one)} /> },
          { head: WORDS.common.lastReport, cell: ({ receivedAt }) => age(receivedAt) },
          { head: WORDS.operations.appliedUpTo, cell: ({ number }) => number, right: true },
          { head: WORDS.operations.lacks, cell: ({ missing, missingSince }) => (missing === 0 ? WORDS.operations.nothing : WORDS.operations.since({ missing, missingSince: age(missingSince) })) },
          { head: WORDS.operations.cannotApply, cell: ({ refused }) => refused.map(({ node, reason }) => `${node}: ${reason ?? ''}`).join('; ') || '–' },
          {
            head: WORDS.common.change,
            cell: ({ node, alive }) =>
              may &&
              !alive && (
                <ChangeButton
                  label={WORDS.operations.forget}
                  done={WORDS.common.deedDone.forgotten}
                  question={WORDS.operations.wasRemovedPermanently({ node })}
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
