import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { type Client, createClient } from '#cse/client';
import { chirpStackUplink } from '../adapters/messages.ts';
import { openBrowser } from '../support/browser.ts';
import { type House, startHouse } from '../support/house.ts';
import { until } from '../support/wait.ts';

const webhookToken = 'a-token-of-the-test-0123456789';
const lorawan = JSON.stringify([{ name: 'network', server: 'chirpstack', webhookToken }]);

/** What a vendor does first: ask the administrator for a credential of its own. */
async function credentialFor(house: House, originator: string): Promise<string> {
  const response = await fetch(`${house.cseUrl}/.credentials`, {
    method: 'POST',
    headers: {
      'X-M2M-Origin': 'CAdmin',
      Authorization: `Bearer ${readFileSync(join(house.dataDir, 'secrets', 'cse-admin'), 'utf8')}`,
    },
    body: JSON.stringify({ originator, label: 'test' }),
  });
  expect(response.status).to.equal(201);
  return ((await response.json()) as { token: string }).token;
}

async function openConsole(house: House, page: Page, search = ''): Promise<void> {
  await page.goto(`${house.webUrl}/hypervision/${search}`);
  await page.fill('#name', 'operateur');
  await page.fill('#password', readFileSync(join(house.dataDir, 'secrets', 'operator-password'), 'utf8'));
  await page.click('button[type=submit]');
  await page.getByText('En direct').first().waitFor({ timeout: 20_000 });
}

/** Registers an AE with labelled containers, as the naming of the platform asks. */
async function register(
  device: Client,
  name: string,
  theme: string,
  containers: Record<string, string>,
): Promise<void> {
  await device.create('cse-in', 2, name, { api: 'N.alzette.test', rr: true, srv: ['3'], lbl: [`theme:${theme}`] });
  for (const [container, role] of Object.entries(containers)) {
    await device.create(`cse-in/${name}`, 3, container, { mni: 1000, lbl: [`theme:${theme}`, `role:${role}`] });
  }
}

const tell = (device: Client, container: string, content: object) =>
  device.create(`cse-in/${container}`, 4, undefined, { cnf: 'application/json:0', con: JSON.stringify(content) });

describe('a message on its way through the house', function () {
  this.timeout(180_000);
  let house: House;
  before(async () => {
    house = await startHouse({ env: { ALZETTE_ADAPTERS_LORAWAN: lorawan } });
  });
  after(() => house[Symbol.asyncDispose]());

  const postUplink = (body: unknown) =>
    fetch(`${house.webUrl}/api/adapters/lorawan/chirpstack/network?event=up`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${webhookToken}` },
      body: JSON.stringify(body),
    });

  it('an uplink posted as a webhook appears in the console, and the next one without a reload', async () => {
    await using browser = await openBrowser();
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'fr-FR' });
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await openConsole(house, page);
    const devEui = '70b3d57ed00000aa';
    expect((await postUplink(chirpStackUplink(devEui))).status).to.equal(204);
    await page.getByRole('button', { name: 'Liste' }).first().click();
    const row = page.locator('[data-row]').first();
    await row.waitFor({ timeout: 20_000 });
    const first = await row.textContent();
    expect(first).to.match(/\d+\s?%/);
    const uplink = chirpStackUplink(devEui);
    // The same frame with another distance (bytes 4 and 5 of the DF702's payload) and the next counter.
    const frame = Buffer.from(uplink.data, 'base64');
    frame.writeUInt16BE(1400, 5);
    await postUplink({
      ...uplink,
      deduplicationId: '11111111-2222-4333-8444-555555555555',
      fCnt: Number(uplink.fCnt) + 1,
      time: new Date().toISOString(),
      data: frame.toString('base64'),
    });
    await until(async () => (await row.textContent()) !== first, { timeoutMs: 20_000, what: 'the moved value' });
    expect(complaints).to.deep.equal([]);
  });

  it('an uplink nobody can decode is shown with its reason, and becomes a reading once the model is named and it is replayed', async () => {
    const devEui = '70b3d57ed00000bb';
    const unnamed = chirpStackUplink(devEui, {}, { name: 'Bac sans modèle', model: 'acme/unheard-of' });
    unnamed.deviceInfo.deviceProfileName = 'Acme bin';
    expect((await postUplink(unnamed)).status).to.equal(204);

    await using browser = await openBrowser();
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'fr-FR' });
    await openConsole(house, page);
    await page.getByRole('button', { name: 'Retenus' }).click();
    const held = page.locator('.held').filter({ hasText: devEui });
    await held
      .locator('strong', { hasText: 'aucun décodeur connu pour « acme/unheard-of »' })
      .waitFor({ timeout: 40_000 });

    const cookie = await house.signIn();
    const api = async (path: string) =>
      (await fetch(`${house.webUrl}/api/territory${path}`, { headers: { cookie } })).json();
    const item = async () => {
      const { items } = (await api('/quarantine')) as {
        items: { state: string; attempts: number; origin: { resource: string } }[];
      };
      return items.find(({ origin }) => origin.resource.includes(devEui));
    };
    await held.getByRole('button', { name: 'Rejouer' }).click();
    await until(async () => (await item())?.attempts === 2, { timeoutMs: 20_000, what: 'the second refusal' });
    expect(await item()).to.include({ state: 'held' });

    expect((await postUplink(chirpStackUplink(devEui, { fCnt: 8 }, { name: 'Bac nommé' }))).status).to.equal(204);
    await until(async () => (await api(`/entities/urn:ngsi-ld:WasteContainer:lora-${devEui}`)).name === 'Bac nommé', {
      timeoutMs: 20_000,
      what: 'the container under its theme',
    });
    await held.getByRole('button', { name: 'Rejouer' }).click({ timeout: 40_000 });
    await until(async () => (await item())?.state === 'resolved', { timeoutMs: 20_000, what: 'the settled message' });
    const stored = await until(
      async () => {
        const query = new URLSearchParams({ property: 'fillingLevel' });
        const { points } = await api(`/entities/urn:ngsi-ld:WasteContainer:lora-${devEui}/history?${query}`);
        return points.length === 2 && points;
      },
      { timeoutMs: 20_000, what: 'both readings in the history' },
    );
    expect(stored).to.have.length(2);
    await held.waitFor({ state: 'detached', timeout: 40_000 });
  });

  it('a light is dimmed from its panel, obeys, and the console says that it was confirmed', async () => {
    const name = 'light-test-1';
    const token = await credentialFor(house, 'Clight-*');
    const light = createClient({ url: house.mqttUrl, originator: `C${name}`, token });
    const state = (dimming: number, commandId?: string) =>
      tell(light, `${name}/state`, {
        time: new Date().toISOString(),
        powerState: dimming > 0 ? 'on' : 'off',
        dimming,
        activePowerW: dimming / 2,
        status: 'ok',
        ...(commandId === undefined ? {} : { commandId }),
      });
    const obeyed: number[] = [];
    light.onNotification(({ content }) => {
      const found = /"con":"(.*?[^\\])"/.exec(JSON.stringify(content))?.[1];
      if (found === undefined) return;
      const command = JSON.parse(JSON.parse(`"${found}"`)) as { id: string; dimming: number };
      obeyed.push(command.dimming);
      void state(command.dimming, command.id);
    });
    const poa = await light.listen();
    await register(light, name, 'lighting', { descriptor: 'descriptor', state: 'measurements', command: 'command' });
    await light.update(`cse-in/${name}`, 2, { poa: [poa ?? ''] });
    await light.create(`cse-in/${name}/command`, 23, 'light', { nu: [`C${name}`], nct: 1, enc: { net: [3] } });
    await tell(light, `${name}/descriptor`, {
      name: 'Lampadaire 1 · rue de la Mine',
      communeName: 'Villerupt',
      location: { type: 'Point', coordinates: [5.931, 49.469] },
    });
    await state(100);

    await using browser = await openBrowser();
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'fr-FR' });
    await openConsole(house, page, `?entity=urn:ngsi-ld:Streetlight:${name}`);
    await page.getByRole('tab', { name: 'Actions' }).click();
    const choice = page.getByRole('button', { name: /^25\s%$/ });
    await choice.waitFor({ timeout: 20_000 });
    await choice.click();
    await page.locator('.command-form .button.is-main').click();
    await page.locator('.confirm .button.is-main').click();
    await until(() => obeyed.includes(25), { timeoutMs: 20_000, what: 'the command at the light' });
    const cookie = await house.signIn();
    const command = await until(
      async () => {
        const response = await fetch(`${house.webUrl}/api/territory/commands`, { headers: { cookie } });
        const { items } = (await response.json()) as { items: { state: string }[] };
        return items.find((item) => item.state === 'confirmed');
      },
      { timeoutMs: 20_000, what: 'the confirmation' },
    );
    expect(command).to.deep.include({ action: 'dim', parameters: { level: 25 } });
    await page.locator('.commands').getByText('Confirmée', { exact: false }).first().waitFor({ timeout: 10_000 });
    expect(obeyed, 'sent once').to.deep.equal([25]);
    await light.close();
  });

  it('kill -9 in the middle of a burst loses no acknowledged create, and the flows catch up', async () => {
    const name = 'light-test-2';
    const token = await credentialFor(house, `C${name}`);
    const light = createClient({ url: house.cseUrl, originator: `C${name}`, token, retries: 0, inFlightMax: 64 });
    await register(light, name, 'lighting', { state: 'measurements' });
    const acknowledged: number[] = [];
    const startedAt = Date.now();
    const burst = Array.from({ length: 4_000 }, (_, n) =>
      tell(light, `${name}/state`, {
        time: new Date(startedAt + n).toISOString(),
        dimming: 100,
        activePowerW: n + 1,
      }).then(
        () => acknowledged.push(n + 1),
        () => {},
      ),
    );
    await until(() => acknowledged.length > 300, { what: 'the middle of the burst', everyMs: 1 });
    await house.kill();
    await Promise.all(burst);
    expect(acknowledged.length, 'some were under way').to.be.lessThan(4_000);
    await house.restart();
    const cookie = await house.signIn();
    const query = new URLSearchParams({
      property: 'activePower',
      from: new Date(startedAt - 1000).toISOString(),
      to: new Date(startedAt + 10_000).toISOString(),
      maxPoints: '5000',
    });
    const stored = await until(
      async () => {
        const path = `/api/territory/entities/urn:ngsi-ld:Streetlight:${name}/history?${query}`;
        const response = await fetch(house.webUrl + path, { headers: { cookie } });
        if (!response.ok) return undefined;
        const { points } = (await response.json()) as { points: { value: number }[] };
        const values = points.map(({ value }) => value);
        return acknowledged.every((n) => values.includes(n)) ? values : undefined;
      },
      { timeoutMs: 60_000, everyMs: 500, what: 'every acknowledged value in the history' },
    );
    expect(new Set(stored).size, 'nothing twice').to.equal(stored.length);
    await light.close();
  });
});
