/** Copies a text that a person needs elsewhere, such as what is shown only once, or an id. */
import Check from '@mui/icons-material/Check';
import ContentCopy from '@mui/icons-material/ContentCopy';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import { visuallyHidden } from '@mui/utils';
import { useEffect, useState } from 'react';

import { WORDS } from '../words/index.ts';

import type { MouseEvent } from 'react';

interface Props {
  readonly text: string;
  /** What is copied, in the button's words: `Copy the password`. */
  readonly what: string;
  /** Whether it is a small icon beside the text, no louder than that. */
  readonly isIcon?: boolean;
}

const SAID_MS = 3000;
const ICON = { padding: '5px', margin: '-5px 0', color: 'text.secondary', '& svg': { fontSize: 14 } } as const;

type State = 'idle' | 'copied' | 'refused';

export function CopyButton({ text, what, isIcon = false }: Props) {
  const [state, setState] = useState<State>('idle');
  useEffect(() => {
    if (state === 'idle') return undefined;
    const timer = setTimeout(() => setState('idle'), SAID_MS);
    return () => clearTimeout(timer);
  }, [state]);

  function copy(event: MouseEvent) {
    event.stopPropagation(); // the row of a table may be a link
    // Browsers offer it over TLS alone, and may refuse: what is shown can be selected by hand.
    (window.isSecureContext ? navigator.clipboard.writeText(text) : Promise.reject(new Error('no TLS'))).then(
      () => setState('copied'),
      () => setState('refused'),
    );
  }

  const words = { idle: WORDS.common.copy({ what }), copied: WORDS.common.copied, refused: WORDS.common.selectItAndCopyByHand }[state];
  const icon = state === 'copied' ? <Check /> : <ContentCopy />;
  if (isIcon) {
    return (
      <IconButton size="small" onClick={copy} aria-label={words} title={words} sx={ICON}>
        {icon}
        <span role="status" style={visuallyHidden}>
          {state === 'idle' ? '' : words}
        </span>
      </IconButton>
    );
  }
  return (
    <Button size="small" color="inherit" variant="outlined" startIcon={icon} onClick={copy} disabled={text === ''} aria-live="polite">
      {words}
    </Button>
  );
}
