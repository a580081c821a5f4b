export { askForTokens, signOutAt, type Grant, type Tokens } from './ask-for-tokens';
export { currentAccessToken, currentSession, notSignedIn, renewSession, signIn, signOut, type Renewal } from './session';
export { isSignedIn, readSession, sessionFilePath, type SignedIn, type SignInEnded, type StoredSession } from './session-file';
