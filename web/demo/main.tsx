/** Mounts the page. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { App } from './App';
import '@furlong/club/src/ui/base.css';
import '@furlong/club/src/ui/tracker.css';
import './page.css';
import './events/events.css';
import './slip/slip.css';
import './site/site.css';
import './betting/betting.css';
import './lobby/lobby.css';
import './money/money.css';
import './money/payments/payments.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
