/** The fields of a version, each with what the server says about it. */
import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControl from '@mui/material/FormControl';
import FormControlLabel from '@mui/material/FormControlLabel';
import FormGroup from '@mui/material/FormGroup';
import FormHelperText from '@mui/material/FormHelperText';
import FormLabel from '@mui/material/FormLabel';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';

import { BET_TYPES, CHANNELS, PRODUCTS, typedOdds, type SchemeForm } from './scheme.ts';
import { WhatCounts } from './WhatCounts.tsx';
import { rewardName } from '../frame/names.ts';
import { MoneyInput } from '../money/MoneyInput.tsx';
import { weekBeginning } from '../time/moments.ts';
import { WORDS } from '../words/index.ts';

import type { ContentBrand, SchemeProblem } from '../graph/generated/operations.ts';

interface Props {
  readonly brand: ContentBrand;
  readonly form: SchemeForm;
  /** The beginnings of the weeks in which the version may take effect. */
  readonly weeks: readonly string[];
  readonly problems: readonly SchemeProblem[];
  readonly onChange: (form: SchemeForm) => void;
  readonly onTerritory: (jurisdiction: string, currency: string) => void;
}

type TextName = Exclude<keyof SchemeForm, 'betTypes' | 'channels' | 'countBeforeOptIn' | 'counts' | 'items' | 'legs'>;

/** The paths of the server's problems, where they are not the names of the form. */
const PATHS: Readonly<Record<string, string>> = {
  target: 'targetMinor',
  minStake: 'minStakeMinor',
  minOdds: 'minOddsMilli',
  termsVersion: 'terms.version',
  termsSummary: 'terms.summary',
  termsUrl: 'terms.url',
};

function problemsAt(problems: readonly SchemeProblem[], name: string): readonly SchemeProblem[] {
  const path = PATHS[name] ?? name;
  return problems.filter((one) => one.path === path || one.path.startsWith(`${path}.`));
}

/** Return the rewards to choose from: none, those that the brand has, and the one that is chosen. */
function rewardsOf({ rewards }: ContentBrand, chosen: string): readonly string[] {
  return [...new Set(['', ...rewards.map(({ rewardId }) => rewardId), chosen])];
}

function said(problems: readonly SchemeProblem[]): string {
  return problems.map(({ message, source }) => (source === null ? message : `${message} (${source})`)).join('; ');
}

export function SchemeFields({ brand, form, weeks, problems, onChange, onTerritory }: Props) {
  const field = (name: TextName, label: string, hint = '') => (
    <Field name={name} label={label} hint={hint} form={form} problems={problems} onChange={onChange} />
  );
  const amount = (name: 'target' | 'minStake', label: string, help: string) => (
    <MoneyInput
      label={label}
      value={form[name]}
      currency={form.currency}
      onChange={(typed) => onChange({ ...form, [name]: typed })}
      help={help}
      problem={said(problemsAt(problems, name))}
      zero={name === 'minStake'}
      margin="none"
    />
  );
  const reward = (name: 'defaultRewardId' | 'trialRewardId', label: string, hint: string) => (
    <Choice
      label={label}
      value={form[name]}
      values={rewardsOf(brand, form[name])}
      says={(id) => (id === '' ? WORDS.common.none : rewardName(brand.id, id))}
      hint={hint}
      problems={problemsAt(problems, name)}
      onChoose={(id) => onChange({ ...form, [name]: id })}
    />
  );
  const ofEvents = problemsAt(problems, 'events');
  return (
    <>
      <Row>
        <Choice label={WORDS.rules.jurisdiction} value={form.jurisdiction} values={brand.jurisdictions} problems={problemsAt(problems, 'jurisdiction')} onChoose={(value) => onTerritory(value, form.currency)} />
        <Choice label={WORDS.common.currency} value={form.currency} values={brand.currencies} problems={problemsAt(problems, 'currency')} onChoose={(value) => onTerritory(form.jurisdiction, value)} />
        {field('version', WORDS.common.version)}
      </Row>
      <Row>
        <Choice
          label={WORDS.common.product}
          value={form.qualifyingProduct}
          values={PRODUCTS}
          problems={problemsAt(problems, 'qualifyingProduct')}
          onChoose={(qualifyingProduct) => onChange({ ...form, qualifyingProduct })}
        />
        {amount('target', WORDS.common.target, WORDS.rules.whatCountingStakesWeekAdd)}
        {amount('minStake', WORDS.common.minimumStake, WORDS.rules.smallerBetsDoNotCount)}
        {field('minOdds', WORDS.common.minimumOdds, typedOdds(form.minOdds) === null && form.minOdds !== '' ? WORDS.rules.suchOdds : WORDS.rules.decimalOdds)}
      </Row>
      <Several label={WORDS.rules.betTypesThatCount} values={BET_TYPES} chosen={form.betTypes} problems={problemsAt(problems, 'betTypes')} onChange={(betTypes) => onChange({ ...form, betTypes })} />
      <Several label={WORDS.rules.channelsThatCount} values={CHANNELS} chosen={form.channels} problems={problemsAt(problems, 'channels')} onChange={(channels) => onChange({ ...form, channels })} />
      <WhatCounts brand={brand.id} form={form} problem={said(ofEvents)} isError={ofEvents.some(({ severity }) => severity === 'ERROR')} onChange={onChange} />
      <FormControlLabel
        control={<Checkbox checked={form.countBeforeOptIn} onChange={(event) => onChange({ ...form, countBeforeOptIn: event.target.checked })} />}
        label={WORDS.rules.betsWeekCountPlacedBefore}
      />
      <Row>
        {reward('defaultRewardId', WORDS.rules.defaultReward, WORDS.rules.forMembersWhoChooseNothing)}
        {field('choiceLockMinutes', WORDS.rules.lockMinutes, WORDS.rules.howLongBeforeEndWeekChoice)}
        {field('graceMinutes', WORDS.rules.graceMinutes, WORDS.rules.forMessagesThatArriveLate)}
      </Row>
      <Row>
        <Choice
          isWide
          label={WORDS.rules.inEffectFrom}
          value={form.effectiveFrom}
          values={weeks}
          says={(week) => weekBeginning(week, brand.id)}
          hint={WORDS.rules.weeksBegunKeepRules}
          problems={problemsAt(problems, 'effectiveFrom')}
          onChoose={(effectiveFrom) => onChange({ ...form, effectiveFrom })}
        />
        {field('termsVersion', WORDS.rules.versionOfTheTerms)}
        {field('controlPerMille', WORDS.rules.controlGroupShare, WORDS.rules.customersWhomClubNot)}
      </Row>
      <Row>
        {reward('trialRewardId', WORDS.rules.rewardOnTrial, WORDS.rules.inPlaceOfTheRewardByDefault)}
        {field('trialPerMille', WORDS.rules.trialShare, WORDS.rules.trialShareHelp)}
      </Row>
      {field('termsUrl', WORDS.rules.linkToTheTerms)}
      {field('termsSummary', WORDS.rules.summaryOfTheTerms)}
    </>
  );
}

function Row({ children }: { readonly children: React.ReactNode }) {
  return <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { xs: '1fr', sm: 'repeat(auto-fit, minmax(140px, 1fr))' } }}>{children}</Box>;
}

interface FieldProps {
  readonly name: TextName;
  readonly label: string;
  readonly hint: string;
  readonly form: SchemeForm;
  readonly problems: readonly SchemeProblem[];
  readonly onChange: (form: SchemeForm) => void;
}

function Field({ name, label, hint, form, problems, onChange }: FieldProps) {
  const found = problemsAt(problems, name);
  const isLong = name === 'termsSummary';
  return (
    <TextField
      label={label}
      value={form[name]}
      onChange={(event) => onChange({ ...form, [name]: event.target.value })}
      error={found.some(({ severity }) => severity === 'ERROR')}
      helperText={found.length === 0 ? hint : said(found)}
      multiline={isLong}
      minRows={isLong ? 3 : 1}
      fullWidth
    />
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly values: readonly string[];
  /** What a value is called, if that is not the value itself. */
  readonly says?: (value: string) => string;
  readonly hint?: string;
  /** Whether its values are long. */
  readonly isWide?: boolean;
  readonly problems: readonly SchemeProblem[];
  readonly onChoose: (value: string) => void;
}

function Choice({ label, value, values, says = String, hint = '', isWide = false, problems, onChoose }: ChoiceProps) {
  return (
    <TextField
      select
      label={label}
      value={value}
      onChange={(event) => onChoose(event.target.value)}
      error={problems.some(({ severity }) => severity === 'ERROR')}
      helperText={problems.length === 0 ? hint : said(problems)}
      sx={isWide ? { gridColumn: { sm: 'span 2' } } : {}}
      fullWidth
    >
      {values.map((offered) => (
        <MenuItem key={offered} value={offered}>
          {says(offered)}
        </MenuItem>
      ))}
    </TextField>
  );
}

interface SeveralProps {
  readonly label: string;
  readonly values: readonly string[];
  readonly chosen: readonly string[];
  readonly problems: readonly SchemeProblem[];
  readonly onChange: (chosen: readonly string[]) => void;
}

function Several({ label, values, chosen, problems, onChange }: SeveralProps) {
  return (
    <FormControl component="fieldset" error={problems.some(({ severity }) => severity === 'ERROR')}>
      <FormLabel component="legend">{label}</FormLabel>
      <FormGroup row>
        {values.map((each) => (
          <FormControlLabel
            key={each}
            label={each}
            control={
              <Checkbox
                checked={chosen.includes(each)}
                onChange={(event) => onChange(values.filter((one) => (one === each ? event.target.checked : chosen.includes(one))))}
              />
            }
          />
        ))}
      </FormGroup>
      {problems.length > 0 && <FormHelperText>{said(problems)}</FormHelperText>}
    </FormControl>
  );
}
