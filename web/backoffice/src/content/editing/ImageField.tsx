/** The image of a text: uploaded from a file, which the server re-encodes, or an address. */
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import UploadFile from '@mui/icons-material/UploadFile';
import { useRef, useState } from 'react';

import { LABELS, type LocaleText } from '../document.ts';
import { run } from '../../graph/graph.ts';
import { messageOf } from '../../session/session.ts';
import { UPLOAD_IMAGE } from '../../graph/generated/operations.ts';
import { WORDS } from '../../words/index.ts';

import type { Finding } from '../../graph/generated/operations.ts';

interface Props {
  readonly brand: string;
  readonly text: LocaleText;
  readonly findings: readonly Finding[];
  readonly readOnly: boolean;
  readonly onChange: (imageUrl: string, imageAddress: string | null) => void;
}

const MAX_BYTES = 5 * 2 ** 20;
const ACCEPTED = 'image/png,image/jpeg,image/webp';

/** Return a file's bytes in base64. */
function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(typeof reader.result === 'string' ? reader.result.replace(/^[^,]*,/u, '') : '');
    reader.onerror = () => reject(new Error(WORDS.content.theFileCannotBeRead));
    reader.readAsDataURL(file);
  });
}

export function ImageField({ brand, text, findings, readOnly, onChange }: Props) {
  const chooser = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const wrong = problem !== '' || findings.some(({ severity }) => severity === 'ERROR');
  const said = problem === '' ? findings.map(({ message }) => message).join('; ') : problem;

  async function upload(file: File) {
    setProblem('');
    if (file.size > MAX_BYTES) {
      setProblem(WORDS.content.theFileHasMiB({ size: (file.size / 2 ** 20).toFixed(1) }));
      return;
    }
    setBusy(true);
    try {
      const input = { brand, file: await base64Of(file) };
      const { uploadContentImage: image } = await run(UPLOAD_IMAGE, { input });
      onChange(image.imageUrl, image.address);
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Stack spacing={1} role="group" aria-label={LABELS.imageUrl}>
      <Stack direction="row" spacing={2} sx={{ alignItems: 'center' }}>
        <Picture text={text} />
        <TextField
          label={LABELS.imageUrl}
          value={text.imageUrl}
          onChange={(event) => onChange(event.target.value, null)}
          error={wrong}
          helperText={said === '' ? WORDS.content.imageRequirements : said}
          fullWidth
          slotProps={{ htmlInput: { readOnly } }}
        />
      </Stack>
      {!readOnly && (
        <Stack direction="row" spacing={1}>
          <Button startIcon={<UploadFile />} disabled={busy} onClick={() => chooser.current?.click()}>
            {busy ? WORDS.content.uploading : WORDS.content.uploadAnImage}
          </Button>
          {text.imageUrl !== '' && <Button onClick={() => onChange('', null)}>{WORDS.content.removeTheImage}</Button>}
          <input
            ref={chooser}
            type="file"
            accept={ACCEPTED}
            hidden
            data-testid="image-file"
            onChange={(event) => {
              const file = event.target.files?.[0];
              event.target.value = '';
              if (file !== undefined) void upload(file);
            }}
          />
        </Stack>
      )}
    </Stack>
  );
}

/** Only uploaded images are shown: the screens load nothing from elsewhere. */
function Picture({ text }: { readonly text: LocaleText }) {
  const address = text.imageAddress ?? '';
  if (!address.startsWith('/')) {
    return text.imageUrl === '' ? null : <Typography variant="body2">{WORDS.content.notShownHere}</Typography>;
  }
  return <Box component="img" src={address} alt={text.imageAlt} sx={{ inlineSize: 96, blockSize: 48, objectFit: 'cover', borderRadius: 1 }} />;
}
