/** `npm run reference` writes docs/cse/reference anew from the definitions. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { reference } from './reference.ts';

const folder = new URL('../../docs/cse/reference/', import.meta.url);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const pages = reference();
for (const { file, text } of pages) writeFileSync(new URL(file, folder), text);
process.stdout.write(`${pages.length} pages in ${fileURLToPath(folder)}\n`);
