// Checks what the demo printed: one JSON object, an import that did what its preview said, and an end that is honest.
import { readFileSync } from 'node:fs';

const answer = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { preview, import: done } = answer;
const checks = {
  'names where everything runs': ['serviceUrl', 'psaUrl', 'marketplaceUrl', 'psaInstanceId', 'tenantId', 'token'].every(
    (name) => typeof answer[name] === 'string' && answer[name] !== '',
  ),
  'the preview wrote nothing and ended well': preview.preview === true && preview.state.startsWith('succeeded'),
  'the import ended well': done.preview === false && done.state.startsWith('succeeded') && done.counts.failed === 0,
  'the import linked and created clients': done.counts.clients.linked > 0 && done.counts.clients.created > 0,
  'the import created licences': done.counts.licences.created > 0,
  'the import did what the preview said': JSON.stringify(preview.counts) === JSON.stringify(done.counts),
  'calls were counted': done.calls.marketplace > 0 && done.calls.psa > 0,
};
const failed = Object.entries(checks).filter(([, holds]) => !holds);
for (const [what] of failed) process.stderr.write(`the demo's answer does not hold: ${what}\n`);
process.stdout.write(`demo: ${Object.keys(checks).length - failed.length} passed, ${failed.length} failed\n`);
process.exitCode = failed.length > 0 ? 1 : 0;
