/** Runs the query that a first visit opens with, so that there is an answer to look at. It runs nothing that changes anything. */
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useRef } from 'react';

import { asksOnly } from '../operations';

export function FirstRun() {
  const actions = useGraphiQLActions();
  const { queryEditor, variableEditor, headerEditor, responseEditor } = useGraphiQL((state) => ({
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
    headerEditor: state.headerEditor,
    responseEditor: state.responseEditor,
  }));
  const isDone = useRef(false);
  useEffect(() => {
    if (isDone.current || [queryEditor, variableEditor, headerEditor, responseEditor].includes(undefined)) return;
    isDone.current = true;
    if (asksOnly(queryEditor?.getValue() ?? '')) actions.run();
  }, [queryEditor, variableEditor, headerEditor, responseEditor, actions]);
  return null;
}
