import type { Page } from 'playwright-core';
/** What stands on the screen of the terminal in front, and what scrolled out of it. Empty while there is none. */
export declare function terminalText(page: Page): Promise<string>;
/** The tab's name, which programs may change by an escape sequence. */
export declare function terminalTitle(page: Page): Promise<string>;
/** Waits until the shell of the terminal in front takes commands. */
export declare function untilPrompt(page: Page): Promise<void>;
