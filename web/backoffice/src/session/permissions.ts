/** The names of permissions, as screens ask for them. */

/** Return the name under which the permissions of a person have what they may do for all brands, and not for some. */
export function forAllBrands(permission: string): string {
  return `${permission} *`;
}
