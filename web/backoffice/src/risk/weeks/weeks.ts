/** Weeks with their funnel and their money, as the graph has them. */

export const WEEKS = `query RiskWeeks($brand: String!, $first: Int!) {
  riskWeeks(brand: $brand, first: $first) {
    nodes {
      id isoWeek asOf closed seen optedIn qualified chose credited used
      money {
        currency customers countedBets turnoverMinor memberTurnoverMinor marginMinor expectedMinor owedMinor
        outstandingMinor usedMinor expiredMinor costMinor costShare unvalued spins
      }
    }
  }
}`;
export const SHOWN = 26;

export interface Money {
  readonly currency: string;
  readonly customers: number;
  readonly countedBets: number;
  readonly turnoverMinor: number;
  readonly memberTurnoverMinor: number;
  readonly marginMinor: number | null;
  readonly expectedMinor: number;
  readonly owedMinor: number;
  readonly outstandingMinor: number;
  readonly usedMinor: number;
  readonly expiredMinor: number;
  readonly costMinor: number;
  readonly costShare: number | null;
  readonly unvalued: number;
  readonly spins: number;
}

export interface Week {
  readonly id: string;
  readonly isoWeek: string;
  readonly asOf: string;
  readonly closed: boolean;
  readonly seen: number | null;
  readonly optedIn: number;
  readonly qualified: number;
  readonly chose: number;
  readonly credited: number;
  readonly used: number;
  readonly money: readonly Money[];
}

export interface Weeks {
  readonly riskWeeks: { readonly nodes: readonly Week[] };
}
