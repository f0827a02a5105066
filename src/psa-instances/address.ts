import { EgressRefused, type EgressPolicy } from '../egress/index.js';
import { Invalid } from '../http/problem.js';

/**
 * An address of HaloPSA without spaces around it and slashes at its end, that may be called.
 * @throws Invalid naming the field.
 */
export function checkedAddress(input: string, field: 'baseUrl' | 'authUrl', policy: EgressPolicy): string {
  const address = input.trim().replace(/\/+$/, '');
  const refused = refusal(address, policy);
  if (refused !== undefined) throw new Invalid([{ pointer: `/${field}`, message: refused }]);
  return address;
}

function refusal(address: string, policy: EgressPolicy): string | undefined {
  try {
    policy.check(address);
  } catch (error) {
    if (error instanceof EgressRefused) return error.message;
    throw error;
  }
  const { search, hash } = new URL(address);
  return search !== '' || hash !== '' || /\s/.test(address) ? 'The address must end with its path, without spaces, "?" or "#".' : undefined;
}
