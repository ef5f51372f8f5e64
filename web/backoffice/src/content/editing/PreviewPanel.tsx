/** The real widget with what is being typed, for a customer in any state, as wide as a phone or a desk. */
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import Typography from '@mui/material/Typography';
import { useTheme } from '@mui/material/styles';
import { useEffect, useMemo, useRef, useState } from 'react';

import { Failed } from '../../components/Waiting.tsx';
import { asInput, type ContentDocument } from '../document.ts';
import { isTold, type Shown } from '../../../preview/message.ts';
import { useGraph } from '../../graph/useGraph.ts';
import { CONTENT_PREVIEW, PREVIEW_STATES } from '../../graph/generated/operations.ts';
import { WORDS } from '../../words/index.ts';

import type { ContentKey } from '../key.ts';

interface Props {
  readonly itemKey: ContentKey;
  readonly document: ContentDocument;
  readonly locale: string;
  /** What customers see now, beside it; not given where only the new text matters. */
  readonly before?: ContentDocument | undefined;
}

const PAGE = '/backoffice/preview';
const WIDTHS = [360, 1280] as const;
/** As a screen shows it: a taller page scrolls. */
const TALLEST = 760;
const LEAST_HEIGHT = 200;
const FIRST_HEIGHT = 400;
const FIRST_STATE = 'tracking';

export function PreviewPanel({ itemKey, document, locale, before }: Props) {
  const [state, setState] = useState(FIRST_STATE);
  const [width, setWidth] = useState<number>(360);
  const states = useGraph(PREVIEW_STATES, {}).data?.contentPreviewStates ?? [];
  const shown = { itemKey, locale, state, width };
  return (
    <Stack spacing={2} component="section" aria-label={WORDS.content.preview}>
      <Stack direction="row" spacing={2} useFlexGap sx={{ flexWrap: 'wrap', alignItems: 'center' }}>
        <TextField
          select
          size="small"
          label={WORDS.content.previewAs}
          value={states.length === 0 ? '' : state}
          onChange={(event) => setState(event.target.value)}
          sx={{ flex: 1, minWidth: 200 }}
        >
          {states.map(({ name, says }) => (
            <MenuItem key={name} value={name}>
              {says.replace(/\.$/u, '')}
            </MenuItem>
          ))}
        </TextField>
        <ToggleButtonGroup exclusive size="small" value={width} onChange={(_, value: number | null) => setWidth(value ?? width)} aria-label={WORDS.content.width}>
          {WIDTHS.map((each) => (
            <ToggleButton key={each} value={each}>
              {WORDS.content.px({ each })}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      </Stack>
      {before === undefined ? (
        <Rendered {...shown} document={document} />
      ) : (
        <Box sx={{ display: 'grid', gridTemplateColumns: `repeat(auto-fit, minmax(min(100%, ${width}px), max-content))`, gap: 2 }}>
          <Rendered {...shown} document={before} caption={WORDS.common.before} />
          <Rendered {...shown} document={document} caption={WORDS.common.after} />
        </Box>
      )}
      <Typography variant="body2" color="textSecondary">
        {WORDS.content.widgetBetSlipRecorded}
      </Typography>
    </Stack>
  );
}

interface RenderedProps extends Props {
  readonly state: string;
  readonly width: number;
  /** Which of the two it is, where there are two. */
  readonly caption?: string;
}

/** One document as the widget shows it. */
function Rendered({ itemKey, document, locale, state, width, caption }: RenderedProps) {
  const input = asInput(document);
  const written = input.texts.some((text) => text.locale === locale);
  const { data, problem } = useGraph(CONTENT_PREVIEW, written ? { ...itemKey, document: input, locale, state } : null);
  return (
    <Stack spacing={1} sx={{ minWidth: 0 }}>
      {caption !== undefined && (
        <Typography variant="subtitle2" component="h4">
          {caption}
        </Typography>
      )}
      {problem !== '' && <Failed problem={problem} />}
      {!written && <Alert severity="info">{WORDS.content.nothingIsWrittenInYet({ locale })}</Alert>}
      {written && data === null && problem === '' && <Drawing width={width} height={FIRST_HEIGHT} />}
      {data !== null && <Frame key={width} width={width} caption={caption} itemKey={itemKey} locale={locale} answer={data.contentPreview} />}
    </Stack>
  );
}

interface FrameProps {
  readonly width: number;
  readonly caption: string | undefined;
  readonly itemKey: ContentKey;
  readonly locale: string;
  readonly answer: { readonly club: string; readonly records: string };
}

/** The page of the widget, in a sandbox without an origin; scaled down if there is less room than it has. */
function Frame({ width, caption, itemKey: { brand, rewardId }, locale, answer }: FrameProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [ready, setReady] = useState(false);
  const [isDrawn, setDrawn] = useState(false);
  const [height, setHeight] = useState(FIRST_HEIGHT);
  const [scale, setScale] = useState(1);
  const { mode } = useTheme().palette;
  const shown = useMemo<Shown>(
    () => ({
      type: 'furlong-preview:show',
      locale,
      theme: mode,
      brand,
      reward: rewardId,
      club: JSON.parse(answer.club) as Shown['club'],
      records: JSON.parse(answer.records) as Shown['records'],
    }),
    [locale, mode, brand, rewardId, answer],
  );

  useEffect(() => {
    function hear(event: MessageEvent<unknown>) {
      if (event.source !== frame.current?.contentWindow || !isTold(event.data)) return;
      if (event.data.type === 'furlong-preview:ready') setReady(true);
      else if (event.data.type === 'furlong-preview:drawn') setDrawn(true);
      else setHeight(Math.min(TALLEST, Math.max(LEAST_HEIGHT, event.data.height)));
    }
    window.addEventListener('message', hear);
    return () => window.removeEventListener('message', hear);
  }, []);

  useEffect(() => {
    // The frame has no origin that could be named; it is the only one that can be in it.
    if (ready) frame.current?.contentWindow?.postMessage(shown, '*');
  }, [ready, shown]);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setScale(Math.min(1, entry.contentRect.width / width));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [width]);

  return (
    <Box ref={box} sx={{ position: 'relative', overflow: 'hidden', inlineSize: width, maxInlineSize: '100%', blockSize: height * scale, border: 1, borderColor: 'divider', borderRadius: 1 }}>
      <iframe
        ref={frame}
        title={caption === undefined ? WORDS.content.theBetSlipAtPixels({ width }) : WORDS.content.betSlipPixels({ width, caption: caption.toLowerCase() })}
        src={PAGE}
        sandbox="allow-scripts"
        style={{ inlineSize: width, blockSize: height, border: 0, transform: `scale(${scale})`, transformOrigin: '0 0' }}
      />
      {!isDrawn && <Drawing width={width} height={height} isAbove />}
    </Box>
  );
}

/** What stands where a preview is being drawn, also above its frame, which is empty until then. */
function Drawing({ width, height, isAbove = false }: { readonly width: number; readonly height: number; readonly isAbove?: boolean }) {
  const above = isAbove ? ({ position: 'absolute', inset: 0, backgroundColor: 'background.paper' } as const) : {};
  return (
    <Stack role="progressbar" aria-label={WORDS.content.loadingThePreview} spacing={1} sx={{ inlineSize: width, maxInlineSize: '100%', blockSize: height, padding: '16px', ...above }}>
      <Typography variant="caption" color="textSecondary">
        {WORDS.content.loadingPreview}
      </Typography>
      <Skeleton variant="rounded" sx={{ flexGrow: 1 }} />
    </Stack>
  );
}
