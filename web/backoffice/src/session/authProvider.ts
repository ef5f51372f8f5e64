/** Tells react-admin who is signed in, and what they may do. */
import { forgetQuestions } from '../analytics/lastQuestions.ts';
import { run } from '../graph/graph.ts';
import { forAllBrands, inRole } from './permissions.ts';
import { currentSession, forget, Refusal, signOut } from './session.ts';
import { PERMISSIONS } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { AuthProvider } from 'react-admin';

const ALL_BRANDS = '*';

/**
 * The permissions that a person has for at least one brand; by `forAllBrands`, those that they have for all; by `inRole`, their roles.
 * The server decides; screens only hide the rest.
 */
async function permissions(): Promise<ReadonlySet<string>> {
  if (!(await currentSession()).signedIn) return new Set();
  const { me } = await run(PERMISSIONS, {});
  const permitted = me.permissions.flatMap(({ brand, permissions: names }) => (brand === ALL_BRANDS ? [...names, ...names.map(forAllBrands)] : names));
  return new Set([...permitted, ...me.roles.map(({ role }) => inRole(role))]);
}

export const authProvider: AuthProvider = {
  // The sign-in page completes a session by itself, in several steps.
  login: () => Promise.resolve(),
  logout: async () => {
    forgetQuestions();
    try {
      await signOut();
    } catch {
      forget();
    }
  },
  checkAuth: async () => {
    const session = await currentSession();
    if (!session.signedIn) throw new Refusal(WORDS.session.signInSentence, 'UNAUTHENTICATED');
  },
  checkError: (error: unknown) => {
    if (error instanceof Refusal && error.code === 'UNAUTHENTICATED') {
      forget();
      return Promise.reject(error);
    }
    return Promise.resolve();
  },
  getIdentity: async () => {
    const { user } = await currentSession();
    return { id: user?.id ?? '', fullName: user?.name ?? '' };
  },
  getPermissions: permissions,
};
