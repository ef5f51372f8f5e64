/** What the back office says: lobby. */
import type { Messages, Named } from './message.ts';

export const LOBBY = {
  // GamePicker
  noProviderHasIt: 'No provider has it',
  moveUp: ({ name }: Named<'name'>) => `Move ${name} up`,
  moveDown: ({ name }: Named<'name'>) => `Move ${name} down`,
  takeOut: ({ name }: Named<'name'>) => `Take ${name} out`,
  writeAPartOfItsName: 'Write a part of its name.',
  noSuchGameMayShownBrand: 'No such game may be shown by this brand.',
  addAGame: 'Add a game',

  // LobbyPage
  gamesBrandShowsSections: 'Which games the brand shows, in which sections, and the groups that rewards name. A game is shown only where it is certified.',
  lastList: 'Last list',
  answers: 'Answers',
  noListSince: ({ awaySince }: Named<'awaySince'>) => `No list since ${awaySince}`,
  noProviderGamesAskedBrand: 'No provider of games has been asked for this brand.',
  providersInstallationsFile: 'Providers are in the installation’s file; they are asked every few minutes.',
  brandNoLobbyOwnYetShows: 'The brand has no lobby of its own yet, and shows the usual sections. What you propose replaces them.',
  addASection: 'Add a section',
  addAGroup: 'Add a group',
  none: 'None.',

  // Preview
  device: 'Device',
  computer: 'Computer',
  phone: 'Phone',
  emptyNow: 'Empty: now.',
  noGameIsShownThere: 'No game is shown there.',
  andMore: ({ games, count }: Named<'games' | 'count'>) => `${games} and ${count} more`,

  // Proposing
  someoneElseMustApproveIt: 'Someone else must approve it; until then customers see the lobby as before.',
  proposeTheLobby: 'Propose the lobby',

  // SectionFields
  allDevices: 'All devices',
  computersOnly: 'Computers only',
  phonesOnly: 'Phones only',
  rewardsNameTheGroupByIt: 'Rewards name the group by it.',
  smallLettersDigitsAndHyphens: 'Small letters, digits and hyphens.',
  aNewGroup: 'A new group',
  aNewSection: 'A new section',
  remove: ({ title }: Named<'title'>) => `Remove ${title}`,
  thoseNotAllowedWhere: 'Those that aren’t allowed where a customer is are left out.',
  firstSeenInTheLastDays: 'First seen in the last days',
  playedInTheLastDays: 'Played in the last days',
  tag: 'Tag',
  providerOrStudio: 'Provider or studio',
  onlyIn: 'Only in',
  noneChosen: 'None chosen: wherever the brand is.',
  devices: 'Devices',

  // sections
  byHandInTheOrderOfTheList: 'By hand, in the order of the list',
  newGames: 'New games',
  theGamesPlayedMost: 'The games played most',
  gamesWithATag: 'Games with a tag',
  gamesOfAProvider: 'Games of a provider',
  allGames: 'All games',
} satisfies Messages;
