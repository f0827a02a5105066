// Makes the page's typed client of the API from the OpenAPI document: node make-api.mjs DOCUMENT OUTPUT
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { generateApi } from 'swagger-typescript-api';

const [, , document, output] = process.argv;
const text = readFileSync(document, 'utf8');
const mark = `// Made by the build from the OpenAPI document ${createHash('sha256').update(text).digest('hex')}. Not for editing.\n`;

if (!existsSync(output) || !readFileSync(output, 'utf8').startsWith(mark)) {
  const { files } = await generateApi({
    spec: JSON.parse(text),
    output: false,
    silent: true,
    httpClientType: 'fetch',
    moduleNameFirstTag: true,
    generateUnionEnums: true,
    extractRequestParams: true,
    unwrapResponseData: true,
    sortTypes: true,
    sortRoutes: true,
  });
  writeFileSync(output, mark + files[0].fileContent);
}
