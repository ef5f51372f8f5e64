/** GraphiQL, from local files only, for the gateway that serves it. */
import 'graphiql/setup-workers/vite';

import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { createRoot } from 'react-dom/client';

import { fetchDemo, type Demo } from '../src/session/session';
import { planPlugin } from './PlanPlugin';
import { ReportStore, reporting } from './report';
import { startOf } from './start';
import 'graphiql/style.css';
import './page.css';

const reports = new ReportStore();
const PLUGINS = [HISTORY_PLUGIN, planPlugin(reports)];
const fetcher = createGraphiQLFetcher({ url: '/graphql', fetch: reporting(fetch, reports) });

/** The user's edits of an earlier visit, as stored by GraphiQL; null if there are none. */
function edited(what: 'query' | 'variables'): string | null {
  return localStorage.getItem(`graphiql:${what}`);
}

function Page({ demo }: { readonly demo: Demo | null }) {
  const start = startOf(demo);
  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={PLUGINS}
      defaultQuery={start.query}
      // Headers contain a session, so they are not stored between visits but set each time.
      initialHeaders={demo === null ? '' : start.headers}
      initialQuery={edited('query') ?? start.query}
      initialVariables={edited('variables') ?? start.variables}
      defaultEditorToolsVisibility="headers"
      isHeadersEditorEnabled
    />
  );
}

const element = document.getElementById('graphiql');
if (element === null) throw new Error('index.html has no #graphiql');
const root = createRoot(element);
void fetchDemo(fetch).then((demo) => root.render(<Page demo={demo} />));
