/**
 * Takes secrets out of text that came from elsewhere, before it is kept or logged: vendors echo requests in error messages.
 * Secrets shorter than four characters are passed over, as they would tear holes into ordinary words.
 */
export function scrub(text: string, secrets: readonly (string | undefined)[]): string {
  const known = secrets.filter((secret): secret is string => secret !== undefined && secret.length >= 4);
  // The longest first, so that a secret that holds another does not leave its rest behind.
  known.sort((a, b) => b.length - a.length);
  return known
    .reduce((clean, secret) => clean.replaceAll(secret, '[secret]'), text)
    .replace(/\b(Basic|Bearer)\s+[\w.+/=~-]{8,}/gi, '$1 [secret]');
}
