import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { startCse, type TestCse } from '../cse/support.ts';
import { until } from '../support/wait.ts';

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const program = join(import.meta.dirname, '../../cli/index.ts');

describe('npx alzette', () => {
  let cse: TestCse;
  let env: NodeJS.ProcessEnv;
  let dataDir: string;

  before(async () => {
    cse = await startCse();
    dataDir = mkdtempSync(join(tmpdir(), 'alzette-cli-'));
    const { token } = await cse.cse.credentials.issue({ originator: 'CAdmin', label: 'administrator' });
    mkdirSync(join(dataDir, 'secrets'));
    writeFileSync(join(dataDir, 'secrets/cse-admin'), token);
    env = { ...process.env, ALZETTE_DATA_DIR: dataDir, CSE_URL: cse.url };
  });

  after(async () => {
    await cse[Symbol.asyncDispose]();
    rmSync(dataDir, { recursive: true });
  });

  const start = (...args: string[]) => spawn(process.execPath, [program, ...args], { env, stdio: 'pipe' });

  async function run(args: readonly string[], input = ''): Promise<Outcome> {
    const child = start(...args);
    child.stdin.end(input);
    const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await closed, out, err };
  }

  async function done(args: readonly string[], input?: string): Promise<string> {
    const { code, out, err } = await run(args, input);
    expect(code, err).to.equal(0);
    return out;
  }

  it('creates, shows, changes, finds and deletes resources', async () => {
    await done([
      'cse',
      'create',
      'cse-in',
      '2',
      '{"api":"N.cli","rr":true,"srv":["3"]}',
      '--name',
      'cli',
      '--as',
      'CAdmin',
    ]).catch(() => {});
    await cse.ae('Ccli');
    expect(
      JSON.parse(await done(['cse', 'create', 'cse-in/cli', '3', '{"mni":5,"lbl":["a"]}', '--name', 'c'])),
    ).to.include({ rn: 'c', mni: 5 });
    await done(['cse', 'create', 'cse-in/cli/c', '4', '-'], '{"con":"21,5 °C"}');
    expect(JSON.parse(await done(['cse', 'get', 'cse-in/cli/c/la']))).to.include({ con: '21,5 °C' });
    expect(JSON.parse(await done(['cse', 'get', 'cse-in/cli/c', '--attributes', 'mni']))).to.deep.equal({ mni: 5 });
    await done(['cse', 'update', 'cse-in/cli/c', '{"mni":null,"lbl":["b"]}']);
    expect(JSON.parse(await done(['cse', 'get', 'cse-in/cli/c']))).to.deep.include({ lbl: ['b'] });
    expect(await done(['cse', 'discover', 'cse-in', '--type', '3', '--label', 'b'])).to.equal('cse-in/cli/c\n');
    expect(await done(['cse', 'discover', 'cse-in', '--where', 'con=21*'])).to.match(/^cse-in\/cli\/c\/cin-/);
    expect(await done(['cse', 'tree', 'cse-in/cli'])).to.equal('cse-in/cli\n└ c  (3)\n');
    await done(['cse', 'delete', 'cse-in/cli/c']);
    expect(await run(['cse', 'get', 'cse-in/cli/c'])).to.deep.include({ code: 1, out: '' });
  });

  it('exports a subtree and makes it again elsewhere, whole', async () => {
    await cse.ae('Cfrom');
    await cse.ae('Cto');
    await cse.create('/cse-in/from', 3, { 'm2m:cnt': { rn: 'box', lbl: ['é'], mni: 9 } });
    await cse.create('/cse-in/from/box', 3, { 'm2m:cnt': { rn: 'inner' } });
    await cse.create('/cse-in/from/box', 23, {
      'm2m:sub': { rn: 'watch', nu: ['http://127.0.0.1:9/x'], enc: { net: [3] } },
    });
    for (const con of ['1', '2', '3']) await cse.create('/cse-in/from/box/inner', 4, { 'm2m:cin': { con } });
    const lines = await done(['cse', 'export', 'cse-in/from/box']);
    expect(lines.trim().split('\n')).to.have.length(6);
    expect(JSON.parse(await done(['cse', 'import', 'cse-in/to'], lines))).to.deep.equal({ made: 6, existed: 0 });
    const { pc } = await cse.send('GET', '/cse-in/to/box/inner?rcn=8&ty=4');
    expect(pc['m2m:cnt']['m2m:cin'].map(({ con }: { con: string }) => con)).to.deep.equal(['1', '2', '3']);
    expect((await cse.send('GET', '/cse-in/to/box')).pc['m2m:cnt']).to.deep.include({ lbl: ['é'], mni: 9 });
    expect((await cse.send('GET', '/cse-in/to/box/watch')).pc['m2m:sub'].enc).to.deep.equal({ net: [3] });
    const again = JSON.parse(await done(['cse', 'import', 'cse-in/to'], lines));
    expect(again, 'an import can be repeated').to.deep.equal({ made: 0, existed: 6 });
  });

  it('prints changes as they happen, until it is stopped', async () => {
    await cse.create('/cse-in/to', 3, { 'm2m:cnt': { rn: 'live' } });
    const child = start('cse', 'tail', 'cse-in/to/live', '--kind', 'created');
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    await until(
      async () => {
        await cse.create('/cse-in/to/live', 4, { 'm2m:cin': { con: 'now' } });
        return out.includes('"con":"now"');
      },
      { everyMs: 200 },
    );
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).to.equal(0);
  });

  it('issues, lists, rotates and revokes credentials', async () => {
    const issued = JSON.parse(
      await done(['credential', 'issue', 'Cdevice-*', '--label', 'a device', '--expires', '2099-01-01T00:00:00Z']),
    );
    const as = (token: string) => run(['cse', 'get', 'cse-in', '--as', 'Cdevice-1', '--token', token]);
    expect((await as(issued.token)).err, 'known, though not registered').to.include('4103');
    const list = JSON.parse(await done(['credential', 'list'])) as { id: string; label: string; token?: string }[];
    expect(list.find(({ id }) => id === issued.id))
      .to.include({ label: 'a device', expiresAt: '2099-01-01T00:00:00.000Z' })
      .and.not.have.property('token');
    const rotated = JSON.parse(await done(['credential', 'rotate', issued.id]));
    expect((await as(issued.token)).err, 'the old token').to.include('4106');
    expect((await as(rotated.token)).err, 'the new token').to.include('4103');
    await done(['credential', 'revoke', issued.id]);
    expect((await as(rotated.token)).err).to.include('4106');
    expect((await run(['credential', 'revoke', issued.id])).code).to.equal(1);
  });

  const misuses: readonly (readonly [what: string, args: readonly string[], named: string])[] = [
    ['an unknown command', ['cse', 'fly'], 'not a command'],
    ['an unknown option', ['cse', 'get', 'cse-in', '--colour', 'red'], '--colour'],
    ['a missing address', ['cse', 'get'], 'Usage: npx alzette cse get'],
    ['content that is no JSON', ['cse', 'create', 'cse-in', '3', '{'], 'JSON object'],
    ['a type that is no number', ['cse', 'create', 'cse-in', 'cnt', '{}'], 'number'],
    ['a format nobody knows', ['cse', 'get', 'cse-in', '--format', 'yaml'], 'yaml'],
    ['an originator without a token', ['cse', 'get', 'cse-in', '--as', 'Cother'], '--token'],
  ];
  for (const [what, args, named] of misuses) {
    it(`says how it is used on ${what}, and ends with 2`, async () => {
      const { code, err } = await run(args);
      expect(code).to.equal(2);
      expect(err).to.include(named);
    });
  }

  it('says what the CSE refused, and ends with 1', async () => {
    const { code, err } = await run(['cse', 'create', 'cse-in/to', '3', '{"nonsense":1}']);
    expect(code).to.equal(1);
    expect(err).to.include('4000').and.to.include('nonsense');
  });

  it('speaks XML and CBOR as well', async () => {
    for (const format of ['xml', 'cbor'])
      expect(JSON.parse(await done(['cse', 'get', 'cse-in', '--format', format]))).to.include({ csi: '/id-in' });
  });

  it('shows its commands', async () => {
    const out = await done(['--help']);
    for (const command of ['cse get', 'cse export', 'credential rotate']) expect(out).to.include(command);
  });
});
