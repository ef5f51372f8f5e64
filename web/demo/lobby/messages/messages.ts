/** The type of the texts of the lobby. Each language is an object of this type. */
import type { Locale } from '@furlong/club';

import type { ErrorCode } from '../../money/change';

export interface LobbyWords {
  readonly title: string;
  readonly play: string;
  readonly forFun: string;
  readonly by: string;
  readonly showAll: Parameters<Locale['count']>[0];
  readonly showFewer: string;
  readonly loading: string;
  readonly unreached: string;
  readonly none: string;
  readonly retry: string;
  readonly signIn: string;
  readonly opening: string;
  readonly close: string;
  readonly noMoney: string;
  readonly startAgain: string;
  /** What stands in the place of a game that is not open any more, or never was. */
  readonly over: Readonly<Record<'signed-out' | 'expired' | 'elsewhere' | 'unreached', string>>;
  readonly refused: Readonly<Partial<Record<ErrorCode, string>>>;
  readonly notOpened: string;
  /** `{group}`: the name of a group of games. */
  readonly freeSpinsOn: string;
  readonly freeSpins: Parameters<Locale['count']>[0];
  /** `{moment}`. */
  readonly useBy: string;
  readonly left: string;
  readonly playFreeSpins: string;
}
