/** What the back office says: people. */
import type { Messages, Named } from './message.ts';

export const PEOPLE = {
  // AddUserButton
  addAPerson: 'Add a person',
  login: 'Login',
  thePersonsOwnEMailAddress: 'The person’s own e-mail address: a link to set the account up is sent there, if mail is configured.',
  theAccountIsAdded: 'The account is added',

  // GivenCredentials
  linkSentPersonsAddress: 'A link was sent to the person’s address. It works once, for a day.',
  theInitialPasswordShownOnlyNow: 'The initial password, shown only now:',
  thePassword: 'the password',
  youSeenSoYouTwoCantApprove: 'You’ve seen this password, so you and this person can’t approve each other’s proposals.',

  // RoleRows
  role: 'Role',
  removeOf: ({ role, what }: Named<'role' | 'what'>) => `Remove ${role} of ${what}`,
  addARole: 'Add a role',

  // RolesButton
  theRolesAreReplaced: 'The roles are replaced',
  changeRoles: 'Change roles',
  replaceRoles: 'Replace roles',
  detailsOfEntry: ({ id }: Named<'id'>) => `Details of entry ${id}`,
  entries: 'entries',
  numberOfEntry: 'No.',
  userId: 'User id',
  hash: 'Hash',

  // jobs
  jobs: 'jobs',
  progress: 'Progress',
  cancelTheJob: 'Cancel the job',
  itEndsAtItsNextStep: 'It ends at its next step; what it has done so far is kept.',
  arguments: 'Arguments',

  // users
  people: 'people',
  secondFactor: 'Second factor',
  replaceLostCredentials: 'Replace lost credentials',
  passwordSecondFactor:
    'Password, second factor and sessions end, and what the account has proposed. A link is sent to its address; without mail, an initial password is shown once.',
  disable: 'Disable',
  enable: 'Enable',
  allSessionsAccountEndOnce: 'All sessions of this account end at once.',
  thisPersonMaySignInAgain: 'This person may sign in again.',
  person: 'Person',
  setUp: 'Set up',
  notSetUpYet: 'Not set up yet',
  signsIn: 'Signs in',
  throughTheCompanysSignIn: 'Through the company’s sign-in',
  withAPassword: 'With a password',
  withAPasswordToChange: 'With a password to change at the next sign-in',
  added: 'Added',
  whatThisPersonDid: 'What this person did',
  changesToThisAccount: 'Changes to this account',
  subjectsId: 'Subject’s id',
  whatWasDone: 'What was done',
  toWhat: 'To what',
  kindAndName: ({ kind, name }: Named<'kind' | 'name'>) => `${kind}: ${name}`,
  anything: 'Anything',
  anybody: 'Anybody',
} satisfies Messages;
