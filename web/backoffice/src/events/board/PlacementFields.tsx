/** One placement: where, from when until when, and how; what is wrong stands at its field. */
import ArrowCircleDown from '@mui/icons-material/ArrowCircleDown';
import ArrowCircleUp from '@mui/icons-material/ArrowCircleUp';
import Delete from '@mui/icons-material/Delete';
import Alert from '@mui/material/Alert';
import Autocomplete from '@mui/material/Autocomplete';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import FormControlLabel from '@mui/material/FormControlLabel';
import IconButton from '@mui/material/IconButton';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import Switch from '@mui/material/Switch';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';

import { countryName, languageName } from './words.ts';
import { ImageField } from '../../content/editing/ImageField.tsx';
import { zoneName } from '../../time/moments.ts';
import { WORDS } from '../../words/index.ts';

import type { PlacementForm } from './placement.ts';
import type { BoardBrand, BoardPreview, ClockOccurrence } from '../../graph/generated/operations.ts';

type Problems = BoardPreview['problems'];

interface Props {
  readonly brand: BoardBrand;
  readonly placement: PlacementForm;
  /** Its place among all, from 0. */
  readonly at: number;
  readonly count: number;
  readonly problems: Problems;
  readonly warnings: Problems;
  readonly readOnly: boolean;
  readonly onChange: (changed: Partial<PlacementForm>) => void;
  readonly onMove: (by: number) => void;
  readonly onRemove: () => void;
}

export function PlacementFields(props: Props) {
  const { brand, placement, at, count, problems, warnings, readOnly, onChange } = props;
  const said = (field: string) => problems.filter(({ path }) => path === `placements.${at}.${field}`).map(({ message }) => message).join(' ');
  const whole = warnings.filter(({ path }) => path === `placements.${at}`);
  return (
    <Card component="section" aria-label={WORDS.board.placement({ at: at + 1 })}>
      <CardContent>
        <Stack spacing={1} sx={{ maxWidth: 640 }}>
          {count > 1 && <Heading {...props} />}
          {whole.map(({ message }) => (
            <Alert key={message} severity="warning">
              {message}
            </Alert>
          ))}
          <Countries brand={brand} placement={placement} said={said('territories')} readOnly={readOnly} onChange={onChange} />
          <Stack direction={{ xs: 'column', sm: 'row' }} spacing={2}>
            <Moment label={WORDS.common.from} zone={brand.timeZone} value={placement.since} occurrence={placement.sinceOccurrence} said={said('since')} empty={WORDS.common.emptyAtOnce} readOnly={readOnly} onChange={(since, sinceOccurrence) => onChange({ since, sinceOccurrence })} />
            <Moment label={WORDS.common.until} zone={brand.timeZone} value={placement.until} occurrence={placement.untilOccurrence} said={said('until')} empty={WORDS.common.emptyWithoutAnEnd} readOnly={readOnly} onChange={(until, untilOccurrence) => onChange({ until, untilOccurrence })} />
          </Stack>
          <FormControlLabel
            control={<Switch checked={!placement.hidden} disabled={readOnly} onChange={(event) => onChange({ hidden: !event.target.checked })} />}
            label={placement.hidden ? WORDS.board.notShown : WORDS.board.shown}
          />
          {!placement.hidden && <How {...props} said={said} />}
        </Stack>
      </CardContent>
    </Card>
  );
}

function Heading({ at, count, readOnly, onMove, onRemove }: Props) {
  return (
    <Stack direction="row" sx={{ alignItems: 'center' }}>
      <Typography variant="subtitle1" component="h4" sx={{ flex: 1 }}>
        {at + 1}. {at === 0 ? WORDS.board.whereAndWhenThisHoldsItWins : WORDS.board.otherwise}
      </Typography>
      {!readOnly && (
        <>
          <IconButton aria-label={WORDS.board.movePlacementUp({ at: at + 1 })} disabled={at === 0} onClick={() => onMove(-1)}>
            <ArrowCircleUp fontSize="small" />
          </IconButton>
          <IconButton aria-label={WORDS.board.movePlacementDown({ at: at + 1 })} disabled={at === count - 1} onClick={() => onMove(1)}>
            <ArrowCircleDown fontSize="small" />
          </IconButton>
          <IconButton aria-label={WORDS.board.removePlacement({ at: at + 1 })} onClick={onRemove}>
            <Delete fontSize="small" />
          </IconButton>
        </>
      )}
    </Stack>
  );
}

type PartProps = Pick<Props, 'brand' | 'placement' | 'readOnly' | 'onChange'>;

function Countries({ brand, placement, said, readOnly, onChange }: PartProps & { readonly said: string }) {
  return (
    <Autocomplete
      multiple
      options={[...brand.countries].toSorted((one, other) => countryName(one).localeCompare(countryName(other)))}
      value={[...placement.territories]}
      readOnly={readOnly}
      getOptionLabel={countryName}
      onChange={(_, territories) => onChange({ territories })}
      renderInput={(params) => <TextField {...params} label={WORDS.board.countries} placeholder={placement.territories.length === 0 ? WORDS.board.allCountries : ''} error={said !== ''} helperText={said} />}
    />
  );
}

interface MomentProps {
  readonly label: string;
  readonly zone: string;
  readonly value: string;
  readonly occurrence: ClockOccurrence | null;
  readonly said: string;
  readonly empty: string;
  readonly readOnly: boolean;
  readonly onChange: (value: string, occurrence: ClockOccurrence | null) => void;
}

/** A local time of the brand; which of two is asked where the clocks go back. */
export function Moment({ label, zone, value, occurrence, said, empty, readOnly, onChange }: MomentProps) {
  const isTwice = occurrence !== null || said.includes('EARLIER');
  return (
    <Stack sx={{ flex: 1 }}>
      <TextField
        label={`${label} (${zoneName(zone)})`}
        type="datetime-local"
        value={value}
        onChange={(event) => onChange(event.target.value, null)}
        error={said !== ''}
        helperText={said === '' ? empty : isTwice ? WORDS.board.clocksGoBackNightSoTime : said}
        slotProps={{ htmlInput: { readOnly } }}
      />
      {isTwice && (
        <TextField select label={WORDS.board.whichOne({ label: label.toLowerCase() })} value={occurrence ?? ''} disabled={readOnly} onChange={(event) => onChange(value, event.target.value as ClockOccurrence)}>
          <MenuItem value="EARLIER">{WORDS.common.theEarlierOneInSummerTime}</MenuItem>
          <MenuItem value="LATER">{WORDS.common.theLaterOneInWinterTime}</MenuItem>
        </TextField>
      )}
    </Stack>
  );
}

/** The place, the names and the picture. */
function How({ brand, placement, readOnly, said, onChange }: PartProps & { readonly said: (field: string) => string }) {
  const image = said('imageUrl');
  return (
    <>
      <TextField
        label={WORDS.board.placeInTheList}
        type="number"
        value={placement.position}
        onChange={(event) => onChange({ position: event.target.value })}
        error={said('position') !== ''}
        helperText={said('position') || WORDS.board.oneIsTheFirst}
        slotProps={{ htmlInput: { readOnly, min: 0, step: 1 } }}
        sx={{ maxWidth: 320 }}
      />
      {brand.locales.map((locale) => (
        <TextField
          key={locale}
          label={WORDS.common.nameIn({ locale: languageName(locale) })}
          value={placement.names[locale] ?? ''}
          onChange={(event) => onChange({ names: { ...placement.names, [locale]: event.target.value } })}
          error={said(`names.${locale}`) !== ''}
          helperText={said(`names.${locale}`) || WORDS.board.emptyAsItsProvidersNameIt}
          slotProps={{ htmlInput: { readOnly, lang: locale, dir: 'auto' } }}
        />
      ))}
      <ImageField
        brand={brand.id}
        text={{ locale: '', title: '', summary: '', significantTerms: '', termsUrl: '', imageAlt: '', imageUrl: placement.imageUrl, imageAddress: placement.imageAddress }}
        findings={image === '' ? [] : [{ rule: 'IMAGE', severity: 'ERROR', path: 'imageUrl', message: image }]}
        readOnly={readOnly}
        onChange={(imageUrl, imageAddress) => onChange({ imageUrl, imageAddress })}
      />
    </>
  );
}
