/** What the back office says: brands. */
import type { Messages, Named } from './message.ts';

export const BRANDS = {
  // BrandList
  nameLanguagesWidgets: 'Name, languages and the widget’s colours; changes apply to all nodes.',
  thereIsNoBrandYet: 'There is no brand yet.',
  brandAppearsOnceScheme: 'A brand appears once its scheme rules have arrived: see `furlong load`.',
  timeZone: 'Time zone',
  customColours: 'Custom colours',
  notAppliedBy: 'Not applied by',
  appliedByAll: 'applied by all',

  // BrandShow
  revisionTakesEffectEach: ({ revision }: Named<'revision'>) => `Revision ${revision} takes effect on each node once the node has applied it`,
  takeRevision: ({ revision }: Named<'revision'>) => `Take revision ${revision}`,
  somebodyElseMadeRevision: ({ revision, seen }: Named<'revision' | 'seen'>) =>
    `Somebody else has made revision ${revision} meanwhile; yours is made from revision ${seen}, and would be refused.`,
  notAppliedYetBy: ({ missing }: Named<'missing'>) => `Not applied yet by ${missing}`,
  suchAsEnGbDeAt: 'Such as en-GB, de-AT',
  defaultLanguage: 'Default language',
  timeZoneNeverChanges: ({ timeZone, jurisdictions, currencies }: Named<'timeZone' | 'jurisdictions' | 'currencies'>) =>
    `Time zone ${timeZone}, which never changes, because weeks are measured in it. Licensed in ${jurisdictions}; accounts in ${currencies}. Both come with schemes.`,
  saveForAllNodes: 'Save for all nodes',
  startAgain: 'Start again',
  changeOnAllNodes: ({ id }: Named<'id'>) => `Change ${id} on all nodes`,

  // Contrasts
  contrast: 'Contrast',
  everythingIsLegible: 'Everything is legible by WCAG 2.2 AA.',
  ofPairsCannotBeRead: ({ illegible, pairs }: Named<'illegible' | 'pairs'>) => `${illegible} of ${pairs} pairs can’t be read; a theme with them is refused.`,
  contrastOfEachPair: 'Contrast of each pair',
  theWidgetHasNoColours: 'The widget has no colours.',
  sample: 'Sample',
  pair: 'Pair',
  frontOnBack: ({ front, back }: Named<'front' | 'back'>) => `${front} on ${back}`,
  ratio: 'Ratio',
  needs: 'Needs',
  passes: 'passes',
  fails: 'fails',

  // Revisions
  brandStillNameLanguages: 'The brand still has the name and languages of its schemes.',
  restore: 'Restore',
  useVersion: ({ revision }: Named<'revision'>) => `Use version ${revision}`,
  useThisVersion: 'Use this version',

  // ThemeTokens
  themeOfTheWidget: 'Theme of the widget',
  coloursOfTheTheme: 'Colours of the theme',
  token: 'Token',
  onLightPages: 'On light pages',
  onDarkPages: 'On dark pages',
  source: 'Source',
  useTheWidgets: ({ token }: Named<'token'>) => `Use the widget’s ${token}`,
  useWidgets: 'Use the widget’s',
  theBrands: 'the brand’s',
  theWidgets: 'the widget’s',
  onPages: ({ token, scheme }: Named<'token' | 'scheme'>) => `${token} on ${scheme} pages`,
} satisfies Messages;
