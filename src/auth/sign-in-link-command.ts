import { type Config, localUrl, readConfig } from '../config.js';
import { onMigrated } from './command-database.js';
import { SignInLinks } from './sign-in-links.js';

/** `isthmus sign-in-link`: prints the link alone on standard output. Works beside a running service. */
export async function signInLink(): Promise<void> {
  const config = readConfig();
  const link = await onMigrated(config, (dataSource) => new SignInLinks(dataSource).create(publicUrlOf(config)));
  process.stdout.write(`${link}\n`);
}

/** The address that the service of this configuration is reached at. */
function publicUrlOf({ publicUrl, host, port }: Config): string {
  return publicUrl ?? localUrl(host, port);
}
