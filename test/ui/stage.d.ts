import { type Browser } from 'playwright-core';
import { type UiLab } from './lab.ts';
import { type LabPage } from './lab-page.ts';
export interface Stage {
    lab: UiLab;
    /** A page of Lab with nothing open, in a browser profile of its own. */
    lp: LabPage;
}
export declare const launchBrowser: (executablePath: string) => Promise<Browser>;
/**
 * One Lab and one browser for all stories of a file, ended whatever happens. Gives the function that tells a story: like `it`, with the
 * stage as its argument. A story that fails leaves a picture of the page and its log in a folder and says where.
 */
export declare function useStage({ isFirstTime }?: {
    isFirstTime?: boolean | undefined;
}): (name: string, tells: (stage: Stage) => Promise<void>, timeoutMs?: number) => void;
/** DIRACLAB_TEST_CHROMIUM comes from `npm test`; empty when there is none, which it has said already. */
export declare function chromiumPath(): string | undefined;
