/** How many weeks the tables of weeks show. */

export const SHOWN = 26;
