/** A page of a brand that is made with React. */
import { FurlongClub } from '@furlong/react';
import { createElement, StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

const root = document.getElementById('root');

function Page() {
  const [state, setState] = useState(null);
  return createElement(
    'main',
    null,
    createElement('output', null, state === null ? 'nothing yet' : `${state.kind} ${state.state ?? ''}`),
    createElement(FurlongClub, {
      brand: 'northbet',
      endpoint: root.dataset.endpoint,
      getToken: window.getToken,
      locale: 'en-GB',
      onState(status) {
        window.states.push(status);
        setState(status);
      },
      slip: { stakeMinor: 500, currency: 'GBP', oddsMilli: 2500 },
    }),
  );
}

createRoot(root).render(createElement(StrictMode, null, createElement(Page)));
