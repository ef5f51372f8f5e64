/** GraphiQL from local files only, over the gateway that serves it. */
import 'graphiql/setup-workers/vite';

import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';

import { fetchDemo, type Demo } from '../src/session/session';
import { startOf } from './start';
import 'graphiql/style.css';
import './page.css';

/** Where GraphiQL keeps its tabs: as long as it has none, it opens with ours. */
const TABS = 'graphiql:tabState';

function Page({ demo }: { readonly demo: Demo | null }) {
  const start = startOf(demo);
  const first = localStorage.getItem(TABS) === null;
  return (
    <GraphiQL
      fetcher={createGraphiQLFetcher({ url: '/graphql' })}
      defaultQuery={start.query}
      // Headers are not kept between visits, since they hold a session: they are given each time.
      initialHeaders={demo === null ? '' : start.headers}
      {...(first ? { initialQuery: start.query, initialVariables: start.variables } : {})}
      defaultEditorToolsVisibility="headers"
      isHeadersEditorEnabled
    />
  );
}

const element = document.getElementById('graphiql');
if (element === null) throw new Error('index.html has no #graphiql');
const root = createRoot(element);
void fetchDemo(fetch).then((demo) => root.render(<Page demo={demo} />));
