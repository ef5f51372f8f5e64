/** GraphiQL, from local files only, for the gateway that serves it. */
import 'graphiql/setup-workers/vite';

import { createGraphiQLFetcher, type Fetcher } from '@graphiql/toolkit';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { createRoot } from 'react-dom/client';

import type { Demo } from '../demo/session/demo';
import { BreakSwitch } from './demo/BreakSwitch';
import { breaking, BrokenSubgraph } from './demo/broken';
import { CustomerSwitch } from './demo/CustomerSwitch';
import { FirstRun } from './demo/FirstRun';
import { mockedFetcher, MockedAnswers } from './demo/mocked';
import { MockSwitch } from './demo/MockSwitch';
import { planPlugin } from './PlanPlugin';
import { ReportStore, reporting } from './report';
import { TabRoles } from './TabRoles';
import { STARTING_POINT } from './session';
import { startOf, type Tab } from './start';
import { lastTab, offerNewTabs } from './visit';
import 'graphiql/style.css';
import './page.css';

// GraphiQL loads its editor when it is first drawn; asking for it at once saves that time.
void import('monaco-graphql/esm/monaco-editor.js');

const reports = new ReportStore();
const PLAN = planPlugin(reports);
const PLUGINS = [HISTORY_PLUGIN, PLAN];
/** Whether the plan has room beside the editors from the start. */
const HAS_ROOM = window.innerWidth >= 1000;
const broken = new BrokenSubgraph();
const mocking = new MockedAnswers();
const own = createGraphiQLFetcher({
  url: '/graphql',
  subscriptionUrl: `${location.origin.replace(/^http/u, 'ws')}/graphql`,
  fetch: reporting(breaking(fetch, broken), reports),
});

/** Returns the page's fetcher. It forgets the last report with each operation, because a subscription has none. */
function fetcherOf({ mocked = '' }: Partial<Demo>): Fetcher {
  const inner = mocked === '' ? own : mocking.between(own, mockedFetcher(mocked, reporting(fetch, reports)));
  return (parameters, options) => {
    if (parameters.operationName !== 'IntrospectionQuery') reports.clear();
    return inner(parameters, options);
  };
}

interface PageProps {
  readonly demo: Demo | null;
  readonly tabs: Tab[];
  readonly fetcher: Fetcher;
  readonly isFirstVisit: boolean;
}

function Page({ demo, tabs, fetcher, isFirstVisit }: PageProps) {
  const { query, variables } = lastTab() ?? { query: null, variables: tabs[0]?.variables ?? '' };
  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={PLUGINS}
      {...(HAS_ROOM ? { visiblePlugin: PLAN } : {})}
      defaultTabs={tabs}
      // Headers contain a session, so they are not stored between visits but set each time.
      initialHeaders={demo === null ? '' : (tabs[0]?.headers ?? '')}
      {...(query === null ? {} : { initialQuery: query })}
      initialVariables={variables ?? ''}
      defaultEditorToolsVisibility="variables"
      isHeadersEditorEnabled
    >
      <TabRoles />
      {isFirstVisit && (demo?.customers.length ?? 0) > 0 && <FirstRun />}
      <GraphiQL.Logo>
        <div className="demo-switches">
          {demo === null || <CustomerSwitch customers={demo.customers} />}
          {(demo?.mocked ?? '') === '' || <MockSwitch onChoose={mocking.choose} />}
          {demo?.subgraphs === undefined || <BreakSwitch subgraphs={demo.subgraphs} onChoose={broken.choose} />}
        </div>
      </GraphiQL.Logo>
    </GraphiQL>
  );
}

async function start(element: HTMLElement): Promise<void> {
  const { demo, facts } = await STARTING_POINT;
  const tabs = startOf(demo, facts, crypto.randomUUID());
  const isFirstVisit = lastTab() === null;
  offerNewTabs(tabs);
  createRoot(element).render(<Page demo={demo} tabs={tabs} fetcher={fetcherOf(demo ?? {})} isFirstVisit={isFirstVisit} />);
}

const element = document.getElementById('graphiql');
if (element === null) throw new Error('index.html has no #graphiql');
void start(element);
