/** The addresses of one HaloPSA, without slashes at the end. */
export interface HaloAddresses {
  /** The site itself: what stands before `/api`. */
  root: string;
  /** Halo's "Resource server". */
  api: string;
  /** Halo's "Authorisation server", where it was given: the token is at `{auth}/token`. */
  auth?: string;
}

/** Takes the addresses as people copy them: with or without a slash, `/api`, or `/token` at the end. */
export function haloAddresses(baseUrl: string, authUrl?: string): HaloAddresses {
  const root = stripped(baseUrl).replace(/\/api$/i, '');
  const addresses: HaloAddresses = { root: stripped(root), api: `${stripped(root)}/api` };
  const auth = stripped(authUrl ?? '').replace(/\/token$/i, '');
  if (auth !== '') addresses.auth = stripped(auth);
  return addresses;
}

/**
 * The authorisation server that Halo names itself, if it may be used unasked: on the host the secret was entered for, and not over plain http
 * where that was https. Any other has to be entered by a person.
 */
export function discoveredAuth(named: unknown, root: string): string | undefined {
  if (typeof named !== 'string' || !URL.canParse(named)) return undefined;
  const [found, entered] = [new URL(named), new URL(root)];
  if (found.host !== entered.host || (entered.protocol === 'https:' && found.protocol !== 'https:')) return undefined;
  return haloAddresses(root, `${found.origin}${found.pathname}`).auth;
}

function stripped(address: string): string {
  return address.trim().replace(/\/+$/, '');
}
