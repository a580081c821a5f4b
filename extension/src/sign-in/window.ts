/** The window in which a sign-in happens. Opened in the click itself: later, browsers take it for an unwanted one. */
export interface SignInWindow {
  goTo(url: string): void;
  close(): void;
}

const size = 'popup,width=560,height=760';

/** Undefined where the browser blocks it. */
export function openSignInWindow(): SignInWindow | undefined {
  const opened = window.open('about:blank', '_blank', size);
  if (opened === null) return undefined;
  // The institute's pages have no business with Lab's.
  opened.opener = null;
  return { goTo: (url) => opened.location.replace(url), close: () => opened.close() };
}

/** For a link: a click on it is a click, and nobody blocks it. */
export function openSignInTab(url: string): void {
  window.open(url, '_blank', 'noopener,noreferrer');
}
