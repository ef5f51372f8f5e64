/** Copies a text that a person needs elsewhere, such as what is shown only once. */
import Check from '@mui/icons-material/Check';
import ContentCopy from '@mui/icons-material/ContentCopy';
import Button from '@mui/material/Button';
import { useEffect, useState } from 'react';

import { WORDS } from '../words/index.ts';

interface Props {
  readonly text: string;
  /** What is copied, in the button's words: `Copy the password`. */
  readonly what: string;
}

const SAID_MS = 3000;

type State = 'idle' | 'copied' | 'refused';

export function CopyButton({ text, what }: Props) {
  const [state, setState] = useState<State>('idle');
  useEffect(() => {
    if (state === 'idle') return undefined;
    const timer = setTimeout(() => setState('idle'), SAID_MS);
    return () => clearTimeout(timer);
  }, [state]);

  function copy() {
    // Browsers offer it over TLS alone, and may refuse: what is shown can be selected by hand.
    (window.isSecureContext ? navigator.clipboard.writeText(text) : Promise.reject(new Error('no TLS'))).then(
      () => setState('copied'),
      () => setState('refused'),
    );
  }

  return (
    <Button size="small" color="inherit" variant="outlined" startIcon={state === 'copied' ? <Check /> : <ContentCopy />} onClick={copy} disabled={text === ''} aria-live="polite">
      {state === 'idle' ? WORDS.common.copy({ what }) : state === 'copied' ? WORDS.common.copied : WORDS.common.selectItAndCopyByHand}
    </Button>
  );
}
