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
      className: 'of-the-site',
      endpoint: root.dataset.endpoint,
      getToken: window.getToken,
      onState(status) {
        window.states.push(status);
        setState(status);
      },
      slip: { stakeMinor: 500, currency: 'GBP', oddsMilli: 2500 },
    }),
  );
}

/** The element without the component: what the page leaves out is undefined. */
function Plain() {
  const left = { locale: undefined, theme: undefined, slip: undefined };
  return createElement('furlong-club', { brand: 'northbet', endpoint: root.dataset.endpoint, getToken: window.getToken, ...left });
}

const isPlain = window.location.search === '?plain';
// React sets properties only of an element that is defined already.
if (isPlain) await import('@furlong/element');
createRoot(root).render(createElement(StrictMode, null, createElement(isPlain ? Plain : Page)));
