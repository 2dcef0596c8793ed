import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AxeBuilder } from '@axe-core/playwright';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { until } from '../support/wait.ts';
import { administrator, operator, type Stand, startStand } from './support.ts';

const instances = 120;
const lamps = 130;

interface OpenedPage extends AsyncDisposable {
  readonly page: Page;
  /** Errors on the console of the browser, and those nobody caught. */
  readonly complaints: string[];
}

describe('the explorer', function () {
  this.timeout(60_000);
  let stand: Stand;
  let browser: Browser & AsyncDisposable;
  const cookies = new Map<string, string>();

  before(async function () {
    this.timeout(120_000);
    stand = await startStand();
    browser = await openBrowser();
    for (const person of [operator, administrator]) cookies.set(person.name, await stand.signIn(person));
    await stand.create('cse-in', 3, { 'm2m:cnt': { rn: 'box', lbl: ['theme:waste'], mni: 1000 } });
    for (let number = 1; number <= instances; number += 1)
      await stand.create('cse-in/box', 4, { 'm2m:cin': { rn: `reading${number}`, con: `value ${number}` } });
    await stand.create('cse-in', 3, { 'm2m:cnt': { rn: 'street' } });
    for (let number = 1; number <= lamps; number += 1)
      await stand.create('cse-in/street', 3, { 'm2m:cnt': { rn: `lamp${String(number).padStart(3, '0')}` } });
  });
  after(async () => {
    await browser[Symbol.asyncDispose]();
    await stand[Symbol.asyncDispose]();
  });

  async function open(
    address = '',
    person = administrator,
    options: Parameters<Browser['newContext']>[0] = { viewport: { width: 1440, height: 900 } },
  ): Promise<OpenedPage> {
    const context = await browser.newContext({ locale: 'fr-FR', colorScheme: 'dark', ...options });
    const [name = '', value = ''] = (cookies.get(person.name) ?? '').split('=');
    await context.addCookies([{ name, value, url: stand.origin }]);
    const complaints: string[] = [];
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${stand.origin}/cse/${address}`);
    return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
  }

  const item = (page: Page, name: string) => page.getByRole('treeitem', { name: new RegExp(`^${name}\\b`) });

  async function seriousProblems(page: Page): Promise<string[]> {
    const { violations } = await new AxeBuilder({ page }).analyze();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }

  it('is read in French, opens at the root, and says what each attribute is called and means', async () => {
    await using opened = await open();
    const { page } = opened;
    await page.getByRole('heading', { name: 'cse-in' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).to.equal('fr');
    await item(page, 'box').click();
    await page.getByRole('tab', { name: 'Attributs' }).click();
    const row = page.getByRole('row', { name: /maxNrOfInstances/ });
    await row.getByText('Nombre d’instances gardées').waitFor();
    expect(await row.getByRole('cell').textContent()).to.equal('1000');
    await page.getByRole('button', { name: /Switch to English/ }).click();
    await row.getByText('Instances that are kept').waitFor();
    expect(opened.complaints).to.deep.equal([]);
  });

  it('reads the tree page by page as it is opened, by keyboard too', async () => {
    await using opened = await open();
    const { page } = opened;
    await item(page, 'street').focus();
    await page.keyboard.press('ArrowRight');
    await item(page, 'lamp001').waitFor();
    expect(await page.getByRole('treeitem', { name: /^lamp/ }).count()).to.equal(100);
    await page.getByRole('treeitem', { name: 'Afficher la suite' }).click();
    await item(page, 'lamp130').waitFor();
    expect(await page.getByRole('treeitem', { name: /^lamp/ }).count()).to.equal(lamps);
    await item(page, 'street').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'lamp001' }).waitFor();
    expect(opened.complaints).to.deep.equal([]);
  });

  it('shows the newest contents of a container first and walks back to the oldest', async () => {
    await using opened = await open('#cse-in/box');
    const { page } = opened;
    await page.getByText(`${instances} au total`).waitFor();
    await page.getByRole('cell', { name: `value ${instances}`, exact: true }).waitFor();
    expect(await page.getByRole('row').count()).to.equal(51);
    await page.getByRole('button', { name: 'Précédents' }).click();
    await page.getByRole('cell', { name: 'value 70', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Plus anciens' }).click();
    await page.getByRole('cell', { name: 'value 1', exact: true }).waitFor();
    expect(opened.complaints).to.deep.equal([]);
  });

  it('shows the ends of a container with a million instances within two seconds', async () => {
    await stand.create('cse-in', 3, { 'm2m:cnt': { rn: 'large' } });
    await stand.create('cse-in/large', 4, { 'm2m:cin': { con: 'x' } });
    const { pool } = stand.database;
    await pool.query(`INSERT INTO cse.instance (no, st, rn, ct, et, cs, lbl, body)
      SELECT i.no, place, NULL, i.ct, i.et, i.cs, i.lbl, i.body
      FROM cse.instance i JOIN cse.resource r USING (no), generate_series(1001, 1001000) place WHERE r.path = 'cse-in/large'`);
    await pool.query(`UPDATE cse.counter SET st = 1001000, cni = 1000001
      WHERE no = (SELECT no FROM cse.resource WHERE path = 'cse-in/large')`);
    // What the CSE keeps in memory follows with the next instance.
    await stand.create('cse-in/large', 4, { 'm2m:cin': { con: 'the latest' } });
    await using opened = await open('#cse-in/large');
    const { page } = opened;
    page.setDefaultTimeout(2_000);
    await page.getByText(/^1.000.002 au total$/).waitFor();
    await until(async () => (await page.getByRole('row').count()) === 51, { timeoutMs: 2_000 });
    await page.getByRole('button', { name: 'Plus anciens' }).click();
    await until(async () => (await page.getByRole('row').count()) === 2, { timeoutMs: 2_000, what: 'the oldest' });
    expect(opened.complaints).to.deep.equal([]);
  });

  it('creates, edits and deletes with forms made of the definitions', async () => {
    await using opened = await open();
    const { page } = opened;
    await page.getByRole('button', { name: 'Créer' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Type').selectOption('m2m:cnt');
    await dialog.getByLabel('resourceName').fill('made');
    await dialog.getByLabel('labels').fill('one\ntwo');
    await dialog.getByText('autres attributs').click();
    await dialog.getByLabel('maxNrOfInstances').fill('-1');
    await dialog.getByRole('button', { name: 'Créer' }).click();
    await dialog.getByRole('alert').getByText('BAD_REQUEST').waitFor();
    await dialog.getByLabel('maxNrOfInstances').fill('7');
    await dialog.getByRole('button', { name: 'Créer' }).click();
    await page.getByRole('heading', { name: 'made' }).waitFor();
    await item(page, 'made').waitFor();

    await page.getByRole('button', { name: 'Modifier' }).click();
    await dialog.getByLabel('labels').fill('');
    await dialog.getByLabel('maxNrOfInstances').fill('8');
    await dialog.getByRole('button', { name: 'Enregistrer' }).click();
    await dialog.waitFor({ state: 'detached' });
    const { pc } = (await (await stand.ask(cookies.get('paul') ?? '', { op: 2, to: 'cse-in/made' })).json()) as {
      pc: { 'm2m:cnt': Record<string, unknown> };
    };
    expect(pc['m2m:cnt']).to.include({ mni: 8 }).and.not.to.have.property('lbl');

    await stand.create('cse-in/made', 3, { 'm2m:cnt': { rn: 'inside' } });
    await page.getByRole('button', { name: 'Supprimer' }).click();
    await dialog.getByText('1 container').waitFor();
    await dialog.getByRole('button', { name: 'Supprimer définitivement' }).click();
    await page.getByRole('heading', { name: 'cse-in' }).waitFor();
    await item(page, 'made').waitFor({ state: 'detached' });
    expect(opened.complaints).to.deep.equal([]);
  });

  it('tells an operator who may not change a resource so, in words', async () => {
    await using opened = await open('#cse-in/box', operator);
    const { page } = opened;
    await page.getByRole('button', { name: 'Supprimer' }).click();
    await page.getByRole('button', { name: 'Supprimer définitivement' }).click();
    await page.getByRole('alert').getByText('Votre rôle ne permet pas cette opération').waitFor();
    expect(opened.complaints).to.deep.equal([]);
  });

  it('finds resources by what they are', async () => {
    await using opened = await open();
    const { page } = opened;
    await page.getByRole('tab', { name: 'Rechercher' }).click();
    await page.getByLabel('Étiquettes').fill('theme:waste');
    await page.locator('.filter').getByRole('button', { name: 'Rechercher' }).click();
    await page.getByText('1 ressource trouvée').waitFor();
    await page.locator('.found').getByRole('button', { name: 'cse-in/box' }).click();
    await page.getByRole('heading', { name: 'box' }).waitFor();
    expect(opened.complaints).to.deep.equal([]);
  });

  it('shows notifications as they arrive', async () => {
    await using opened = await open('#cse-in/box');
    const { page } = opened;
    await page.getByRole('tab', { name: 'En direct' }).click();
    await page.getByText('Abonné').waitFor();
    await stand.create('cse-in/box', 4, { 'm2m:cin': { con: 'just now' } });
    await page.locator('.heard').getByText('just now').first().waitFor();
    await page.locator('.heard').getByText('Créé en dessous').waitFor();
    expect(opened.complaints).to.deep.equal([]);
  });

  it('gives every action as a command that works with a credential of one’s own', async () => {
    await using opened = await open('#cse-in/box');
    const { page } = opened;
    await page.getByRole('tab', { name: 'Copier' }).click();
    const text = page.locator('.copy pre');
    expect(await text.textContent()).to.contain(`curl -X GET '${stand.cseUrl}/cse-in/box'`);
    const env = { PATH: process.env.PATH, ORIGINATOR: 'CAdmin', TOKEN: stand.tokens.at(-1) };
    const { stdout } = await promisify(execFile)('sh', ['-c', `${await text.textContent()}`], { env });
    expect(JSON.parse(stdout)).to.have.nested.property('m2m:cnt.rn', 'box');
    await page.getByRole('button', { name: 'mosquitto_pub' }).click();
    await until(async () => (await text.textContent())?.includes('/oneM2M/req/$ORIGINATOR/id-in/json'));
    await page.getByRole('button', { name: 'Code (TypeScript)' }).click();
    await until(async () => (await text.textContent())?.includes('createClient'));
    expect(opened.complaints).to.deep.equal([]);
  });

  for (const colorScheme of ['dark', 'light'] as const) {
    it(`has nothing serious to hold against it in ${colorScheme} colours, wide and on a phone`, async () => {
      for (const viewport of [
        { width: 1440, height: 900 },
        { width: 390, height: 844 },
      ]) {
        await using opened = await open('#cse-in/box', administrator, { viewport, colorScheme });
        const { page } = opened;
        for (const tab of ['Contenus', 'Attributs', 'En direct', 'Rechercher', 'Copier']) {
          await page.getByRole('tab', { name: tab }).click();
          expect(await seriousProblems(page), `${tab} at ${viewport.width}`).to.deep.equal([]);
        }
        await page.getByRole('button', { name: 'Créer' }).click();
        await page.getByRole('dialog').getByLabel('Type').selectOption('m2m:sub');
        await page.getByRole('dialog').getByLabel('notificationURI').waitFor();
        expect(await seriousProblems(page), 'form').to.deep.equal([]);
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect(overflow).to.be.at.most(0);
        expect(opened.complaints).to.deep.equal([]);
      }
    });
  }

  it('goes from the tree to a resource and back on a phone', async () => {
    await using opened = await open('', administrator, { viewport: { width: 390, height: 844 }, hasTouch: true });
    const { page } = opened;
    await item(page, 'box').tap();
    await page.getByRole('heading', { name: 'box' }).waitFor();
    await page.getByRole('button', { name: 'Arbre' }).tap();
    await item(page, 'box').waitFor();
    expect(opened.complaints).to.deep.equal([]);
  });
});
