/** The names of permissions and roles, as screens ask for them. */
import { WORDS } from '../words/index.ts';

import type { Role } from '../graph/generated/operations.ts';

/** Return the name under which the permissions of a person have what they may do for all brands, and not for some. */
export function forAllBrands(permission: string): string {
  return `${permission} *`;
}

/** Return the name under which the permissions of a person have that they are in a role, of one brand or all. */
export function inRole(role: Role): string {
  return WORDS.session.inTheRole({ role });
}
