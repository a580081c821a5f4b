import { forwardedAnswerHeaders, forwardedPath, forwardedRequestHeaders } from './forwarded-headers.ts';

describe('headers on their way through the companion', () => {
  it("loses Lab's credentials in every spelling, and gets the server's token", () => {
    const raw = [
      'Host',
      'lab',
      'COOKIE',
      'a=1',
      'cookie',
      'b=2',
      'Authorization',
      'token t',
      'X-XSRFToken',
      'x',
      'Referer',
      'http://lab/?token=t',
      'Accept',
      '*/*',
    ];
    expect(forwardedRequestHeaders(raw, { token: 'ours' })).toEqual(['Host', 'lab', 'Accept', '*/*', 'Authorization', 'Bearer ours']);
  });

  it('tells a service its own host and nothing of where this Lab is', () => {
    const raw = [
      'Host',
      'lab',
      'Origin',
      'http://lab',
      'X-Forwarded-Host',
      'lab',
      'X-Forwarded-Prefix',
      '/user/alice/dirac',
      'Accept',
      '*/*',
    ];
    const remote = { host: 'dirac.example.org', basePath: '/wms' };
    expect(forwardedRequestHeaders(raw, { token: 'ours', remote })).toEqual([
      'Host',
      remote.host,
      'Accept',
      '*/*',
      'Authorization',
      'Bearer ours',
    ]);
    expect(forwardedPath('/api/jobs?token=t&limit=5', { remote })).toBe('/wms/api/jobs?limit=5');
  });

  it('drops what belongs to one connection, also what Connection names', () => {
    const raw = [
      'Connection',
      'close, X-Once',
      'connection',
      'X-Twice',
      'X-Once',
      '1',
      'x-twice',
      '2',
      'Transfer-Encoding',
      'chunked',
      'TE',
      'trailers',
      'X-Kept',
      '3',
    ];
    expect(forwardedAnswerHeaders(raw)).toEqual(['X-Kept', '3']);
  });

  it('keeps the length of a body even when Connection names it: the server would read it as the next request', () => {
    expect(forwardedAnswerHeaders(['Connection', 'content-length', 'Content-Length', '5'])).toEqual(['Content-Length', '5']);
  });

  it('keeps repeated headers repeated and in order', () => {
    expect(forwardedAnswerHeaders(['Link', 'a', 'Date', 'd', 'Link', 'b'])).toEqual(['Link', 'a', 'Date', 'd', 'Link', 'b']);
  });

  it.each([
    ['/api/jobs', '/api/jobs'],
    ['/api/jobs?token=t', '/api/jobs'],
    ['/api/jobs?token', '/api/jobs'],
    ['/api/jobs?status=Done&token=t&_xsrf=x&limit=5', '/api/jobs?status=Done&limit=5'],
    ['/api/jobs?tokens=2&name=a?b', '/api/jobs?tokens=2&name=a?b'],
    ['/api/jobs?', '/api/jobs'],
  ])('the path %s goes on as %s', (given, expected) => {
    expect(forwardedPath(given)).toBe(expected);
  });
});
