/** A marketplace that is offered for choosing. Help, not a closed list. */
export interface OfferedMarketplace {
  /** What the API is told. */
  code: string;
  name: string;
  /** The part of the portal's address that shows it. */
  portal: string;
  /** What to enter, as a sentence. */
  enter: string;
}

const OFFERED: readonly [code: string, name: string, portal?: string][] = [
  ['us', 'United States', 'usa'],
  ['ca', 'Canada'],
  ['mx', 'Mexico'],
  ['mi', 'Miami'],
  ['uk', 'United Kingdom'],
  ['de', 'Germany'],
  ['fr', 'France'],
  ['it', 'Italy'],
  ['es', 'Spain'],
  ['au', 'Australia'],
  ['nz', 'New Zealand'],
  ['in', 'India'],
];

/** The marketplaces that Halo's guide to the Ingram module names. The United States are "usa" in the portal's address, "us" for the API. */
export const marketplaces: readonly OfferedMarketplace[] = OFFERED.map(([code, name, portal = code]) => ({
  code,
  name,
  portal,
  enter: portal === code ? `Enter ${code}.` : `Enter ${code}, although the portal's address shows "${portal}".`,
}));

/**
 * A marketplace code as the API takes it, with a remark for each thing that was corrected or is unusual; or what is wrong
 * with the input, as a sentence.
 */
export function normaliseMarketplace(input: string): { code: string; remarks: string[] } | { error: string } {
  const trimmed = input.trim();
  const remarks: string[] = [];
  let code = trimmed.toLowerCase();
  if (!/^[a-z]{2,5}$/.test(code)) {
    return { error: 'A marketplace code has two to five letters, such as us, uk or au: it stands in the address of the portal.' };
  }
  if (code !== trimmed) remarks.push(`Capitals were changed to small letters: ${code}.`);
  if (code === 'usa') {
    code = 'us';
    remarks.push('The portal\'s address shows "usa", but the API calls this marketplace "us": changed to us.');
  }
  if (!marketplaces.some((offered) => offered.code === code)) {
    remarks.push(`${code} is not one of the marketplaces that Halo's guide names. It is used as entered.`);
  }
  return { code, remarks };
}

/**
 * The API URL as the portal shows it, without spaces around it and slashes at its end; or what is wrong with it, as a sentence.
 * The path is kept: it names a region, which does not follow from the marketplace.
 */
export function normaliseApiUrl(input: string): { url: string } | { error: string } {
  const text = input.trim().replace(/\/+$/, '');
  const example = 'Copy the API URL from the portal as it is, such as https://api.cloud.im/marketplace/na.';
  if (text === '') return { error: `The API URL is empty. ${example}` };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return { error: `This is not a web address that begins with https://. ${example}` };
  if (url.username !== '' || url.password !== '') return { error: `The API URL must not hold a user name or password. ${example}` };
  if (url.search !== '' || url.hash !== '' || /\s/.test(text)) {
    return { error: `The API URL must end with its path, without spaces, "?" or "#". ${example}` };
  }
  return { url: text };
}
