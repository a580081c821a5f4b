import type { Io } from '../io';
import { control, say } from '../text/printable';
import { qrCode } from './qr-code';

interface Begun {
  userCode: string;
  verificationUri: string;
  verificationUriComplete: string;
  expiresInS: number;
}

/** Link, code and, on a terminal with room for it, a QR code for a telephone. All on standard error: it is for people. */
export function showCode(url: string, { userCode, verificationUri, verificationUriComplete, expiresInS }: Begun, io: Io): void {
  const minutes = Math.max(1, Math.floor(expiresInS / 60));
  io.note(say`To sign in at ${url}, open this page in a browser, on any device:`);
  io.note(say`\n    ${verificationUriComplete}\n`);
  io.note(say`It must show the code  ${userCode}  (or type the code at ${verificationUri}).`);
  if (io.errIsTty) {
    const code = qrCode(verificationUriComplete);
    const { columns, rows } = io.size();
    if (code !== undefined && code.columns <= columns && code.lines.length + 8 <= rows)
      for (const line of code.lines) io.note(control(line));
  }
  io.note(say`Waiting for you, at most ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}; Ctrl-C gives up.`);
}
