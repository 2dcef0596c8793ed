import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { freeUdpPort } from '../support/house.ts';
import { freePort, until } from '../support/wait.ts';

/** As `npm run cse` runs it. */
const start = ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '../../start.ts'), 'cse'];
const startTimeoutMs = 60_000;

interface Alone extends AsyncDisposable {
  readonly url: string;
  readonly dataDir: string;
  output(): string;
  /** Sends a request as the administrator, whose token lies in the data directory. */
  send(method: string, path: string, content?: object, type?: number): Promise<{ rsc: number; text: string }>;
  /** A credential for another CSE. */
  credentialFor(originator: string): Promise<string>;
}

function run(env: Record<string, string>, args: string[] = []): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [...start, ...args], { env: { PATH: process.env.PATH ?? '', ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  return { child, output: () => output };
}

async function launch(env: Record<string, string>): Promise<Alone> {
  const dataDir = mkdtempSync(join(tmpdir(), 'alzette cse '));
  const port = await freePort();
  const { child, output } = run({
    ALZETTE_DATA_DIR: dataDir,
    ALZETTE_CSE_PORT: String(port),
    ALZETTE_MQTT_PORT: String(await freePort()),
    ALZETTE_COAP_PORT: String(await freeUdpPort()),
    ...env,
  });
  await until(
    () => {
      if (child.exitCode !== null) throw new Error(`it ended while starting:\n${output()}`);
      return output().includes('Ctrl-C');
    },
    { timeoutMs: startTimeoutMs, everyMs: 50, what: 'the banner' },
  );
  const url = `http://127.0.0.1:${port}`;
  const headers = () => ({
    'X-M2M-Origin': 'CAdmin',
    'X-M2M-RI': 'r',
    'X-M2M-RVI': '3',
    Authorization: `Bearer ${readFileSync(join(dataDir, 'secrets', 'cse-admin'), 'utf8')}`,
  });
  return {
    url,
    dataDir,
    output,
    async send(method, path, content, type) {
      const response = await fetch(url + path, {
        method,
        headers: {
          ...headers(),
          ...(content === undefined ? {} : { 'Content-Type': `application/json${type ? `;ty=${type}` : ''}` }),
        },
        body: content === undefined ? null : JSON.stringify(content),
      });
      return { rsc: Number(response.headers.get('x-m2m-rsc')), text: await response.text() };
    },
    async credentialFor(originator) {
      const response = await fetch(`${url}/.credentials`, {
        method: 'POST',
        headers: { ...headers(), 'Content-Type': 'application/json' },
        body: JSON.stringify({ originator, label: originator }),
      });
      return ((await response.json()) as { token: string }).token;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) {
        const exited = once(child, 'exit');
        child.kill('SIGTERM');
        await exited;
      }
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

describe('npm run cse', function () {
  this.timeout(120_000);

  it('runs CSEs side by side, each with its own database, that register and pass requests on (TS-0001 §10.2.2.7)', async () => {
    const secrets = mkdtempSync(join(tmpdir(), 'alzette-tokens-'));
    const [toMiddle, toTop] = [join(secrets, 'to-middle'), join(secrets, 'to-top')];
    await using top = await launch({
      ALZETTE_CSE_PEERS: JSON.stringify([{ id: 'id-mn', tokenFile: toMiddle }]),
    });
    expect(top.output()).to.include('IN-CSE /id-in').and.include(top.url).and.include('cse-admin');
    writeFileSync(toTop, await top.credentialFor('/id-mn'));
    await using middle = await launch({
      ALZETTE_CSE_ID: 'id-mn',
      ALZETTE_CSE_NAME: 'cse-mn',
      ALZETTE_CSE_TYPE: 'MN',
      ALZETTE_CSE_REGISTRAR_URL: top.url,
      ALZETTE_CSE_REGISTRAR_TOKEN_FILE: toTop,
    });
    expect(middle.output()).to.include('MN-CSE /id-mn').and.include(`/id-in at ${top.url}`);
    expect(middle.output()).not.to.include(readFileSync(toTop, 'utf8'));
    writeFileSync(toMiddle, await middle.credentialFor('/id-in'));
    await until(async () => (await top.send('GET', '/cse-in/id-mn')).rsc === 2000, { what: 'the registration' });

    const container = { 'm2m:cnt': { rn: 'below' } };
    expect((await middle.send('POST', '/cse-mn', container, 3)).rsc).to.equal(2001);
    const acp = {
      'm2m:acp': {
        rn: 'open',
        pv: { acr: [{ acor: ['/id-in/CAdmin'], acop: 2 }] },
        pvs: { acr: [{ acor: ['CAdmin'], acop: 63 }] },
      },
    };
    expect((await middle.send('POST', '/cse-mn', acp, 1)).rsc).to.equal(2001);
    expect((await middle.send('PUT', '/cse-mn/below', { 'm2m:cnt': { acpi: ['cse-mn/open'] } })).rsc).to.equal(2004);
    const { rsc, text } = await top.send('GET', '/~/id-mn/cse-mn/below');
    expect(rsc, text).to.equal(2000);
    expect(text).to.include('"below"');
    rmSync(secrets, { recursive: true });
  });

  it('explains itself with --help, and refuses other options', async () => {
    const help = run({}, ['--help']);
    await once(help.child, 'exit');
    expect(help.child.exitCode).to.equal(0);
    expect(help.output()).to.include('npm run cse').and.include('ALZETTE_CSE_REGISTRAR_URL');
    const wrong = run({}, ['--fast']);
    await once(wrong.child, 'exit');
    expect(wrong.child.exitCode).to.equal(1);
    expect(wrong.output()).to.include('--fast');
  });

  it('says which setting is wrong', async () => {
    const wrong = run({ ALZETTE_CSE_TYPE: 'XN' });
    await once(wrong.child, 'exit');
    expect(wrong.child.exitCode).to.equal(1);
    expect(wrong.output()).to.include('cse.type (ALZETTE_CSE_TYPE): expected one of IN, MN, ASN');
  });
});
