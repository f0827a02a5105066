/** Where HaloPSA shows a client, from its "Resource server" or its own address. It has no address for a single Halo subscription. */
export function clientInHalo(baseUrl: string, clientId: string): string {
  const site = baseUrl
    .trim()
    .replace(/\/+$/, '')
    .replace(/\/api$/i, '');
  return `${site}/customers?mainview=client&clientid=${encodeURIComponent(clientId)}`;
}

/**
 * Where a marketplace's panel is, which goes by region and marketplace: `https://cp.us.na.cloud.im`. Undefined where the API's
 * address is not of that form. The panel is not known to have addresses for single subscriptions.
 */
export function panelOf({ apiUrl, marketplace }: { apiUrl: string; marketplace: string }): string | undefined {
  const region = /^https:\/\/api\.cloud\.im\/marketplace\/([a-z]+)\/?$/.exec(apiUrl.trim())?.[1];
  return region === undefined || !/^[a-z]{2,5}$/.test(marketplace) ? undefined : `https://cp.${marketplace}.${region}.cloud.im`;
}
