import type { Browser, Locator, Page } from 'playwright-core';
import type { UiLab } from './lab.ts';
/** A page of Lab, and what went on in it. */
export declare class LabPage {
    #private;
    readonly page: Page;
    /** Console and failed requests, for people. */
    readonly log: string[];
    /** Every request the page made, WebSockets too. */
    readonly requests: {
        method: string;
        url: string;
    }[];
    readonly errors: string[];
    constructor(page: Page, lab: UiLab);
    open(): Promise<void>;
    /** Reloads the page, once Lab has written down that the tabs with these ids are open: it takes a second for that. */
    reload(...openTabs: string[]): Promise<void>;
    /** Lab stands and our status item has its counts. */
    ready(): Promise<void>;
    get statusItem(): Locator;
    /** The Jobs panel, opened by its tab in the side bar. */
    openPanel(): Promise<Locator>;
    /** A command, as the palette or a script runs it. */
    run(command: string, args?: object): Promise<void>;
    useTheme(theme: 'JupyterLab Light' | 'JupyterLab Dark'): Promise<void>;
    /** Requests to addresses with this part, since the mark. */
    requestsTo(part: string, since?: number): string[];
    /** Nothing from outside Lab's origin, and no error of ours in the console. */
    expectCleanLog(): void;
    /** A story that cuts the connection will see the browser complain about it. */
    expectErrors(...patterns: RegExp[]): void;
    close(): Promise<void>;
}
/** Waits until the badge of a card, a row or a page says this state. */
export declare function inState(place: Locator, state: string): Promise<void>;
/** A page in a browser profile of its own, with nothing in it yet. */
export declare function newLabPage(browser: Browser, lab: UiLab): Promise<LabPage>;
