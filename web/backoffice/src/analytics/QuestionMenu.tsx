/** The questions that were asked last, newest first; choosing one hands it on. */
import Button from '@mui/material/Button';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import Typography from '@mui/material/Typography';
import { useId, useState } from 'react';

import { lastQuestions } from './lastQuestions.ts';
import { WORDS } from '../words/index.ts';

interface Props {
  readonly onChoose: (sql: string) => void;
}

export function QuestionMenu({ onChoose }: Props) {
  const [button, setButton] = useState<HTMLElement | null>(null);
  const id = useId();
  const questions = lastQuestions();
  if (questions.length === 0) return null;

  function choose(sql: string) {
    setButton(null);
    onChoose(sql);
  }

  return (
    <>
      <Button
        aria-haspopup="menu"
        aria-expanded={button !== null}
        {...(button === null ? {} : { 'aria-controls': id })}
        onClick={(event) => setButton(event.currentTarget)}
      >
        {WORDS.analytics.lastQuestions}
      </Button>
      <Menu id={id} anchorEl={button} open={button !== null} onClose={() => setButton(null)} slotProps={{ list: { 'aria-label': WORDS.analytics.lastQuestions } }}>
        {questions.map((sql) => (
          <MenuItem key={sql} title={sql} onClick={() => choose(sql)} sx={{ maxWidth: 560 }}>
            <Typography component="code" variant="body2" noWrap sx={{ fontFamily: 'monospace' }}>
              {sql.replace(/\s+/gu, ' ')}
            </Typography>
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
