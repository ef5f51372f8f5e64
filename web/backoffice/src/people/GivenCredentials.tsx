/** What an account was given to sign in with: a link by mail, or an initial password, which is shown once. */
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';

import { CopyButton } from '../look/CopyButton.tsx';
import { WORDS } from '../words/index.ts';

export interface Given {
  readonly initialPassword: string | null;
}

interface Props {
  readonly given: Given;
  readonly onClose?: () => void;
}

export function GivenCredentials({ given, onClose }: Props) {
  const closing = onClose === undefined ? {} : { onClose };
  if (given.initialPassword === null) {
    return (
      <Alert severity="success" {...closing}>
        {WORDS.people.linkSentPersonsAddress}
      </Alert>
    );
  }
  return (
    <Alert severity="warning" {...closing}>
      {WORDS.people.theInitialPasswordShownOnlyNow}
      <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1, marginBlock: 1 }}>
        <code>{given.initialPassword}</code>
        <CopyButton text={given.initialPassword} what={WORDS.people.thePassword} />
      </Box>
      {WORDS.people.youSeenSoYouTwoCantApprove}
    </Alert>
  );
}
