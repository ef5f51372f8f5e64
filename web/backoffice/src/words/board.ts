/** What the back office says: board. */
import { plural, type Messages, type Named } from './message.ts';

export const BOARD = {
  // BoardPage
  whatBrandShowsSportsOrder:
    'What the brand shows of sports, in which order, and under which names and pictures. What has no entry is shown as its providers tell it.',
  competitions: 'Competitions',
  sports: 'Sports',
  whatIsListed: 'What is listed',
  day: ({ timeZone }: Named<'timeZone'>) => `Day (${timeZone})`,
  onlyWhatIsOnTheBoard: 'Only what is on the board',
  nothingLikeThisIsComingUp: 'Nothing like this is coming up.',
  providersTellSports: 'Providers tell of sports, competitions and events; try another day or fewer words.',
  theBoardHasNoEntryLikeThis: 'The board has no entry like this.',
  oneAllApprovedHereAlsoIfNo: 'Everything approved here has an entry, even if no provider lists it any more.',
  whatIsShown: 'What is shown',
  shownAs: 'Shown as',
  place: 'Place',
  nextChange: 'Next change',
  editEntry: ({ name }: Named<'name'>) => `Edit ${name}`,
  lookAt: ({ name }: Named<'name'>) => `Look at ${name}`,
  edit: 'Edit',
  look: 'Look',
  notShown: 'Not shown',
  byTheBoard: 'By the board',
  asTold: 'As told',
  proposals: ({ count, proposedBy }: { count: number } & Named<'proposedBy'>) => plural(count, `By ${proposedBy}`, `${count} proposals`),

  // EntryForm
  startFromRevision: ({ revision }: Named<'revision'>) => `Start from revision ${revision}`,
  revisionWasApprovedMeanwhile: ({ revision, seen }: Named<'revision' | 'seen'>) =>
    `Revision ${revision} was approved meanwhile; what you write here is made from revision ${seen}, and would be refused.`,
  showOtherwiseElsewhere: 'Show it otherwise elsewhere, or at another time',
  someoneElseMustApproveIt: ({ scope }: Named<'scope'>) => `Someone else must approve it; until then customers see this ${scope} as before.`,

  // EntryPage
  noSuchSportCompetition: 'There is no such sport, competition or event.',
  board: 'Board',
  noProviderTellsOfItAnyMore: 'No provider tells of it any more.',
  proposedAChangeOn: ({ proposedBy, proposedAt, reason }: Named<'proposedBy' | 'proposedAt' | 'reason'>) =>
    `${proposedBy} proposed a change on ${proposedAt}: “${reason}”. Once it is approved, proposals made from today’s state are void.`,

  // PlacementFields
  placement: ({ at }: Named<'at'>) => `Placement ${at}`,
  shown: 'Shown',
  whereAndWhenThisHoldsItWins: 'Applies first',
  otherwise: 'Otherwise',
  movePlacementUp: ({ at }: Named<'at'>) => `Move placement ${at} up`,
  movePlacementDown: ({ at }: Named<'at'>) => `Move placement ${at} down`,
  removePlacement: ({ at }: Named<'at'>) => `Remove placement ${at}`,
  countries: 'Countries',
  allCountries: 'All countries',
  clocksGoBackNightSoTime: 'The clocks go back that night, so this time exists twice.',
  whichOne: ({ label }: Named<'label'>) => `Which one (${label})`,
  placeInTheList: 'Place in the list',
  oneIsTheFirst: '1 is the first. Empty: behind all that have a place.',
  emptyAsItsProvidersNameIt: 'Empty: as its providers name it.',

  // PreviewLists
  thisIsNotShown: ({ scope }: Named<'scope'>) => `This ${scope} isn’t shown.`,
  placeOf: ({ place, total }: Named<'place' | 'total'>) => `Place ${place} of ${total}.`,

  // RemoveButton
  proposeToRemoveItFromTheBoard: 'Propose to remove it from the board',
  thenShownProvidersTell: ({ scope }: Named<'scope'>) => `This ${scope} is then shown as its providers tell it. Someone else must approve it.`,

  // RevisionsOfEntry
  alwaysShownProvidersTell: 'It has always been shown as its providers tell it.',
  theLast: ({ revision }: Named<'revision'>) => `${revision}, the last`,
  again: 'Again',
  proposeRevisionAgain: ({ revision }: Named<'revision'>) => `Propose revision ${revision} again`,
  itIsShownAsItWasThen: 'It is shown as it was then. Someone else must approve it.',

  // Where
  countryNotKnown: 'Country not known',

  // words
  emptyNowOrOnceItBegins: 'Empty: now, or once it begins.',
  everywhere: 'everywhere',
  theCode: ({ code }: Named<'code'>) => `the ${code}`,
  atAllTimes: 'At all times',
  until: ({ until }: Named<'until'>) => `Until ${until}`,
  from: ({ since }: Named<'since'>) => `From ${since}`,
  fromUntil: ({ since, until }: Named<'since' | 'until'>) => `From ${since} until ${until}`,
  placementThisScope: ({ placement, scope }: Named<'placement' | 'scope'>) => `${placement} this ${scope}`,
  isShownNowhere: ({ begins }: Named<'begins'>) => `${begins} is shown nowhere.`,
  isNotShown: ({ begins, where }: Named<'begins' | 'where'>) => `${begins} isn’t shown ${where}.`,
  shownThere: 'shown',
  places: { 1: 'first', 2: 'second', 3: 'third' },
  atPlace: ({ position }: Named<'position'>) => `at place ${position}`,
  nameInLocale: ({ name, locale }: Named<'name' | 'locale'>) => `“${name}” in ${locale}`,
  asNames: ({ names }: Named<'names'>) => `, as ${names}`,
  isShownWithPicture: ({ begins, place, where, named }: Named<'begins' | 'place' | 'where' | 'named'>) =>
    `${begins} is ${place} ${where}${named}, with a picture.`,
  isShown: ({ begins, place, where, named }: Named<'begins' | 'place' | 'where' | 'named'>) => `${begins} is ${place} ${where}${named}.`,
  shownProvidersTell: ({ scope }: Named<'scope'>) => `This ${scope} is shown as its providers tell it.`,
  whereSeveralHoldFirstOne: 'Where several hold, the first one wins.',
} satisfies Messages;
