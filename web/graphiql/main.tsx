/** GraphiQL from local files only, over the gateway that serves it. */
import 'graphiql/setup-workers/vite';

import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';

import { fetchDemo, type Demo } from '../src/session/session';
import { startOf } from './start';
import 'graphiql/style.css';
import './page.css';

/** What the reader edited on an earlier visit, as GraphiQL keeps it; null if nothing. */
function edited(what: 'query' | 'variables'): string | null {
  return localStorage.getItem(`graphiql:${what}`);
}

function Page({ demo }: { readonly demo: Demo | null }) {
  const start = startOf(demo);
  return (
    <GraphiQL
      fetcher={createGraphiQLFetcher({ url: '/graphql' })}
      defaultQuery={start.query}
      // Headers are not kept between visits, since they hold a session: they are given each time.
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
