import type { Page } from 'playwright-core';

export interface PoorText {
  text: string;
  ratio: number;
  colour: string;
  background: string;
  where: string;
}

/** WCAG 1.4.3 for text of ordinary size; ours has no other. */
export const leastContrast = 4.5;

/**
 * Every visible text below the selector whose computed colour stands less than `least` from what is really behind it: backgrounds are laid
 * over one another up to the first opaque one, and transparency of the text and of everything around it counts. Text of controls that
 * cannot be used now is left out, as WCAG leaves it out.
 */
export function poorTexts(page: Page, selector: string, least = leastContrast): Promise<PoorText[]> {
  return page.evaluate(
    ([within, wanted]) => {
      type Rgba = [number, number, number, number];
      const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
      /** The browser itself reads any notation, `color-mix()` too. */
      const rgba = (colour: string): Rgba => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
      };
      const over = ([r, g, b, a]: Rgba, [r2, g2, b2]: Rgba): Rgba => [r * a + r2 * (1 - a), g * a + g2 * (1 - a), b * a + b2 * (1 - a), 1];
      const ancestors = (element: Element): Element[] =>
        element.parentElement ? [element, ...ancestors(element.parentElement)] : [element];
      const behind = (element: Element): Rgba => {
        const layers: Rgba[] = [];
        for (const one of ancestors(element)) {
          const layer = rgba(getComputedStyle(one).backgroundColor);
          layers.push(layer);
          if (layer[3] === 1) break;
        }
        return layers.reduceRight<Rgba>((below, layer) => over(layer, below), [255, 255, 255, 1]);
      };
      const luminance = ([r, g, b]: Rgba): number => {
        const [x, y, z] = [r, g, b].map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * (x ?? 0) + 0.7152 * (y ?? 0) + 0.0722 * (z ?? 0);
      };
      const contrast = (one: Rgba, other: Rgba): number => {
        const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
        return (light + 0.05) / (dark + 0.05);
      };
      const inWords = ([r, g, b]: Rgba) => `rgb(${[r, g, b].map(Math.round).join(' ')})`;
      const poor: { text: string; ratio: number; colour: string; background: string; where: string }[] = [];
      const look = (element: Element, text: string, pseudo?: string) => {
        const style = getComputedStyle(element, pseudo);
        const [r, g, b, a] = rgba(style.color);
        const opacity = ancestors(element).reduce(
          (product, one) => product * Number(getComputedStyle(one).opacity),
          Number(pseudo ? style.opacity : 1),
        );
        const background = behind(element);
        const colour = over([r, g, b, a * opacity], background);
        const ratio = contrast(colour, background);
        if (ratio >= wanted) return;
        const names = [...element.classList].join('.');
        poor.push({
          text: text.trim().slice(0, 60),
          ratio: Math.round(ratio * 100) / 100,
          colour: inWords(colour),
          background: inWords(background),
          where: `${element.tagName.toLowerCase()}.${names}`,
        });
      };
      for (const root of document.querySelectorAll(within)) {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          const element = node.parentElement;
          if (!element || (node.textContent ?? '').trim() === '' || element.closest(':disabled, [aria-disabled=true], style, script'))
            continue;
          const box = element.getBoundingClientRect();
          if (box.width > 1 && box.height > 1 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
            look(element, node.textContent ?? '');
        }
        for (const field of root.querySelectorAll<HTMLInputElement>('input, textarea')) {
          if (field.disabled || !field.checkVisibility()) continue;
          if (field.value !== '') look(field, field.value);
          else if (field.placeholder !== '') look(field, field.placeholder, '::placeholder');
        }
      }
      return poor;
    },
    [selector, least] as const,
  );
}

/**
 * Elements that Tab can reach below the selector and that look the same with and without the focus. What counts is the element, what is
 * around it, and the row that a grid names as the one it is on.
 */
export async function unseenFocus(page: Page, selector: string): Promise<string[]> {
  // The focus is shown to those who use the keyboard; a key tells the browser that somebody does.
  await page.keyboard.press('Shift');
  return page.evaluate((within) => {
    const seen = (element: Element | null): string => {
      if (!element) return '';
      const { outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor } = getComputedStyle(element);
      return [outlineStyle === 'none' ? '' : outlineWidth, boxShadow, borderColor, backgroundColor].join(' ');
    };
    const look = (element: Element): string => {
      const named = element.getAttribute('aria-activedescendant');
      return [element, element.parentElement, named === null ? null : document.getElementById(named)].map(seen).join('|');
    };
    return [...document.querySelectorAll<HTMLElement>(within)].flatMap((root) =>
      [...root.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, [tabindex]')].flatMap((element) => {
        if (element.tabIndex < 0 || element.matches(':disabled') || !element.checkVisibility()) return [];
        (document.activeElement as HTMLElement | null)?.blur();
        const before = look(element);
        element.focus();
        return document.activeElement === element && look(element) === before ? [element.outerHTML.slice(0, 160)] : [];
      }),
    );
  }, selector);
}
