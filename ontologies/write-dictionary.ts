/** `node ontologies/write-dictionary.ts` brings the data dictionary up to date. */
import { writeFileSync } from 'node:fs';
import { dictionary } from './dictionary.ts';

writeFileSync(new URL('../docs/ontologies/dictionary.md', import.meta.url), dictionary());
