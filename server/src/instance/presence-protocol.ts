/** A companion upgrades here to say that it is there; see presence.ts for the server's side, companion/hold-presence.ts for the other. */
export const presencePath = '/companion/presence';
export const presenceProtocol = 'diraclab-presence';
