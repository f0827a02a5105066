import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Lets Node keep what it made of our code and that of packages, so that the next start has not to compile it again: a third of the time
 * that a start takes. Imported first, because what is loaded before is not kept.
 *
 * It lies beside the compiled code, where only those may write who may change that code, too; where we may not, there is none.
 */
enableCompileCache(fileURLToPath(new URL('../.compile-cache', import.meta.url)));
