/** The pages of a list by key, which a screen polls: it remembers the keys of the pages before. */
import ChevronLeft from '@mui/icons-material/ChevronLeft';
import ChevronRight from '@mui/icons-material/ChevronRight';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import { useState } from 'react';

import { WORDS } from '../words/index.ts';

import type { ReactNode } from 'react';

interface PageInfo {
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
}

interface Pages {
  /** What the present page begins after; null: it is the first. */
  readonly after: string | null;
  /** Return the buttons to the pages before and after one; nothing if it is the only one. */
  readonly buttons: (page: PageInfo | undefined) => ReactNode;
}

/** @param what what is listed, in the plural */
export function usePages(what: string): Pages {
  const [keys, setKeys] = useState<readonly string[]>([]);

  function buttons(page: PageInfo | undefined) {
    const next = page?.hasNextPage === true ? page.endCursor : null;
    if (keys.length === 0 && next === null) return null;
    return (
      <Stack component="nav" aria-label={WORDS.events.pagesOf({ what })} direction="row" spacing={1} sx={{ justifyContent: 'flex-end', marginBottom: 3 }}>
        <Button startIcon={<ChevronLeft />} disabled={keys.length === 0} onClick={() => setKeys(keys.slice(0, -1))}>
          {WORDS.common.previous}
        </Button>
        <Button endIcon={<ChevronRight />} disabled={next === null} onClick={() => next !== null && setKeys([...keys, next])}>
          {WORDS.common.next}
        </Button>
      </Stack>
    );
  }

  return { after: keys.at(-1) ?? null, buttons };
}
