/** What the back office says: content. */
import type { Messages, Named } from './message.ts';

export const CONTENT = {
  // BrandInput
  mainLanguage: 'Main language',

  // ContentPage
  noBrandWhoseContentYouMay: ({ brand }: Named<'brand'>) => `There is no brand ${brand} whose content you may read.`,
  partsOfThisContent: 'Parts of this content',
  text: 'Text',
  differences: 'Differences',
  firstVersion: 'first version',
  itHasNoContentYet: 'It has no content yet.',
  itWillBePublishedOn: ({ publishAtLocal }: Named<'publishAtLocal'>) => `It will be published on ${publishAtLocal}.`,
  submittedIt: ({ proposedBy, reason }: Named<'proposedBy' | 'reason'>) => `${proposedBy} submitted it: “${reason}”`,

  // NewContentButton
  writeAboutAReward: 'Write about a reward',
  write: 'Write',
  versionOfAReward: 'Version of a reward',
  version: ({ rewardId, configVersion, status }: Named<'rewardId' | 'configVersion' | 'status'>) => `${rewardId}, version ${configVersion} (${status})`,

  // StateChip
  revision: ({ state, revision }: Named<'state' | 'revision'>) => `${state} · revision ${revision}`,

  // contentList
  itemsOfContent: 'items of content',
  title: 'Title',
  openRevision: 'Open revision',
  customersSee: 'Customers see',
  missingIn: ({ locale }: Named<'locale'>) => `missing in ${locale}`,
  anotherLanguage: 'another language',

  // document
  labels: {
    title: 'Title',
    summary: 'Summary',
    significantTerms: 'Significant terms',
    termsUrl: 'Link to the full terms',
    imageUrl: 'Image',
    imageAlt: 'Alt text',
    position: 'Position',
    eligibleGames: 'Eligible games',
  },
  texts: ({ locale }: Named<'locale'>) => `Texts (${locale})`,

  // DocumentForm
  separatedByCommas: 'Separated by commas.',
  toCorrect: ({ locale, errors }: Named<'locale' | 'errors'>) => `${locale}, ${errors} to correct`,
  main: ({ locale }: Named<'locale'>) => `${locale} (main)`,
  whatImageShowsPeopleCannot: 'What the image shows, for people who can’t see it.',
  noteOf: ({ message }: Named<'message'>) => `Note: ${message}`,

  // DraftEditor
  theDraftIsSaved: 'The draft is saved',
  draft: 'Draft',
  itCouldNotBeChecked: ({ problem }: Named<'problem'>) => `It could not be checked: ${problem}`,
  saveTheDraft: 'Save the draft',
  savingTakesRevisionBack: ({ revision }: Named<'revision'>) => `Saving takes revision ${revision} back: the new draft needs an approval of its own.`,
  somebody: 'Somebody',
  revisionWasRejected: ({ revision, reason }: Named<'revision' | 'reason'>) => `Revision ${revision} was rejected: “${reason}”`,
  startFromThatText: 'Start from that text',

  // ImageField
  theFileCannotBeRead: 'The file can’t be read.',
  theFileHasMiB: ({ size }: Named<'size'>) => `The file has ${size} MiB: images may have at most 5 MiB.`,
  imageRequirements: 'PNG, JPEG or WebP, at most 5 MiB, at least 320 by 160 pixels.',
  uploading: 'Uploading…',
  uploadAnImage: 'Upload an image',
  removeTheImage: 'Remove the image',
  notShownHere: 'Not shown here',

  // PreviewPanel
  preview: 'Preview',
  previewAs: 'Preview as',
  width: 'Width',
  px: ({ each }: Named<'each'>) => `${each} px`,
  widgetBetSlipRecorded: 'This is the widget of the bet-slip with recorded answers. Nothing in it can change anything.',
  nothingIsWrittenInYet: ({ locale }: Named<'locale'>) => `Nothing is written in ${locale} yet.`,
  theBetSlipAtPixels: ({ width }: Named<'width'>) => `The bet-slip at ${width} pixels`,
  betSlipPixels: ({ width, caption }: Named<'width' | 'caption'>) => `The bet-slip at ${width} pixels: ${caption}`,

  // StaleDialog
  changedMeanwhile: ({ by }: Named<'by'>) => `${by} has changed this content meanwhile`,
  nothingWasStored: 'Nothing was stored. Both texts are the same.',
  nothingStoredChooseText: 'Nothing was stored. Choose which text to keep; then check it and save it.',
  you: 'You',
  keep: 'Keep',
  toDecide: ({ undecided }: Named<'undecided'>) => `${undecided} to decide`,
  useThisText: 'Use this text',
  theirs: 'theirs',
  mine: 'mine',

  // RevisionDiff
  thereAreNoDifferences: 'There are no differences.',
  revisionRevisionState: ({ revision, state }: Named<'revision' | 'state'>) => `Revision ${revision} (${state})`,

  // RevisionList
  writtenBy: 'Written by',
  published: 'Published',
  note: 'Note',
  backToIt: 'Back to it',
  again: ({ number, rollbackOf }: Named<'number' | 'rollbackOf'>) => `${number}, again ${rollbackOf}`,
  rollBackTo: ({ number }: Named<'number'>) => `Roll back to ${number}`,
  customersSeeTextRevision: ({ number }: Named<'number'>) => `Customers see the text of revision ${number} again within a second.`,
  backFromRevisionTo: ({ now, number }: Named<'now' | 'number'>) => `Back from revision ${now} to ${number}`,

  // ContentSteps
  saveTheDraftFirst: 'Save the draft first; then it can go on.',
  steps: 'Steps',
  submitForApproval: 'Submit for approval',
  someoneElseMustApproveIt: 'Someone else must approve it. Editing it again withdraws it.',
  revisionWillNotBePublished: ({ revision }: Named<'revision'>) => `Revision ${revision} won’t be published; it can still be read.`,
  youApproveAnd: ({ onPublishing }: Named<'onPublishing'>) => `You approve this text exactly as it is shown here. ${onPublishing}`,
  youApproveOnly: 'You approve this text exactly as it is shown here. Customers don’t see it until it is published.',
  theRevisionGoesNoFurther: 'The revision goes no further; its editor sees your reason.',
  cancelSchedule: 'Cancel schedule',
  staysApprovedUntilSomebody: 'It stays approved until somebody publishes it.',

  // ScheduleButton
  itIsScheduled: 'It is scheduled',
  schedule: 'Schedule',
  timeWhateverYourOwnTime: 'The time there, whatever your own time zone is.',
  clocksGoBackNightSoTime: ({ at }: Named<'at'>) => `The clocks go back that night, so this time exists twice. Which ${at}?`,
  whichTime: 'Which time',

  // publishing
  customersSeeWithinSecond: 'Customers see it within a second, on all nodes.',
  theTextIsntStoredAnyMore: 'The text isn’t stored any more. Reload the page.',
  approvedButNotPublishedYet: ({ message }: Named<'message'>) => `Approved, but not published yet. ${message}`,
  loadingThePreview: 'Loading the preview',
  loadingPreview: 'Loading the preview…',
} satisfies Messages;
