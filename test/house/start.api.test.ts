import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { houseSettings, runToEnd, startHouse } from '../support/house.ts';
import { emptyDatabase } from '../support/postgres.ts';

describe('npm start', function () {
  this.timeout(120_000);

  it('opens every door, says where, and stops cleanly', async () => {
    await using house = await startHouse();
    const ready = await fetch(`${house.webUrl}/readyz`);
    expect(await ready.json()).to.deep.include({ ready: true });
    expect((await fetch(`${house.webUrl}/metrics`)).status).to.equal(200);
    const unproven = await fetch(`${house.cseUrl}/cse-in`, { headers: { 'X-M2M-Origin': 'CAdmin', 'X-M2M-RI': '1' } });
    expect(unproven.status, 'the CSE asks for a credential').to.equal(403);
    const cookie = await house.signIn();
    expect((await fetch(`${house.webUrl}/hypervision/`, { headers: { cookie } })).status).to.equal(200);
    expect((await fetch(`${house.webUrl}/flows/`, { headers: { cookie } })).status).to.equal(200);
    expect((await fetch(`${house.webUrl}/cse/`, { headers: { cookie } })).status).to.equal(200);
    const asked = await fetch(`${house.webUrl}/api/cse/requests`, {
      method: 'POST',
      headers: { cookie, 'Content-Type': 'application/json' },
      body: JSON.stringify({ op: 2, to: 'cse-in/acpOperator' }),
    });
    expect(await asked.json(), 'the explorer reads the CSE').to.deep.include({ rsc: 2000, status: 'OK' });
    expect(house.output()).to.contain(`${house.webUrl}/hypervision/`).and.to.contain(house.dataDir);
    expect(await house.stop()).to.equal(0);
  });

  it('works on a PostgreSQL of yours', async () => {
    const url = await emptyDatabase();
    await using house = await startHouse({ env: { DATABASE_URL: url } });
    expect(await (await fetch(`${house.webUrl}/readyz`)).json()).to.deep.include({ ready: true });
    expect(existsSync(join(house.dataDir, 'postgres')), 'no embedded database beside it').to.equal(false);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query(
      "SELECT schema_name FROM information_schema.schemata WHERE schema_name = 'cse'",
    );
    await client.end();
    expect(rows).to.have.length(1);
  });

  it('says that the database cannot be reached, without its password', async () => {
    const { code, output } = await runToEnd({
      ...(await houseSettings()),
      DATABASE_URL: 'postgres://alzette:hunter2@127.0.0.1:1/alzette',
    });
    expect(code).to.equal(1);
    expect(output).to.contain('DATABASE_URL').and.not.to.contain('hunter2');
  });

  it('names the CoAP port that is taken', async () => {
    const settings = await houseSettings();
    const other = createSocket('udp4').bind(Number(settings.ALZETTE_COAP_PORT), '127.0.0.1');
    await once(other, 'listening');
    const { code, output } = await runToEnd({ ...settings, ALZETTE_DEMO: 'false' });
    other.close();
    expect(code).to.equal(1);
    expect(output).to.contain(settings.ALZETTE_COAP_PORT).and.to.contain('ALZETTE_COAP_PORT');
  });

  it('keeps its secrets to itself', async () => {
    await using house = await startHouse();
    for (const name of ['postgres', 'session', 'operator-password', 'administrator-password']) {
      expect(statSync(join(house.dataDir, 'secrets', name)).mode & 0o077, name).to.equal(0);
    }
  });

  for (const path of [
    '/hypervision/',
    '/flows/',
    '/flows/settings',
    '/cse/',
    '/cse/openapi.json',
    '/api/cse/bootstrap',
    '/api/hypervision/snapshot',
    '/api/territory/entities',
  ]) {
    it(`lets nobody at ${path} without signing in`, async () => {
      await using house = await sharedHouse();
      const answer = await fetch(house.webUrl + path, { redirect: 'manual', headers: { Accept: 'application/json' } });
      expect(answer.status).to.be.oneOf([401, 303]);
    });
  }

  it('names the other instance on the same data directory', async () => {
    await using house = await startHouse();
    const second = await runToEnd({ ...(await houseSettings()), ALZETTE_DATA_DIR: house.dataDir });
    expect(second.code).to.equal(1);
    expect(second.output)
      .to.contain('already running')
      .and.to.contain(house.dataDir)
      .and.to.contain('ALZETTE_DATA_DIR');
  });

  for (const setting of ['ALZETTE_WEB_PORT', 'ALZETTE_CSE_PORT', 'ALZETTE_MQTT_PORT']) {
    it(`names the port that is taken and ${setting}`, async () => {
      const settings = await houseSettings();
      const other = createServer().listen(Number(settings[setting]), '127.0.0.1');
      await once(other, 'listening');
      const { code, output } = await runToEnd({ ...settings, ALZETTE_DEMO: 'false' });
      other.close();
      rmSync(settings.ALZETTE_DATA_DIR ?? '', { recursive: true, force: true });
      expect(code).to.equal(1);
      expect(output)
        .to.contain(`127.0.0.1:${settings[setting]}`)
        .and.to.contain('already uses it')
        .and.to.contain(setting);
    });
  }

  it('says that the data directory cannot be written', async () => {
    const settings = await houseSettings();
    const blocked = join(settings.ALZETTE_DATA_DIR ?? '', 'a file');
    writeFileSync(blocked, '');
    const { code, output } = await runToEnd({ ...settings, ALZETTE_DATA_DIR: join(blocked, 'var') });
    expect(code).to.equal(1);
    expect(output).to.contain('cannot be written').and.to.contain('ALZETTE_DATA_DIR');
  });

  it('refuses an option and a setting it does not know', async () => {
    expect((await runToEnd({}, ['--demmo'])).output).to.contain('--demmo is not known');
    const { code, output } = await runToEnd({ ALZETTE_PORT: '1' });
    expect(code).to.equal(1);
    expect(output).to.contain('ALZETTE_PORT');
  });
});

let shared: ReturnType<typeof startHouse> | undefined;

/** One house for the tests that only look at it. */
async function sharedHouse() {
  shared ??= startHouse();
  const house = await shared;
  return { ...house, async [Symbol.asyncDispose]() {} };
}

after(async () => {
  if (shared !== undefined) await (await shared)[Symbol.asyncDispose]();
});
