import type { IncomingHttpHeaders } from 'node:http';
import { refusal } from './may-pass.ts';

const json = { 'content-type': 'application/json', 'content-length': '2' };
const labCookie = 'username-lab-8888=secret; _xsrf=x1';

/** Each row: who asks, what they send, and whether they pass. All but the first four are POSTs of a JSON body unless they say otherwise. */
const table: [string, { method?: string; isUpgrade?: boolean; headers: IncomingHttpHeaders }, 'passes' | RegExp][] = [
  ['a page elsewhere reads (and cannot see the answer)', { method: 'GET', headers: { origin: 'http://evil' } }, 'passes'],
  ['a page elsewhere asks for a CORS permission nobody gives', { method: 'OPTIONS', headers: { origin: 'http://evil' } }, 'passes'],
  ['Lab opens its WebSocket', { isUpgrade: true, headers: { host: 'lab:8888', origin: 'http://lab:8888', cookie: labCookie } }, 'passes'],
  [
    'a page elsewhere opens a WebSocket',
    { isUpgrade: true, headers: { host: 'lab:8888', origin: 'http://evil', cookie: labCookie } },
    /page of http:\/\/evil/,
  ],

  [
    'Lab in a modern browser',
    { headers: { 'sec-fetch-site': 'same-origin', host: 'inner', origin: 'https://lab', cookie: labCookie } },
    'passes',
  ],
  [
    'a page on another port of the same host',
    { headers: { 'sec-fetch-site': 'same-site', host: 'lab', origin: 'http://lab:3000' } },
    /another site/,
  ],
  [
    'a foreign page cannot overrule the browser by a header',
    { headers: { 'sec-fetch-site': 'cross-site', 'x-xsrftoken': 'x1', cookie: labCookie } },
    /another site/,
  ],

  ['Lab over plain http', { headers: { host: 'lab:8888', origin: 'http://lab:8888', cookie: labCookie } }, 'passes'],
  ['the same host in other letters, with the default port', { headers: { host: 'LAB:443', origin: 'https://lab' } }, 'passes'],
  [
    'Lab behind a reverse proxy',
    { headers: { host: 'inner:8888', 'x-forwarded-host': 'lab.example, mid', origin: 'https://lab.example' } },
    'passes',
  ],
  [
    'a proxy that hides the host, with the XSRF token',
    { headers: { host: 'inner', origin: 'http://lab', 'x-xsrftoken': 'x1', cookie: labCookie } },
    'passes',
  ],
  ['another port', { headers: { host: 'lab:8888', origin: 'http://lab:9999', cookie: labCookie } }, /page of/],
  ['a host that only begins alike', { headers: { host: 'lab', origin: 'http://lab.evil', cookie: labCookie } }, /page of/],
  ['a host in the place of the user name', { headers: { host: 'lab', origin: 'http://lab@evil' } }, /page of/],
  ['a sandboxed frame', { headers: { host: 'lab', origin: 'null', cookie: labCookie } }, /page of null/],
  ['a file', { headers: { host: '', origin: 'file://' } }, /page of file/],

  ['a wrong XSRF token', { headers: { 'x-xsrftoken': 'x2', cookie: labCookie } }, /carries a cookie/],
  ['an empty XSRF token', { headers: { 'x-xsrftoken': '', cookie: '_xsrf=' } }, /carries a cookie/],
  ['a token in a cookie that only ends alike', { headers: { 'x-xsrftoken': 'x1', cookie: 'not_xsrf=x1' } }, /carries a cookie/],
  ['a tossed second _xsrf cookie', { headers: { 'x-xsrftoken': 'evil', cookie: '_xsrf=evil; _xsrf=x1' } }, /carries a cookie/],
  ['an old browser with a cookie and nothing else', { headers: { cookie: labCookie } }, /carries a cookie/],
  ['a cookie and a token header, but no page named', { headers: { cookie: labCookie, authorization: 'token t' } }, /carries a cookie/],

  ["a program with Lab's token", { headers: { authorization: 'token abc' } }, 'passes'],
  ['a program opens a WebSocket', { isUpgrade: true, headers: { authorization: 'Bearer abc' } }, 'passes'],
  [
    "a program's token does not help a foreign page",
    { headers: { authorization: 'token abc', host: 'lab', origin: 'http://evil' } },
    /page of/,
  ],
  ['basic credentials, which browsers add by themselves', { headers: { authorization: 'Basic abc' } }, /neither/],
  ['nothing at all', { headers: {} }, /neither/],

  ['bytes', { headers: { authorization: 'token t', 'content-type': 'application/octet-stream' } }, 'passes'],
  ['JSON with a charset', { headers: { authorization: 'token t', 'content-type': 'Application/JSON; charset=utf-8' } }, 'passes'],
  [
    'no body and no type',
    { method: 'DELETE', headers: { authorization: 'token t', 'content-type': undefined, 'content-length': '0' } },
    'passes',
  ],
  ['a form', { headers: { authorization: 'token t', 'content-type': 'application/x-www-form-urlencoded' } }, /form-urlencoded/],
  ['text, which a foreign page may send unasked', { headers: { authorization: 'token t', 'content-type': 'text/plain' } }, /text\/plain/],
  ['a type that only begins alike', { headers: { authorization: 'token t', 'content-type': 'application/jsonp' } }, /jsonp/],
  ['a body without a type', { headers: { authorization: 'token t', 'content-type': undefined } }, /none given/],
  [
    'a body of unknown length without a type',
    { headers: { authorization: 'token t', 'content-type': undefined, 'content-length': undefined, 'transfer-encoding': 'chunked' } },
    /none given/,
  ],
  [
    'an unknown method counts as a change',
    { method: 'PATCH', headers: { host: 'lab', origin: 'http://evil' } },
    /PATCH request was refused/,
  ],
];

describe('what may pass the companion', () => {
  it.each(table)('%s', (_who, { method = 'POST', isUpgrade = false, headers }, expected) => {
    const refused = refusal({ method, isUpgrade, headers: isUpgrade || method === 'GET' ? headers : { ...json, ...headers } });
    if (expected === 'passes') expect(refused?.message).toBeUndefined();
    else {
      expect(refused?.message).toMatch(expected);
      expect(refused?.code).toBe('NotAllowed');
      expect(refused?.next).toBeTruthy();
    }
  });

  it('says nothing of cookies or tokens in a refusal', () => {
    const secrets = { cookie: 'username=s3cret; _xsrf=s3cret', authorization: 'token s3cret', 'x-xsrftoken': 's3cret2' };
    expect(JSON.stringify(refusal({ method: 'POST', isUpgrade: false, headers: secrets }))).not.toContain('s3cret');
    expect(refusal({ method: 'POST', isUpgrade: false, headers: secrets })?.message).not.toContain('s3cret');
  });
});
