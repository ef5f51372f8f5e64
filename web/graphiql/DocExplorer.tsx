/** GraphiQL's documentation explorer, which is loaded when it is opened; the build puts it in the original's place. */
import { Spinner } from '@graphiql/react';
import { lazy, Suspense } from 'react';

const Original = lazy(async () => {
  const { DocExplorer } = await import('../node_modules/@graphiql/plugin-doc-explorer/dist/components/doc-explorer.js');
  return { default: DocExplorer };
});

export function DocExplorer() {
  return (
    <Suspense fallback={<Spinner />}>
      <Original />
    </Suspense>
  );
}
