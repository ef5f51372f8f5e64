/** English. */
import type { LobbyWords } from './messages';

export const EN: LobbyWords = {
  title: 'Casino',
  play: 'Play',
  forFun: 'Play for fun',
  by: 'by {provider}',
  showAll: { one: 'Show the only game', other: 'Show all {n} games' },
  showFewer: 'Show fewer',
  loading: 'Loading…',
  unreached: 'Games aren’t available right now. Your money isn’t affected.',
  none: 'There are no games for you here.',
  retry: 'Refresh',
  signIn: 'Sign in to play for money.',
  opening: 'Opening the game…',
  close: 'Close game',
  noMoney: 'For fun: no money is staked, and none is won.',
  startAgain: 'Start again',
  over: {
    'signed-out': 'Your session has ended, so the game has stopped. What you’ve won is yours. Sign in again to go on.',
    expired: 'The game didn’t open in time. Start it again.',
    elsewhere: 'This game can’t be shown here. Choose another one.',
    unreached: 'We couldn’t open the game. Nothing was staked. Try again.',
  },
  refused: {
    SUSPENDED: 'Your account is suspended. Ask customer support.',
    SELF_EXCLUDED: 'You’ve excluded yourself, so games are stopped. You can withdraw at any time.',
    COOLING_OFF: 'You’re on a break, so games are stopped. You can withdraw at any time.',
    NOT_ALLOWED_HERE: 'This game can’t be played where you are, or not this way. Choose another one.',
    UNVERIFIED: 'Verify your account before you play for money.',
    INSUFFICIENT_FUNDS: 'There isn’t enough money in your account. Pay in, or play for fun.',
    LIMIT_REACHED: 'One of your limits is reached. See “Your money”.',
    WRONG_CURRENCY: 'This game can’t be played in your account’s currency. Choose another one.',
    METHOD_UNAVAILABLE: 'The game doesn’t answer right now. Nothing was staked. Try again, or choose another one.',
  },
  notOpened: 'The game could not be opened. Nothing was staked. Choose another one.',
};
