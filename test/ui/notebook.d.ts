import type { Locator, Page } from 'playwright-core';
import type { UiLab } from './lab.ts';
export interface Output {
    output_type: 'display_data';
    metadata: object;
    data: Record<string, unknown>;
}
/** A notebook of our kernel with these cells; outputs as if an earlier session had left them. */
export declare function writeNotebook(lab: UiLab, name: string, sources: string[], outputs?: Output[]): void;
/** The cards that the saved notebook holds. */
export declare function savedCards(lab: UiLab, name: string): unknown[];
/** Opens a notebook as people do, by its name in the file browser. */
export declare function openNotebook(page: Page, name: string): Promise<Locator>;
/** Runs a cell by Shift+Enter, once its kernel is there: before that, Lab drops the cell without a word. */
export declare function runCell(notebook: Locator, index: number): Promise<void>;
