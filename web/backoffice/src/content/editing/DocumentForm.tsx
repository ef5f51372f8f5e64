/** The fields of a document: those of all languages, and those of one. */
import Alert from '@mui/material/Alert';
import Badge from '@mui/material/Badge';
import Stack from '@mui/material/Stack';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import TextField from '@mui/material/TextField';

import { asksForGames, formPath, LABELS, withText, type ContentDocument, type TextField as TextFieldName } from '../document.ts';
import { ImageField } from './ImageField.tsx';
import { WORDS } from '../../words/index.ts';

import type { ContentKey } from '../key.ts';
import type { ContentBrand, Finding } from '../../graph/generated/operations.ts';

interface Props {
  readonly itemKey: ContentKey;
  readonly brand: ContentBrand;
  readonly document: ContentDocument;
  readonly locale: string;
  readonly onLocale: (locale: string) => void;
  readonly findings: readonly Finding[];
  readonly readOnly: boolean;
  readonly onChange: (document: ContentDocument) => void;
}

const WRITTEN: readonly { readonly name: TextFieldName; readonly rows: number }[] = [
  { name: 'title', rows: 1 },
  { name: 'summary', rows: 2 },
  { name: 'significantTerms', rows: 4 },
  { name: 'termsUrl', rows: 1 },
];

/** Return what lint says about a field: the worst first. */
export function findingsAt(findings: readonly Finding[], path: string): readonly Finding[] {
  return findings.filter((finding) => formPath(finding.path) === path || formPath(finding.path).startsWith(`${path}.`));
}

export function DocumentForm(props: Props) {
  const { itemKey, brand, document, locale, onLocale, findings, readOnly, onChange } = props;
  const whole = findings.filter(({ path }) => path === '' || path === `texts.${locale}`);
  return (
    <>
      {whole.map((finding) => (
        <Alert key={finding.rule + finding.message} severity={finding.severity === 'ERROR' ? 'error' : 'warning'}>
          {finding.message}
        </Alert>
      ))}
      <Stack direction={{ xs: 'column', sm: 'row' }} spacing={2}>
        <Checked
          label={LABELS.position}
          type="number"
          value={String(document.position)}
          findings={findingsAt(findings, 'position')}
          readOnly={readOnly}
          onChange={(value) => onChange({ ...document, position: Math.max(0, Math.trunc(Number(value)) || 0) })}
        />
        {asksForGames(brand.rewards, itemKey, document) && (
          <Checked
            label={LABELS.eligibleGames}
            value={document.eligibleGames.join(', ')}
            hint={WORDS.content.separatedByCommas}
            findings={findingsAt(findings, 'eligibleGames')}
            readOnly={readOnly}
            onChange={(value) => onChange({ ...document, eligibleGames: value === '' ? [] : value.split(/,\s*/u) })}
          />
        )}
      </Stack>
      <Tabs value={locale} onChange={(_, value: string) => onLocale(value)} aria-label={WORDS.common.languages} variant="scrollable">
        {document.texts.map((text) => (
          <Tab key={text.locale} value={text.locale} label={<Language locale={text.locale} own={brand.defaultLocale} findings={findings} />} />
        ))}
      </Tabs>
      <LocaleFields {...props} />
    </>
  );
}

/** A language's name, with how many errors its text has. */
function Language({ locale, own, findings }: { readonly locale: string; readonly own: string; readonly findings: readonly Finding[] }) {
  const errors = findings.filter(({ severity, path }) => severity === 'ERROR' && `${path}.`.startsWith(`texts.${locale}.`)).length;
  return (
    <Badge color="error" badgeContent={errors} aria-label={errors === 0 ? undefined : WORDS.content.toCorrect({ locale, errors })}>
      <span style={{ paddingInline: '0.5rem' }}>{locale === own ? WORDS.content.main({ locale }) : locale}</span>
    </Badge>
  );
}

function LocaleFields({ itemKey, document, locale, findings, readOnly, onChange }: Props) {
  const text = document.texts.find((each) => each.locale === locale);
  if (text === undefined) return null;
  const at = (name: TextFieldName) => findingsAt(findings, `texts.${locale}.${name}`);
  return (
    <>
      {WRITTEN.map(({ name, rows }) => (
        <Checked
          key={name}
          label={LABELS[name]}
          value={text[name]}
          rows={rows}
          lang={locale}
          findings={at(name)}
          readOnly={readOnly}
          onChange={(value) => onChange(withText(document, locale, { [name]: value }))}
        />
      ))}
      <ImageField
        brand={itemKey.brand}
        text={text}
        findings={at('imageUrl')}
        readOnly={readOnly}
        onChange={(imageUrl, imageAddress) => onChange(withText(document, locale, { imageUrl, imageAddress }))}
      />
      <Checked
        label={LABELS.imageAlt}
        value={text.imageAlt}
        lang={locale}
        hint={WORDS.content.whatImageShowsPeopleCannot}
        findings={at('imageAlt')}
        readOnly={readOnly}
        onChange={(imageAlt) => onChange(withText(document, locale, { imageAlt }))}
      />
    </>
  );
}

interface CheckedProps {
  readonly label: string;
  readonly value: string;
  readonly findings: readonly Finding[];
  readonly readOnly: boolean;
  readonly onChange: (value: string) => void;
  readonly type?: string;
  readonly rows?: number;
  readonly hint?: string;
  readonly lang?: string;
}

/** A field with what lint says about it. */
function Checked({ label, value, findings, readOnly, onChange, type = 'text', rows = 1, hint = '', lang }: CheckedProps) {
  const said = findings.map(({ severity, message }) => (severity === 'ERROR' ? message : WORDS.content.noteOf({ message }))).join('; ');
  return (
    <TextField
      label={label}
      value={value}
      type={type}
      onChange={(event) => onChange(event.target.value)}
      error={findings.some(({ severity }) => severity === 'ERROR')}
      helperText={said === '' ? hint : said}
      multiline={rows > 1}
      minRows={rows}
      fullWidth
      slotProps={{ htmlInput: { readOnly, ...(lang === undefined ? {} : { lang }) } }}
    />
  );
}
