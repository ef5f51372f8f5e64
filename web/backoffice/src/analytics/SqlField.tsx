/** The editor of a question: a field, over whose transparent letters the same text lies in colours. */
import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';
import { useRef } from 'react';

import { tokensOf, type Kind } from './tokens.ts';
import { WORDS } from '../words/index.ts';

import type { Theme } from '@mui/material/styles';
import type { RefObject } from 'react';

interface Props {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Ctrl-Enter was pressed. */
  readonly onAsk: () => void;
  /** Where it is written, to be focused. */
  readonly field: RefObject<HTMLTextAreaElement | null>;
}

const COLOURS: Readonly<Record<Kind, ((theme: Theme) => string) | undefined>> = {
  keyword: (theme) => theme.palette.tones.waiting[0],
  text: (theme) => theme.palette.tones.good[0],
  figure: (theme) => theme.palette.tones.warning[0],
  remark: (theme) => theme.palette.text.secondary,
  other: undefined,
};

/** Both have the same letters on the same lines; where a system has its own colours, the field's letters are seen. */
const FIELD = {
  fontFamily: 'monospace',
  '& textarea:first-of-type': { scrollbarGutter: 'stable', '@media (forced-colors: none)': { WebkitTextFillColor: 'transparent' } },
} as const;
const COLOURED = {
  ...{ position: 'absolute', inset: 0, padding: 'inherit', margin: 0, font: 'inherit', overflow: 'hidden', scrollbarGutter: 'stable' },
  ...{ whiteSpace: 'pre-wrap', overflowWrap: 'break-word', pointerEvents: 'none', '@media (forced-colors: active)': { display: 'none' } },
} as const;

export function SqlField({ value, onChange, onAsk, field }: Props) {
  const coloured = useRef<HTMLElement>(null);
  const letters = (
    <Box component="pre" aria-hidden ref={coloured} sx={COLOURED}>
      {tokensOf(value).map(({ kind, text }, at) => (
        <Box component="span" key={at} sx={{ color: COLOURS[kind] }}>
          {text}
        </Box>
      ))}
      {'\n'}
    </Box>
  );
  return (
    <TextField
      label={WORDS.analytics.questionInSql}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) onAsk();
      }}
      inputRef={field}
      multiline
      minRows={6}
      maxRows={20}
      helperText={WORDS.analytics.ctrlEnterAsks}
      slotProps={{
        input: { startAdornment: letters, sx: FIELD },
        htmlInput: {
          spellCheck: false,
          onScroll: ({ currentTarget }: React.UIEvent<HTMLElement>) => coloured.current?.scrollTo(0, currentTarget.scrollTop),
        },
      }}
    />
  );
}
