import { defineCommand } from '../options/spec';

export const dproxySpec = defineCommand({
  name: 'dproxy',
  summary: 'store an X.509 (VOMS) proxy at the server, look at it, delete it',
  usage: '[options] [info | upload [FILE] | delete]',
  details: [
    'For sites and storage that still want a proxy. The server keeps it sealed, for the VO and group you act for, and shows it to nobody; what you see here is what the server tells of it. A job with "proxy": true (JDL: Proxy = true) finds it in a file that X509_USER_PROXY names.',
    'upload takes FILE, else $X509_USER_PROXY, else /tmp/x509up_u<uid>: what voms-proxy-init writes. Your own certificate and key are refused: they must stay where they are.',
  ],
  examples: [
    ['dproxy upload', 'the proxy that voms-proxy-init made'],
    ['dproxy', 'whose it is and how long it lasts'],
    ['dproxy delete', 'take it away'],
  ],
  options: [{ long: 'json', help: 'one JSON document, {"v":1,…}' }],
  exitCodes: [0, 1, 2, 4, 5, 6, 7, 130],
});
