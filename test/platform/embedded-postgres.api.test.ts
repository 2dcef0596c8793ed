import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { createLog, isRunning, lockDataDir, StartupError, startEmbeddedPostgres } from '#platform';
import { until } from '../support/wait.ts';

const log = createLog('silent');

function temporaryDir(name: string): { path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), name));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

async function ask(url: string, statement: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query({ text: statement, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}

describe('the embedded database', () => {
  it('works in a directory with spaces, is durable by its settings, and keeps what was written over a restart', async () => {
    using dir = temporaryDir('alzette with spaces é ');
    const first = await startEmbeddedPostgres({ dataDir: dir.path, log });
    await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS value');
    expect(await ask(first.url, 'SHOW fsync')).to.equal('on');
    expect(await ask(first.url, 'SHOW synchronous_commit')).to.equal('on');
    await first.stop();
    const second = await startEmbeddedPostgres({ dataDir: dir.path, log });
    expect(await ask(second.url, 'SELECT value FROM kept')).to.equal(42);
    await second.stop();
  });

  it('works in a directory no other user can enter', async () => {
    using dir = temporaryDir('alzette closed ');
    chmodSync(dir.path, 0o700);
    const dataDir = join(dir.path, 'var');
    mkdirSync(dataDir, { mode: 0o700 });
    const server = await startEmbeddedPostgres({ dataDir, log });
    expect(await ask(server.url, 'SELECT 1')).to.equal(1);
    await server.stop();
  });

  it('works as an ordinary user', function () {
    const module = join(import.meta.dirname, '../../platform/index.ts');
    const nobody = { uid: 65_534, gid: 65_534 };
    const isRoot = process.getuid?.() === 0;
    // As root the test becomes somebody else, who has to be able to read the project; otherwise it is that user already.
    if (isRoot && spawnSync('test', ['-r', module], nobody).status !== 0) this.skip();
    using dir = temporaryDir('alzette ordinary ');
    if (isRoot) chownSync(dir.path, nobody.uid, nobody.gid);
    const script = `
      const { startEmbeddedPostgres, createLog } = await import(${JSON.stringify(module)});
      const server = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dir.path)}, log: createLog('silent') });
      await server.stop();
      console.log('worked as', process.getuid());`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      cwd: dir.path,
      ...(isRoot ? nobody : {}),
    });
    expect(run.stdout, run.stderr).to.contain('worked as').and.not.to.contain('worked as 0\n');
  });

  it('takes over after everything was killed and the old server still runs', async () => {
    using dir = temporaryDir('alzette orphan ');
    const dataDir = dir.path;
    const module = JSON.stringify(join(import.meta.dirname, '../../platform/index.ts'));
    const script = `
      const { startEmbeddedPostgres, createLog } = await import(${module});
      const server = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, log: createLog('silent') });
      console.log(server.url);
      process.kill(process.pid, 'SIGKILL');`;
    const killed = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(killed.signal).to.equal('SIGKILL');
    const orphan = Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
    expect(isRunning(orphan)).to.equal(true);
    const server = await startEmbeddedPostgres({ dataDir, log });
    expect(await ask(server.url, 'SELECT 1')).to.equal(1);
    expect(isRunning(orphan)).to.equal(false);
    await server.stop();
  });

  it('is not stopped by a lock file whose process number belongs to somebody else by now', async () => {
    using dir = temporaryDir('alzette stale ');
    const first = await startEmbeddedPostgres({ dataDir: dir.path, log });
    await first.stop();
    const lock = join(dir.path, 'postgres', 'postmaster.pid');
    writeFileSync(lock, `${process.pid}\n${join(dir.path, 'postgres')}\n0\n1\n\n127.0.0.1\n`);
    const { uid, gid } = statSync(join(dir.path, 'postgres'));
    if (process.getuid?.() === 0) spawnSync('chown', [`${uid}:${gid}`, lock]);
    const second = await startEmbeddedPostgres({ dataDir: dir.path, log });
    expect(await ask(second.url, 'SELECT 1')).to.equal(1);
    await second.stop();
  });

  it('comes back by itself on the same address when its server is killed', async () => {
    using dir = temporaryDir('alzette killed ');
    const server = await startEmbeddedPostgres({ dataDir: dir.path, log });
    const pid = Number(readFileSync(join(dir.path, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
    process.kill(pid, 'SIGKILL');
    await until(async () => (await ask(server.url, 'SELECT 1')) === 1 && !isRunning(pid), { timeoutMs: 20_000 });
    await server.stop();
  });
});

describe('the lock on the data directory', () => {
  it('names the other instance', () => {
    using dir = temporaryDir('alzette lock ');
    writeFileSync(join(dir.path, 'alzette.lock'), `${process.ppid} \n`);
    expect(() => lockDataDir(dir.path)).to.throw(StartupError, `process ${process.ppid}`);
  });

  it('replaces a lock whose process is gone, and one whose number was given to another process', () => {
    using dir = temporaryDir('alzette lock ');
    const gone = spawnSync('true').pid;
    for (const left of [`${gone} 1\n`, `${process.ppid} 1\n`]) {
      writeFileSync(join(dir.path, 'alzette.lock'), left);
      const release = lockDataDir(dir.path);
      expect(readFileSync(join(dir.path, 'alzette.lock'), 'utf8')).to.contain(String(process.pid));
      release();
    }
  });
});
