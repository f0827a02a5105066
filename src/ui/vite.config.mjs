import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';

const TEXT = /\.(js|css|svg)$/;

/** Writes every file that compresses a second and third time, so that the service need not compress. */
const compressed = {
  name: 'compressed',
  apply: 'build',
  async writeBundle({ dir }, bundle) {
    for (const name of Object.keys(bundle).filter((file) => TEXT.test(file))) {
      const text = await readFile(join(dir, name));
      await writeFile(join(dir, `${name}.br`), brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
      await writeFile(join(dir, `${name}.gz`), gzipSync(text));
    }
  },
};

export default defineConfig({
  root: import.meta.dirname,
  plugins: [compressed],
  build: {
    outDir: '../../dist/ui',
    emptyOutDir: true,
    // An old browser should say so by itself rather than half work.
    target: 'es2023',
    // Those that know light-dark(): rewriting it for others breaks it.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // A data: address would need a wider policy for fonts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      // How long our own steps take depends on what else the machine does.
      checks: { pluginTimings: false },
      // Mantine marks its files for frameworks that render on a server.
      onLog: (level, log, pass) => log.code === 'MODULE_LEVEL_DIRECTIVE' || pass(level, log),
    },
  },
  logLevel: 'warn',
});
