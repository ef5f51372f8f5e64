/** The parts of the panel, in the order of their tabs. */
export const PARTS = ['history', 'limits', 'breaks'] as const;
export type Part = (typeof PARTS)[number];
