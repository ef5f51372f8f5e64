/** A list that the address narrows to one thing, to which the search has led; a chip says so, and shows all again. */
import Chip from '@mui/material/Chip';
import { useSearchParams } from 'react-router-dom';

import { WORDS } from '../../words/index.ts';

import type { ReactNode } from 'react';

interface Only {
  /** What the address names; null: all is shown. */
  readonly only: string | null;
  readonly chip: ReactNode;
}

/**
 * @param name the parameter of the address, such as `week`
 * @param called what people call a thing of that id
 */
export function useOnly(name: string, called: (id: string) => string): Only {
  const [address, setAddress] = useSearchParams();
  const only = address.get(name);

  function showAll() {
    setAddress((last) => {
      last.delete(name);
      return last;
    });
  }

  const chip = only !== null && <Chip label={WORDS.operations.onlyShowAll({ only: called(only) })} variant="outlined" onClick={showAll} onDelete={showAll} />;
  return { only, chip };
}
