/**
 * Company forms in the languages of the supported regions, as single words after dots are taken out: they say how a company
 * is owned, not which one it is.
 */
const LEGAL_FORMS = new Set(
  (
    'ltd limited llc llp lp lllp pllc pc inc incorporated corp corporation co company plc cic ltda ltee limitee enr ' +
    'pty pte pvt private proprietary opc ' +
    'gmbh mbh ag kg kgaa ohg gbr ug ek ev eg se haftungsbeschraenkt haftungsbeschränkt ' +
    'sa sas sasu sarl eurl snc sci scop scs sca selarl gie ' +
    'srl srls spa sapa sapi sc sab ' +
    'sl slu sll slne sau sal scoop cb ' +
    'bv nv bvba vof cv'
  ).split(' '),
);

/** Forms of several words. */
const LEGAL_PHRASES =
  /\b(?:s ?a ?p ?i de c ?v|s ?a ?b de c ?v|s ?a de c ?v|s de r ?l de c ?v|s de r ?l|s ?c de r ?l|s r l|s p a|s a s|s a r l|s l u|s a u|e v|e k)\b/g;

/**
 * The form in which a customer and a client are "of exactly the same name": Unicode NFC, trimmed, inner spaces collapsed, case
 * ignored. Empty when nothing is left.
 */
export function exactName(name: string): string {
  return name.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase();
}

/**
 * The form in which two names are only alike: accents, punctuation, legal forms and the order of words set aside. Never enough
 * to map by; enough to suggest. A name made of nothing else keeps its words.
 */
export function looseName(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[.'’`´]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  const words = plain
    .replace(LEGAL_PHRASES, ' ')
    .split(' ')
    .filter((word) => word !== '' && !LEGAL_FORMS.has(word));
  const kept = words.length > 0 ? words : plain.split(' ').filter((word) => word !== '');
  return kept.toSorted().join(' ');
}
