/** The races on the page; races and runners are invented. */

export interface Runner {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly jockey: string;
  readonly oddsMilli: number;
  /** Colours of the jockey's silks, in CSS. */
  readonly silks: readonly [string, string];
}

export interface Race {
  readonly id: string;
  readonly time: string;
  readonly course: string;
  readonly title: string;
  readonly runners: readonly [Runner, ...Runner[]];
}

/** The selection on the slip. */
export interface Selection {
  readonly race: Race;
  readonly runner: Runner;
}

const FIRST: Race = {
  id: 'wexcombe-1435',
  time: '14:35',
  course: 'Wexcombe Park',
  title: 'Larkhill Handicap Hurdle · 2m 4f',
  runners: [
    { id: 'r1', number: 1, name: 'Ashdown Lad', jockey: 'T. Merrow', oddsMilli: 2500, silks: ['#1f6feb', '#ffd33d'] },
    { id: 'r2', number: 2, name: 'Harbour Lights', jockey: 'C. Dunmore', oddsMilli: 4000, silks: ['#c22f3d', '#ffffff'] },
    { id: 'r3', number: 3, name: 'Plain Speaking', jockey: 'R. Oakes', oddsMilli: 1300, silks: ['#1b7f4d', '#111111'] },
    { id: 'r4', number: 4, name: 'Second Supper', jockey: 'M. Fairley', oddsMilli: 9000, silks: ['#6b3fa0', '#f2a7c3'] },
  ],
};

const SECOND: Race = {
  id: 'brackwater-1510',
  time: '15:10',
  course: 'Brackwater',
  title: 'Saltmarsh Novices’ Stakes · 1m 2f',
  runners: [
    { id: 'r5', number: 1, name: 'Copper Weather', jockey: 'J. Hallam', oddsMilli: 3250, silks: ['#b4541a', '#ffe9c7'] },
    { id: 'r6', number: 2, name: 'Miss Tidewell', jockey: 'A. Penrose', oddsMilli: 2100, silks: ['#0f766e', '#e6fffa'] },
    { id: 'r7', number: 3, name: 'Quiet Parade', jockey: 'S. Lowther', oddsMilli: 6500, silks: ['#334155', '#f87171'] },
  ],
};

const THIRD: Race = {
  id: 'wexcombe-1545',
  time: '15:45',
  course: 'Wexcombe Park',
  title: 'Old Mill Handicap Chase · 3m',
  runners: [
    { id: 'r8', number: 1, name: 'Captain Marrow', jockey: 'T. Merrow', oddsMilli: 1400, silks: ['#1e3a8a', '#93c5fd'] },
    { id: 'r9', number: 2, name: 'Thistle Down', jockey: 'R. Oakes', oddsMilli: 5000, silks: ['#7c2d92', '#d9f99d'] },
    { id: 'r10', number: 3, name: 'Larch Hollow', jockey: 'M. Fairley', oddsMilli: 11000, silks: ['#14532d', '#fde047'] },
  ],
};

export const RACES: readonly Race[] = [FIRST, SECOND, THIRD];
export const FIRST_SELECTION: Selection = { race: FIRST, runner: FIRST.runners[0] };
