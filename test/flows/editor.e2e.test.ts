import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from 'chai';
import { type Browser, chromium, type Page } from 'playwright-core';
import { fingerprint, readShippedFlows } from '../../flows/runtime/shipped-flows.ts';
import { until } from '../support/wait.ts';
import { startHouse, type TestHouse } from './support.ts';

const time = new Date(Date.now() - 60_000).toISOString();

describe('flows: the editor in a browser', function () {
  this.timeout(90_000);
  let house: TestHouse;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  before(async () => {
    house = await startHouse();
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    page = await browser.newPage({ viewport: { width: 1600, height: 900 }, locale: 'en-GB' });
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      const isOwn = request.url().startsWith(new URL(house.editor).origin) || /^(data|blob):/.test(request.url());
      if (!isOwn) complaints.push(`request to ${request.url()}`);
    });
    await page.goto(house.editor);
    await page.waitForSelector('.red-ui-flow-node');
  });
  after(async () => {
    await browser.close();
    await house[Symbol.asyncDispose]();
  });
  afterEach(() => assert.deepEqual(complaints, []));

  const node = (id: string) => page.locator(`g[id="${id}"]`);
  const write = async (expression: string) => {
    await page.click('.alzette-mapping-editor .monaco-editor');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.press('Delete');
    await page.keyboard.insertText(expression);
  };
  const text = async (selector: string) => (await page.locator(selector).textContent()) ?? '';

  it('speaks French unless told otherwise, and shows one tab per theme', async () => {
    const tabs = await page.locator('#red-ui-workspace-tabs .red-ui-tab-label').allTextContents();
    assert.includeOrderedMembers(
      tabs.map((label) => label.trim()),
      ['Déchets', 'Éclairage', 'Éolien', 'Énergie', 'Commandes', 'Non décodés'],
    );
    assert.match(await text('#red-ui-header-button-deploy'), /Déployer/);
    assert.equal(await page.locator('.red-ui-flow-node-error:visible').count(), 0);
  });

  it('explains our nodes in French, and in English for those who prefer it', async () => {
    const helpOf = (on: Page) => on.evaluate<string>("RED.nodes.getNodeHelp('map to ontology')");
    assert.include(await helpOf(page), 'Donne leur sens aux données');
    const english = await browser.newPage({ locale: 'en-GB' });
    await english.addInitScript({ content: "localStorage.setItem('editor-language', 'en-US')" });
    await english.goto(house.editor);
    await english.waitForSelector('.red-ui-flow-node');
    assert.include(await helpOf(english), 'Gives data their meaning');
    await english.close();
  });

  it('changes what arrives when an operator edits a mapping, and can return to the shipped version', async () => {
    const device = await house.device('lora-e2e', 'waste');
    const value = async () =>
      (await house.territory.entities.get('urn:ngsi-ld:WasteContainer:lora-e2e'))?.attributes.fillingLevel;
    await device.report({ time, values: { fillingLevelPercent: 40 } });
    await until(async () => (await value()) !== undefined);

    await node('alzette-dechets-mesures').dblclick();
    await page.waitForSelector('.alzette-mapping-editor .view-line');
    assert.match(await text('.alzette-mapping-state'), /Version livrée/);

    await write('{ "fillingLevel": ');
    await page.waitForSelector('.alzette-mapping-problem:visible');
    assert.match(await text('.alzette-mapping-problem'), /position \d+/);
    assert.match(await text('.alzette-mapping-state'), /Modifiée ici/);

    await page.click('.alzette-mapping-revert');
    await page.waitForSelector('.alzette-mapping-problem', { state: 'hidden' });
    assert.match(await text('.alzette-mapping-state'), /Version livrée/);

    await write('{ "observedAt": content.time, "fillingLevel": content.values.fillingLevelPercent / 50 }');
    await page.click('.alzette-mapping-try');
    await page.waitForSelector('.alzette-mapping-trial.is-open');
    await until(async () => /"value": 0.8/.test(await text('.alzette-mapping-result')));
    await page.click('#node-dialog-ok');
    const deployed = page.waitForResponse(
      (response) => response.request().method() === 'POST' && /\/flows$/.test(response.url()),
    );
    await page.click('#red-ui-header-button-deploy');
    assert.isTrue((await deployed).ok());

    await device.report({ time: new Date().toISOString(), values: { fillingLevelPercent: 30 } });
    const changed = await until(async () => {
      const now = await value();
      return now !== undefined && 'value' in now && now.value === 0.6 && now;
    });
    assert.equal(changed.origin?.mapping, 'waste-measurements@1+local');
  });

  it('saves flows that were not touched so that they still count as shipped', () => {
    const saved = JSON.parse(readFileSync(join(house.userDir, 'flows.json'), 'utf8')) as {
      id: string;
      z?: string;
      type: string;
    }[];
    const untouched = readShippedFlows().filter(({ name }) => name !== '10-dechets');
    for (const { name, nodes } of untouched) {
      const ids = new Set(nodes.map(({ id }) => id));
      assert.equal(fingerprint(saved.filter(({ id }) => ids.has(id))), fingerprint(nodes), name);
    }
  });
});
