/** Mounts the gallery. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { Gallery } from './Gallery';
import '@furlong/club/src/ui/base.css';
import '@furlong/club/src/ui/tracker.css';
import './gallery.css';

const root = document.getElementById('root');
if (root === null) throw new Error('gallery.html has no #root');
createRoot(root).render(
  <StrictMode>
    <Gallery />
  </StrictMode>,
);
