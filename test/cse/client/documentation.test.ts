import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { run } from '../bindings/command.ts';
import { type Doors, openDoors } from '../bindings/doors.ts';

const root = join(import.meta.dirname, '../../..');

describe('docs/cse/client.md', () => {
  let doors: Doors;
  let folder: string;
  before(async () => {
    doors = await openDoors();
    // Below the project, so that "#cse/client" means what it means there.
    await mkdir(join(root, 'var'), { recursive: true });
    folder = await mkdtemp(join(root, 'var', 'examples-'));
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
    await doors[Symbol.asyncDispose]();
  });

  const expected = [
    /^0\.4$[\s\S]*cse-in\/guide\/measurements[\s\S]*NOT_FOUND 4004/m,
    /^3 \{"m2m:cin":.*news/m,
    /^\d+ cse-in\/guide/m,
  ];

  it('has examples that do what it says, one after the other', async () => {
    const page = await readFile(join(root, 'docs/cse/client.md'), 'utf8');
    const examples = [...page.matchAll(/^```ts\n(?<code>[\s\S]*?)^```$/gm)].map(({ groups }) => groups?.code ?? '');
    expect(examples).to.have.length(expected.length);
    const { token } = await doors.token('Cguide');
    for (const [index, code] of examples.entries()) {
      const file = join(folder, `${index}.ts`);
      await writeFile(file, code);
      const { code: exit, output } = await run(process.execPath, [file], {
        CSE_URL: doors.urls.http,
        CSE_TOKEN: token,
      });
      expect(output).to.match(expected[index] ?? /never/);
      expect(exit).to.equal(0);
    }
  });
});
