let waits = 0;
let timer: NodeJS.Timeout | undefined;

/**
 * Connections here never keep Node alive, so that a program ends when its last line is done. But somebody who awaits must not find the
 * process gone: while there is a wait, one idle timer holds it. Gives the end of the hold.
 */
export function holdProcess(): () => void {
  waits += 1;
  timer ??= setInterval(() => {}, 60_000);
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    waits -= 1;
    if (waits > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
