/** GraphiQL's pane with the query plan and timings of the latest answer. */
import { useSyncExternalStore } from 'react';

import type { ReportStore, Stage, Timing } from './report';

interface Plugin {
  readonly title: string;
  readonly icon: () => React.JSX.Element;
  readonly content: () => React.JSX.Element;
}

/** Returns the plugin that shows what a store holds. */
export function planPlugin(store: ReportStore): Plugin {
  return { title: 'Plan and timing', icon: Icon, content: () => <Pane store={store} /> };
}

function Icon() {
  return (
    <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M2 3.5h7M5 8h9M3 12.5h5" strokeLinecap="round" />
    </svg>
  );
}

function Pane({ store }: { readonly store: ReportStore }) {
  const report = useSyncExternalStore(store.subscribe, store.get);
  if (report === null) return <p className="plan-hint">Run a query or a mutation to see its plan and timing.</p>;
  if (report.plan === null && report.timing === null) {
    return (
      <p className="plan-hint">
        The gateway told no plan for this answer: the request was refused, or this client may not ask. See{' '}
        <code>FURLONG_GATEWAY__OBSERVATION__DEBUG_IN_RESPONSE</code>.
      </p>
    );
  }
  return (
    // It scrolls, so that it must be reachable by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="plan-pane" role="region" aria-label="Query plan and timing" tabIndex={0}>
      {report.timing !== null && <Timings timing={report.timing} />}
      {report.plan !== null && (
        <section>
          <h3>Query plan</h3>
          <pre>{report.plan}</pre>
        </section>
      )}
    </div>
  );
}

function Timings({ timing }: { readonly timing: Timing }) {
  return (
    <section>
      <h3>Timing: {timing.total.toFixed(2)} ms</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col">ms</th>
            <th scope="col">
              <span className="plan-hidden">When</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {timing.stages.map((stage, number) => (
            <Row key={number} stage={stage} total={timing.total} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ stage, total }: { readonly stage: Stage; readonly total: number }) {
  const share = (milliseconds: number) => `${total > 0 ? (100 * milliseconds) / total : 0}%`;
  return (
    <tr>
      <th scope="row">
        {stage.name}
        <small>{notes(stage).join(' · ')}</small>
      </th>
      <td>{stage.duration.toFixed(2)}</td>
      <td className="plan-track">
        <i
          className={stage.error === undefined ? 'plan-bar' : 'plan-bar plan-failed'}
          style={{ marginLeft: share(stage.start), width: share(stage.duration) }}
        />
      </td>
    </tr>
  );
}

/** Returns what else is known of a stage, in words. */
function notes(stage: Stage): string[] {
  const found: string[] = [];
  if (stage.entities !== undefined) found.push(stage.entities === 1 ? '1 entity' : `${stage.entities} entities`);
  if (stage.cache !== undefined) found.push(stage.cache === 'miss' ? 'not cached' : `from the cache of ${stage.cache}`);
  if (stage.error !== undefined) found.push(stage.error);
  return found;
}
