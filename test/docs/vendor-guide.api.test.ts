import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { isInstalled, run } from '../cse/bindings/command.ts';
import { type Doors, openDoors } from '../cse/bindings/doors.ts';
import { until } from '../support/wait.ts';

const coapClient = ['coap-client', 'coap-client-notls'].find(isInstalled);

describe('docs/vendors/onem2m.md', () => {
  let doors: Doors;
  let folder: string;
  let env: Record<string, string>;
  let shell: ChildProcess | undefined;
  const examples: { language: string; code: string }[] = [];

  /** Examples of the page in one language, in their order. */
  const written = (language: string): string[] =>
    examples.filter((example) => example.language === language).map(({ code }) => code);

  const latestState = async (): Promise<Record<string, unknown>> => {
    const reader = await doors.client('http', 'Cacme-0001');
    return JSON.parse(String((await reader.retrieve('cse-in/acme-0001/state/la')).con));
  };

  const runFile = async (program: string, name: string, code: string): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, code);
    return (await run(program, [file], env)).output;
  };

  before(async function () {
    if (!['curl', 'mosquitto_pub'].every(isInstalled)) return this.skip();
    const page = await readFile(join(import.meta.dirname, '../../docs/vendors/onem2m.md'), 'utf8');
    for (const { groups } of page.matchAll(/^```(?<language>\w+)\n(?<code>[\s\S]*?)^```$/gm)) {
      examples.push({ language: groups?.language ?? '', code: groups?.code ?? '' });
    }
    doors = await openDoors();
    folder = await mkdtemp(join(tmpdir(), 'vendor guide '));
    const { token } = await doors.token('Cacme-*');
    env = { TOKEN: token, CSE: doors.urls.http };
  });
  after(async () => {
    // The page leaves mosquitto_sub in the background of its shell: the whole group goes.
    if (shell?.pid !== undefined) process.kill(-shell.pid);
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    await doors?.[Symbol.asyncDispose]();
  });

  it('registers a device with curl', async () => {
    // The page's own addresses and token are those of a machine that serves on the usual ports.
    const [introduction = '', registration = ''] = written('sh');
    const output = await runFile('bash', 'register.sh', introduction.replace(/^export .*\n/gm, '') + registration);
    expect(output.match(/"ri":/g), output).to.have.length(6);
    expect(await latestState()).to.include({ powerState: 'on', dimming: 100 });
  });

  it('measures in JavaScript', async () => {
    const [code = ''] = written('js');
    expect(await runFile(process.execPath, 'measure.mjs', code)).to.match(/^201 2001 /);
    expect(await latestState()).to.include({ dimming: 90 });
  });

  it('measures in Python (skipped where it is not installed)', async function () {
    if (!isInstalled('python3')) return this.skip();
    const [code = ''] = written('python');
    expect(await runFile('python3', 'measure.py', code)).to.match(/^201 2001 /);
    expect(await latestState()).to.include({ dimming: 80 });
  });

  it('measures over MQTT with Mosquitto’s clients, and hears a command', async () => {
    const code = written('sh')[2] ?? '';
    const port = new URL(doors.urls.mqtt).port;
    const wrapped = ['sub', 'pub'].map(
      (name) => `mosquitto_${name}() { command mosquitto_${name} -p ${port} "$@"; }\n`,
    );
    const file = join(folder, 'mqtt.sh');
    await writeFile(file, `${wrapped.join('')}${code}wait\n`);
    shell = spawn('bash', [file], { env: { ...process.env, ...env }, detached: true });
    let heard = '';
    shell.stdout?.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
    });
    await until(async () => (await latestState()).dimming === 40);
    await until(() => heard.includes('/oneM2M/resp/Cacme-0001/') && heard.includes('"rsc":2001'));
    const operator = await doors.client('http', 'Cacme-0001');
    await operator.create('cse-in/acme-0001/command', 4, undefined, { con: '{"id":"7","dimming":25}' });
    await until(() => heard.includes('m2m:sgn') && heard.includes('dimming\\":25'));
  });

  it('measures over CoAP with libcoap’s client (skipped where it is not installed)', async function () {
    if (coapClient === undefined) return this.skip();
    const code = (written('sh')[3] ?? '').replace('coap://127.0.0.1/', `${doors.urls.coap}/`);
    const wrapped = `coap-client() { command ${coapClient} -B 1 "$@"; }\n`;
    await runFile('bash', 'coap.sh', wrapped + code);
    expect(await latestState()).to.include({ time: '2026-03-01T18:30:00Z', dimming: 100 });
  });
});
