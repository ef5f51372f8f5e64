/** What the back office says: session. */
import type { Messages, Named } from './message.ts';

export const SESSION = {
  // Account
  recoveryCodesLeft: ({ recoveryCodesLeft }: Named<'recoveryCodesLeft'>) => `Recovery codes left: ${recoveryCodesLeft}`,
  yourNewRecoveryCodesShown: 'Your new recovery codes, shown only now:',
  theCodes: 'the codes',
  newRecoveryCodes: 'New recovery codes',
  yourCurrentRecoveryCodes: 'Your current recovery codes stop working. The new ones are shown once.',
  replacePasswordAndSecondFactor: 'Replace password and second factor',
  aLinkIsSentToYourAddress:
    'A link is sent to your address. Once you use it, nobody who gave you your present ones could act as you; what you have proposed ends.',
  yourPasswordIsChanged: 'Your password is changed; your other sessions have ended',
  changePassword: 'Change password',
  currentPassword: 'Current password',
  newPassword: 'New password',

  // CodeField
  code: 'Code',
  sixDigitsOnly: 'Six digits from your authenticator.',
  sixDigitsFromYour: 'Six digits from your authenticator, or a recovery code.',

  // RenewPage
  chooseAPassword: 'Choose a password',
  continue: 'Continue',

  // SessionEndedDialog
  sessionEnded: 'Your session has ended',
  signInInAnotherTab: 'Sign in again in a new tab, then come back. This page goes on where you left it, and nothing you wrote is lost.',
  notSignedInYet: 'You aren’t signed in yet.',
  pressAgain: 'You were signed out for a while. Press again to make this change.',

  // SessionTable
  noneIsOpen: 'None is open.',
  lastSeen: 'Last seen',
  browser: 'Browser',
  browserNames: {
    edge: 'Edge',
    opera: 'Opera',
    samsung: 'Samsung Internet',
    firefox: 'Firefox',
    chrome: 'Chrome',
    safari: 'Safari',
    ios: 'iOS',
    android: 'Android',
    windows: 'Windows',
    mac: 'macOS',
    chromeOs: 'ChromeOS',
    linux: 'Linux',
  },
  browserOnSystem: ({ browser, system }: Named<'browser' | 'system'>) => `${browser} on ${system}`,
  thisOne: 'this one',
  whoeverUsesSessionSign: 'Whoever uses this session has to sign in again.',

  // SignInPage
  titles: {
    anonymous: 'Sign in',
    factor: 'Second factor',
    enrolment: 'Set up your second factor',
    password: 'Choose another password',
    full: 'Recovery codes',
  },
  useAnotherAccount: 'Use another account',
  thisIsADemo: 'This is a demo. Choose a role to sign in as:',
  signingIn: 'Signing in…',
  orByAnAccountsNameAndPassword: 'Or by an account’s name and password:',
  aColleague: ({ name }: Named<'name'>) => `${name}, a colleague`,
  signIn: 'Sign in',
  user: 'User',
  password: 'Password',
  signYourOrganizations: 'Sign in with your organization’s account',
  confirm: 'Confirm',
  addToAuthenticator: ({ link }: Named<'link'>) => `Add this account to an authenticator app, by its ${link} or by this secret:`,
  link: 'link',
  theSecret: 'the secret',
  changeThePassword: 'Change the password',
  keepTheseCodesInASafePlace: 'Keep these codes in a safe place. Each lets you sign in once without your authenticator. They are shown only now.',
  iveSavedThem: 'I’ve saved them',

  // StepForm
  theBackOfficeDoesNotAnswer: 'The back office doesn’t answer. Try again soon.',

  // StepUpDialog
  confirmThatItIsYou: 'Confirm that it is you',
  confirmYourSecondFactorAgain: 'Confirm your second factor again.',
  useDemoCode: 'Use demo code',

  // authProvider
  signInSentence: 'Sign in.',

  // permissions
  inTheRole: ({ role }: Named<'role'>) => `in the role ${role}`,

  // session
  backOfficeDoesNotAnswerTry: 'The back office doesn’t answer. Try again in a moment.',
  theDemoIsntAnswering: 'The demo isn’t answering. Check that make demo is still running, then try again.',
  demoDoesntAccountAnyMore: 'This demo doesn’t have that account any more. Reload the page.',
  demoRefusedSignYouStatus: ({ status }: Named<'status'>) => `The demo refused to sign you in (status ${status}).`,
  openAddressMakeDemoPrints: ({ why }: Named<'why'>) => `${why} Open the address that make demo prints, and try again.`,
} satisfies Messages;
