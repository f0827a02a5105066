import { createHmac } from 'node:crypto';

/** Who looks at what, when a custom tab or button is opened. */
export interface TabView {
  iframeSecret: string;
  agentId: number;
  /** The client's name. */
  area: string;
}

/**
 * A tab's URL with its variables put in, as Halo does: as they are, without any escaping. `$HMAC` is base64 of the HMAC-SHA256 of the
 * agent's id as decimal text, with the tab's secret as key. Source: two integrations that run in production.
 */
export function tabAddress(url: string, { iframeSecret, agentId, area }: TabView): string {
  const hmac = createHmac('sha256', iframeSecret).update(`${agentId}`).digest('base64');
  const values: Record<string, string> = { $AREA: area, $LOGGEDINAGENTID: `${agentId}`, $HMAC: hmac };
  return url.replace(/\$[A-Z]+/g, (variable) => values[variable] ?? variable);
}
