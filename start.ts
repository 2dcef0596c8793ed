/**
 * What `npm start` and `npm run cse` run: replaces itself by `main.ts` or `cse-main.ts` under the memory settings that a
 * process cannot change once it runs. docs/decisions/memory.md has the figures.
 */
import { join } from 'node:path';

const flags = ['--max-semi-space-size=8'];
const [first, ...others] = process.argv.slice(2);
const alone = first === 'cse';
const main = join(import.meta.dirname, alone ? 'cse-main.ts' : 'main.ts');
const options = alone ? others : process.argv.slice(2);

// Only on POSIX; elsewhere the process runs on as it is. glibc otherwise keeps an arena for each thread that ever
// hashed a password or compressed an answer.
if (process.execve !== undefined && process.platform !== 'win32') {
  process.execve(process.execPath, [process.execPath, ...flags, main, ...options], {
    ...process.env,
    MALLOC_ARENA_MAX: '2',
  });
}
process.argv.splice(2, Number.POSITIVE_INFINITY, ...options);
await import(main);
