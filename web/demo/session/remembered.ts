/** Remembers the customer of this tab across reloads. */

const NAME = 'furlong:demo-customer';

/** The id of the customer, '' if nobody was signed in, or null if nothing is stored. */
export function rememberedCustomer(): string | null {
  try {
    return sessionStorage.getItem(NAME);
  } catch {
    // Forbidden by the browser.
    return null;
  }
}

export function rememberCustomer(customer: string | null): void {
  try {
    sessionStorage.setItem(NAME, customer ?? '');
  } catch {
    // Forbidden by the browser: a reload shows the first customer.
  }
}
