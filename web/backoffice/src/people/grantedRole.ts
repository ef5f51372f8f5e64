/** A role that somebody holds for a brand, or for all of them. */
export interface GrantedRole {
  readonly brand: string;
  readonly role: string;
}
