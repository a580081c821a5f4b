import qrcode from 'qrcode-generator';
import { memoryIo } from '../testing/memory-io';
import { qrCode } from './qr-code';
import { showCode } from './show-code';

const link = 'https://dirac.example.org/api/identity/device?userCode=ABCD-EFGH';
// eslint-disable-next-line no-control-regex -- the colours are taken off
const bare = (line: string) => line.replace(/\x1b\[[\d;]*m/g, '');
const begun = { userCode: 'ABCD-EFGH', verificationUri: link, verificationUriComplete: link, expiresInS: 600 };

describe('a link as a QR code in the terminal', () => {
  it('shows every module, dark on light, with a margin of four around', () => {
    const { lines = [], columns = 0 } = qrCode(link) ?? {};
    const rows = lines.flatMap((line) => {
      const letters = [...bare(line)];
      return [letters.map((letter) => '▀█'.includes(letter)), letters.map((letter) => '▄█'.includes(letter))];
    });
    const code = qrcode(0, 'L');
    code.addData(link, 'Byte');
    code.make();
    const count = code.getModuleCount();
    expect(columns).toBe(count + 8);
    const expected = Array.from({ length: columns }, (_, row) =>
      Array.from({ length: columns }, (_, column) => {
        const [r, c] = [row - 4, column - 4];
        return r >= 0 && c >= 0 && r < count && c < count && code.isDark(r, c);
      }),
    );
    expect(rows.slice(0, columns)).toEqual(expected);
    for (const line of lines) expect(line).toMatch(/48;5;231m.*\x1b\[0m$/); // eslint-disable-line no-control-regex -- as above
  });

  it('is there on a terminal with room for it only, and never for what is no plain link', () => {
    const seen = (columns: number, rows: number, errIsTty = true) => {
      const io = memoryIo({ errIsTty, size: () => ({ columns, rows }) });
      showCode('https://dirac.example.org', begun, io);
      return { drawn: io.err().includes('█'), err: io.err() };
    };
    expect(seen(120, 50).drawn).toBe(true);
    expect(seen(30, 50).drawn).toBe(false);
    expect(seen(120, 20).drawn).toBe(false);
    expect(seen(120, 50, false).drawn).toBe(false);
    expect(seen(80, 24).err).toContain(link);
    expect(qrCode('https://x/\x1b]52;')).toBeUndefined();
  });
});
