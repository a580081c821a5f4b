/** Of dlogin and dinit. */
export const choiceOptions = [
  { long: 'group', short: 'g', value: 'GROUP', help: 'act for this group, as cta_user' },
  { long: 'vo', short: 'M', value: 'VO', help: 'of this VO' },
  { long: 'provider', value: 'NAME', help: 'sign in with this identity provider, where the service knows several' },
  { long: 'json', help: 'one JSON document, {"v":1,…}' },
] as const;
