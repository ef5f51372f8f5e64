/** Mounts the tracker in a frame of a brand's site. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { EmbeddedTracker } from './EmbeddedTracker';
import { readEmbedding } from './messages';
import { askOver } from '../graphql/ask';
import '../ui/base.css';
import '../ui/tracker.css';

const root = document.getElementById('root');
if (root === null) throw new Error('embed.html has no #root');
const told = document.querySelector<HTMLMetaElement>('meta[name="furlong-embed"]')?.content ?? '';
const embedding = readEmbedding(told);
const isFramed = window.parent !== window;
const ask = askOver((input, init) => fetch(input, init));
createRoot(root).render(
  <StrictMode>
    {embedding === null || !isFramed ? (
      <p data-testid="not-framed">This page is shown in the pages of a betting site.</p>
    ) : (
      <EmbeddedTracker ask={ask} embedding={embedding} />
    )}
  </StrictMode>,
);
