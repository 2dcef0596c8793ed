import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert } from 'chai';
import { WebSocket } from 'ws';
import { until } from '../support/wait.ts';
import { deploy, type FlowNode, startTestFlows, type TestFlows } from './support.ts';

/** Ports on which a process listens. */
function listeningPorts(pid: number): number[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return statSync(`/proc/${pid}/fd/${fd}`).ino;
      } catch {
        return [];
      }
    }),
  );
  return readFileSync(`/proc/${pid}/net/tcp`, 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === '0A' && inodes.has(Number(inode)))
    .map(([, local]) => Number.parseInt(local?.split(':')[1] ?? '0', 16));
}

const probe = (nodes: FlowNode[]): FlowNode[] => [
  ...nodes,
  { id: 'probe-tab', type: 'tab', label: 'Sonde' },
  { id: 'probe-in', type: 'http in', z: 'probe-tab', url: '/probe', method: 'get', wires: [['probe-function']] },
  {
    id: 'probe-function',
    type: 'function',
    z: 'probe-tab',
    func: `const answers = {};
      const attempt = (name, take) => { try { answers[name] = String(take()); } catch (error) { answers[name] = 'refused: ' + (error.code || error.message); } };
      const host = RED.util.constructor.constructor('return process')();
      attempt('environment', () => JSON.stringify(host.env));
      attempt('database', () => env.get('DATABASE_URL'));
      attempt('passwords', () => host.getBuiltinModule('fs').readFileSync('/etc/passwd', 'utf8'));
      attempt('programs', () => host.getBuiltinModule('child_process').execSync('id'));
      attempt('writing', () => host.getBuiltinModule('fs').writeFileSync('/tmp/alzette-escaped', 'x'));
      msg.payload = answers; return msg;`,
    outputs: 1,
    wires: [['probe-out']],
  },
  { id: 'probe-out', type: 'http response', z: 'probe-tab', wires: [] },
];

describe('flows: the process', function () {
  this.timeout(60_000);
  let house: TestFlows;

  before(async () => {
    process.env.DATABASE_URL ??= 'postgres://nobody:secret-of-the-test@127.0.0.1:1/none';
    house = await startTestFlows();
  });
  after(() => house[Symbol.asyncDispose]());

  it('serves the editor through the proxy, with our nodes and their help in French', async () => {
    const page = await house.call('');
    assert.equal(page.status, 200);
    assert.match(await page.text(), /Flux — Alzette/);
    const nodes = await (
      await house.call('nodes', { headers: { Accept: 'text/html', 'Accept-Language': 'fr' } })
    ).text();
    for (const type of [
      'onem2m in',
      'onem2m out',
      'map to ontology',
      'territory out',
      'raise alert',
      'command',
      'alzette connection',
    ]) {
      assert.include(nodes, `data-help-name="${type}"`);
      assert.include(nodes, `registerType('${type}'`);
    }
    assert.include(nodes, 'Émet un message pour chaque changement enregistré dans le CSE oneM2M.');
    assert.notInclude(nodes, 'data-template-name="exec"');
    assert.notInclude(nodes, 'data-template-name="file"');
  });

  it('loads every node without an error', async () => {
    const sets = (await (await house.call('nodes', { headers: { Accept: 'application/json' } })).json()) as {
      id: string;
      err?: string;
    }[];
    assert.deepEqual(
      sets.filter(({ err }) => err !== undefined),
      [],
    );
  });

  it('turns away whoever reaches its port without the secret: pages, interface and WebSocket', async () => {
    const [port] = listeningPorts(house.flows.pid ?? 0);
    assert.isDefined(port);
    for (const path of ['', 'flows', 'settings', 'red/red.min.js', 'http/probe']) {
      const response = await fetch(`http://127.0.0.1:${port}/flows/${path}`, {
        headers: { 'x-alzette-flows-secret': 'guess', 'x-alzette-operator': 'admin' },
      });
      assert.equal(response.status, 401, path);
      await response.body?.cancel();
    }
    const refused = await new Promise<string>((resolve) => {
      new WebSocket(`ws://127.0.0.1:${port}/flows/comms`)
        .on('error', (error) => resolve(error.message))
        .on('open', () => resolve('open'));
    });
    assert.match(refused, /401/);
  });

  it('carries the live link of the editor for its own pages only', async () => {
    const connect = (origin: string) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(house.editor.replace('http', 'ws').concat('comms'), { origin });
        socket.on('error', (error) => resolve(error.message));
        socket.on('open', () => socket.send(JSON.stringify({ subscribe: 'notification/#' })));
        socket.on('message', (data) => {
          resolve(String(data));
          socket.close();
        });
      });
    assert.match(await connect(new URL(house.editor).origin), /notification/);
    assert.match(await connect('https://elsewhere.example'), /403/);
  });

  it('refuses a deployment that a page of another site sends', async () => {
    const response = await house.call('flows', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Origin: 'https://elsewhere.example',
        'Sec-Fetch-Site': 'cross-site',
      },
      body: '[]',
    });
    assert.isAtLeast(response.status, 400);
    const flows = (await (await house.call('flows')).json()) as FlowNode[];
    assert.isAbove(flows.length, 10);
  });

  it('shows no secret in what the editor can read, nor in the flow file', async () => {
    const seen = await Promise.all(
      [
        'flows',
        'settings',
        'settings/user',
        'credentials/alzette%20connection/alzette-connexion',
        'theme',
        'alzette/mappings',
      ].map(async (path) => (await house.call(path)).text()),
    );
    const files = readdirSync(house.userDir)
      .filter((name) => name.endsWith('.json'))
      .map((name) => readFileSync(join(house.userDir, name), 'utf8'));
    for (const text of [...seen, ...files]) assert.notMatch(text, /token-of-the-house/);
    assert.equal(statSync(join(house.userDir, 'credential-secret')).mode & 0o777, 0o600);
  });

  it('neither sends figures, looks for updates nor installs anything', async () => {
    const settings = (await (await house.call('settings')).json()) as Record<string, Record<string, unknown>>;
    assert.notPropertyVal(settings, 'telemetryEnabled', true);
    const install = await house.call('nodes', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ module: 'node-red-node-random' }),
    });
    assert.equal(install.status, 403);
    assert.include(await install.text(), 'install_not_allowed');
  });

  it('keeps code that escapes from a function node away from keys, files, programs and the configuration', async () => {
    await deploy(house, probe);
    const answers = await until(async () => {
      const response = await house.call('http/probe');
      return response.status === 200 && ((await response.json()) as Record<string, string>);
    });
    assert.notInclude(answers.environment, 'secret-of-the-test');
    assert.notInclude(answers.environment, 'token');
    assert.equal(answers.database, 'undefined');
    assert.equal(answers.passwords, 'refused: ERR_ACCESS_DENIED');
    assert.equal(answers.programs, 'refused: ERR_ACCESS_DENIED');
    assert.equal(answers.writing, 'refused: ERR_ACCESS_DENIED');
  });

  it('comes back after kill -9, with a new secret, and says 503 meanwhile', async () => {
    const first = house.flows.pid ?? 0;
    process.kill(first, 'SIGKILL');
    await until(() => house.flows.pid !== first, { what: 'the end of the process' });
    assert.match(String(await house.flows.check().catch((error: Error) => error.message)), /signal SIGKILL/);
    const meanwhile = await house.call('', { headers: { Accept: 'text/html' } });
    if (meanwhile.status !== 200) {
      assert.equal(meanwhile.status, 503);
      assert.match(await meanwhile.text(), /Les flux redémarrent/);
    }
    await until(async () => (await house.call('settings')).status === 200, { timeoutMs: 20_000 });
    assert.notEqual(house.flows.pid, first);
    assert.match(await house.metrics.metrics(), /alzette_flows_restarts_total 1/);
  });

  it('is started again as often as it ends', async () => {
    await using broken = await startTestFlows({ backoff: { firstMs: 100, longestMs: 400 } });
    for (let round = 0; round < 3; round += 1) {
      const pid = await until(() => broken.flows.pid);
      process.kill(pid, 'SIGKILL');
      await until(() => broken.flows.pid !== pid);
    }
    await until(() => broken.flows.pid);
    assert.match(await broken.metrics.metrics(), /alzette_flows_restarts_total 3/);
  });

  it('does not stay behind when its parent is killed', async () => {
    const script = `
      import { startTestFlows } from './test/flows/support.ts';
      const { flows } = await startTestFlows();
      process.stdout.write(String(flows.pid));
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = await once(parent.stdout, 'data');
    const pid = Number(String(output));
    parent.kill('SIGKILL');
    await until(
      () => {
        try {
          process.kill(pid, 0);
          return false;
        } catch {
          return true;
        }
      },
      { timeoutMs: 20_000, what: 'the end of the process' },
    );
  });

  it('ends with its parent, within a bounded time, when asked to', async () => {
    const other = await startTestFlows();
    const pid = other.flows.pid ?? 0;
    const asked = Date.now();
    await other[Symbol.asyncDispose]();
    assert.isBelow(Date.now() - asked, 12_000);
    assert.throws(() => process.kill(pid, 0), /ESRCH/);
  });
});
