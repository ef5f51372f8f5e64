/** A figure of rewards, as the graph has it. */
export interface RewardFigure {
  readonly id: string;
  readonly isoWeek: string;
  readonly stage: string;
  readonly source: string;
  readonly reward: string;
  readonly version: number;
  readonly kind: string | null;
  readonly currency: string;
  readonly customers: number;
  readonly valueMinor: number;
  readonly spins: number;
  readonly unvalued: number;
}
