import { AxeBuilder } from '@axe-core/playwright';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { until } from '../support/wait.ts';
import { container, containerId, light, lightId, machine, operator, type Stand, startStand } from './support.ts';

const FIRST_LOAD_BYTES_MAX = 700_000;

/** A page with everything it complained about and downloaded. */
interface OpenedConsole extends AsyncDisposable {
  readonly page: Page;
  readonly complaints: string[];
  readonly downloads: Map<string, number>;
}

describe('the console', () => {
  let stand: Stand;
  let browser: Browser & AsyncDisposable;
  let cookie: string;

  before(async function () {
    this.timeout(120_000);
    stand = await startStand();
    browser = await openBrowser();
    cookie = await stand.signIn();
    await stand.territory.entities.update([container(1, 0.42), container(2, 0.9), light(1)]);
  });
  after(async () => {
    await browser[Symbol.asyncDispose]();
    await stand[Symbol.asyncDispose]();
  });

  async function openConsole(
    address = '',
    options: Parameters<Browser['newContext']>[0] = { viewport: { width: 1920, height: 1080 } },
  ): Promise<OpenedConsole> {
    const context: BrowserContext = await browser.newContext({ locale: 'fr-FR', colorScheme: 'dark', ...options });
    const [name = '', value = ''] = cookie.split('=');
    await context.addCookies([{ name, value, url: stand.origin }]);
    const complaints: string[] = [];
    const downloads = new Map<string, number>();
    context.on('requestfinished', async (request) => {
      const sizes = await request.sizes().catch(() => undefined);
      if (sizes !== undefined) downloads.set(request.url(), sizes.responseBodySize + sizes.responseHeadersSize);
    });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${stand.origin}/hypervision/${address}`);
    await page.getByText('En direct').waitFor({ timeout: 30_000 });
    return { page, complaints, downloads, [Symbol.asyncDispose]: () => context.close() };
  }

  const showList = (page: Page): Promise<void> => page.getByRole('button', { name: 'Liste' }).first().click();
  const rowOf = (page: Page, name: string) => page.getByRole('row', { name: new RegExp(name) });

  async function seriousProblems(page: Page): Promise<string[]> {
    const { violations } = await new AxeBuilder({ page }).analyze();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }

  it('opens after signing in, in French, with the territory and what is known of it', async () => {
    const context = await browser.newContext({ locale: 'fr-FR' });
    const page = await context.newPage();
    await page.goto(`${stand.origin}/hypervision/`);
    await page.locator('#name').fill(operator.name);
    await page.locator('#password').fill(operator.password);
    await page.getByRole('button', { name: 'Se connecter' }).click();
    await page.getByText('En direct').waitFor({ timeout: 30_000 });
    expect(await page.locator('html').getAttribute('lang')).to.equal('fr');
    expect(await page.locator('.strip-territory').textContent()).to.equal('Pays Haut Val d’Alzette');
    expect(await page.locator('.maplibregl-canvas').count()).to.equal(1);
    await showList(page);
    await rowOf(page, 'Bac 1').waitFor();
    await context.close();
  }).timeout(60_000);

  it('downloads less than 700 kB for a first visit, the worker of the map and the data included', async () => {
    await using console = await openConsole();
    await until(() => [...console.downloads.keys()].some((url) => url.includes('worker')), { what: 'the worker' });
    const bytes = [...console.downloads.values()].reduce((sum, size) => sum + size, 0);
    expect(bytes).to.be.within(300_000, FIRST_LOAD_BYTES_MAX);
  }).timeout(60_000);

  it('shows what appears and what changes without being loaded again', async () => {
    await using console = await openConsole();
    const { page } = console;
    await page.evaluate(() => Object.assign(window, { sameDocument: true }));
    await showList(page);
    expect(await rowOf(page, 'Bac 3').count()).to.equal(0);
    await stand.territory.entities.update([container(3, 0.11)]);
    await rowOf(page, 'Bac 3').getByText('11\u202f%').waitFor();
    await rowOf(page, 'Bac 3').click();
    await page.locator('.figure.is-main').getByText('11').waitFor();
    await page.locator('.facts').getByText('Dingtek').waitFor();
    await stand.territory.entities.update([container(3, 0.57)]);
    await page.locator('.figure.is-main').getByText('57').waitFor();
    expect(await page.evaluate(() => 'sameDocument' in window)).to.equal(true);
    expect(console.complaints).to.deep.equal([]);
  }).timeout(60_000);

  it('shows an alert as it opens, who has taken it, and moves it to the past when it is closed', async () => {
    await using console = await openConsole();
    const { page } = console;
    const message = { fr: 'Le conteneur est plein à 90\u202f%.', en: 'The container is 90% full.' };
    await stand.territory.alerts.report(
      [{ rule: 'waste-container-full', entity: containerId(2), active: true, severity: 'major', message }],
      machine,
    );
    const card = page.locator('.alert-card', { hasText: message.fr });
    await card.waitFor();
    expect(await card.textContent()).to.contain('Majeure');
    await page.getByText('Nouvelle alerte\u202f: Majeure, Bac 2, rue de l’Église.').waitFor({ state: 'attached' });
    await card.getByRole('button', { name: 'Prendre en compte' }).click();
    await card.getByText('Prise en compte par marie').waitFor();
    await card.getByRole('button', { name: 'Clore' }).click();
    await card.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Terminées' }).click();
    await card.getByText('Close').waitFor();
    const [stored] = (await stand.territory.alerts.list({ entity: containerId(2) })).items;
    expect(stored?.events.map(({ kind }) => kind)).to.deep.equal(['opened', 'acknowledged', 'closed']);
    expect(console.complaints).to.deep.equal([]);
  }).timeout(60_000);

  it('sends a command only once it is confirmed, and says confirmed only when the light has obeyed', async () => {
    await using console = await openConsole(`?entity=${lightId}`);
    const { page } = console;
    await page.getByRole('tab', { name: 'Actions' }).click();
    await page.getByRole('button', { name: '25\u202f%' }).click();
    await page.getByRole('button', { name: 'Régler à 25' }).click();
    expect((await stand.territory.commands.list({ entity: lightId })).items).to.have.lengthOf(0);
    await page.getByRole('button', { name: 'Confirmer' }).click();
    const command = page.locator('.command').first();
    await command.getByText('La commande attend').waitFor();
    const [issued] = (await stand.territory.commands.list({ entity: lightId })).items;
    expect(issued).to.deep.include({ action: 'dim', parameters: { level: 25 }, state: 'issued' });
    expect(issued?.issuedBy.name).to.equal('marie');
    await stand.territory.commands.report(issued?.id ?? '', { state: 'sent' });
    await command.getByText('la confirmation de l’équipement est attendue').waitFor();
    expect(await command.locator('.is-reached').count()).to.equal(2);
    const echo = {
      commandId: { type: 'Property', value: issued?.id ?? '', observedAt: new Date().toISOString() },
    } as const;
    await stand.territory.entities.update([light(0.25, new Date(), echo)]);
    await until(async () => (await command.locator('.is-reached').count()) === 3, { what: 'the confirmation' });
    await page.getByText('Actuellement\u202f: 25\u202f%').waitFor();
    expect(console.complaints).to.deep.equal([]);
  }).timeout(60_000);

  it('says that a command failed, and why', async () => {
    await using console = await openConsole(`?entity=${lightId}`);
    const { page } = console;
    await page.getByRole('tab', { name: 'Actions' }).click();
    await page.getByRole('button', { name: '100\u202f%' }).click();
    await page.getByRole('button', { name: 'Régler à 100' }).click();
    await page.getByRole('button', { name: 'Confirmer' }).click();
    const command = page.locator('.command.is-issued');
    await command.waitFor();
    const [issued] = (await stand.territory.commands.list({ entity: lightId, states: ['issued'] })).items;
    await stand.territory.commands.report(issued?.id ?? '', { state: 'failed', reason: 'no such device' });
    const failed = page.locator('.command.is-failed').first();
    await failed.waitFor();
    expect(await failed.textContent()).to.contain('Échec');
  }).timeout(60_000);

  it('draws the past 24 hours, and tells a value its way back to the oneM2M resource', async () => {
    const hour = 3_600_000;
    const past = Array.from({ length: 24 }, (_, hours) =>
      container(4, hours / 24, new Date(Date.now() - (23.5 - hours) * hour)),
    );
    await stand.territory.entities.update(past);
    await using console = await openConsole(`?entity=${containerId(4)}`);
    const { page } = console;
    await page.getByRole('tab', { name: 'Historique' }).click();
    await page.locator('.chart canvas').waitFor();
    await page.getByText('Voir les valeurs en tableau').click();
    expect(await page.locator('.chart-table tbody tr').count()).to.equal(24);
    await page.getByRole('tab', { name: 'Origine' }).click();
    await page.getByText('test-mapping@1').first().waitFor();
    expect((await page.locator('.source-path').first().textContent())?.trim()).to.match(
      /^cse-in\/lora-4\/state\/c\d+$/,
    );
    expect(console.complaints).to.deep.equal([]);
  }).timeout(60_000);

  it('shows the messages that could not become measurements, with the reason, and has them replayed', async () => {
    await stand.territory.quarantine.hold([
      {
        reason: { fr: 'Le champ « level » manque.', en: 'The field “level” is missing.' },
        stage: 'map',
        mapping: 'waste-measurements@1',
        origin: { resource: 'cse-in/lora-7/measurements/c1', sequence: 1 },
        message: { con: '{"volume": 3}' },
      },
    ]);
    await using console = await openConsole();
    const { page } = console;
    await page.getByRole('button', { name: /^Retenus\s*1$/ }).click();
    const held = page.locator('.held', { hasText: 'Le champ « level » manque.' });
    await held.waitFor();
    expect(await held.textContent()).to.contain('cse-in/lora-7/measurements/c1');
    expect(await seriousProblems(page)).to.deep.equal([]);
    await held.getByRole('button', { name: 'Rejouer' }).click();
    await held.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Retenus$/ }).waitFor();
    const [item] = (await stand.territory.quarantine.list()).items;
    expect(item?.state).to.equal('replayed');
    expect(item?.replayedBy?.name).to.equal('marie');
  }).timeout(60_000);

  it('is worked through with the keyboard alone: list, panel, tabs, and back', async () => {
    await using console = await openConsole();
    const { page } = console;
    await showList(page);
    await rowOf(page, 'Bac 1').first().waitFor();
    await page.locator('tr[data-row="0"]').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('#entity-name:focus').waitFor();
    await page.locator('#tab-now').focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('#tab-history').getAttribute('aria-selected')).to.equal('true');
    await page.keyboard.press('Escape');
    await page.locator('tr[data-row="1"]:focus').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('eglise bac 2');
    await page.getByRole('option', { name: 'Bac 2' }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('#entity-name', { hasText: 'Bac 2' }).waitFor();
  }).timeout(60_000);

  it('shows the same set on the map and in the list, whatever is filtered', async () => {
    await using console = await openConsole();
    const { page } = console;
    await showList(page);
    await rowOf(page, 'Lampadaire 1').waitFor();
    await page.getByRole('switch', { name: 'Éclairage public' }).click();
    await rowOf(page, 'Lampadaire 1').waitFor({ state: 'detached' });
    await page.locator('.field select').selectOption('Ottange');
    await page.getByText('Aucun équipement pour ces filtres').waitFor();
    await page.getByRole('main').getByRole('button', { name: 'Tout afficher' }).click();
    await rowOf(page, 'Lampadaire 1').waitFor();
  }).timeout(60_000);

  it('says that the link is lost and since when, then catches up on what it missed by itself', async () => {
    await using console = await openConsole();
    const { page } = console;
    await page.evaluate(() => Object.assign(window, { sameDocument: true }));
    await showList(page);
    await rowOf(page, 'Bac 1').first().waitFor();
    await stand.stop();
    await page.getByText('La connexion au serveur est perdue.').waitFor();
    await page.getByText(/Dernières données le \d+ \S+ \d{4} à \d\d:\d\d/).waitFor();
    await stand.start({ before: (territory) => territory.entities.update([container(1, 0.73), container(9, 0.05)]) });
    await rowOf(page, 'Bac 9').getByText('5\u202f%').waitFor({ timeout: 20_000 });
    await rowOf(page, 'Bac 1,').getByText('73\u202f%').waitFor();
    await page.getByText('La connexion au serveur est perdue.').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => 'sameDocument' in window)).to.equal(true);
  }).timeout(60_000);

  it('speaks English when asked, and remembers', async () => {
    await using console = await openConsole();
    const { page } = console;
    await page.getByRole('button', { name: 'Switch to English' }).click();
    await page.getByText('Live', { exact: true }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).to.equal('en');
    await page.reload();
    await page.getByRole('heading', { name: 'Alerts' }).waitFor();
    expect(await page.getByText('Alertes').count()).to.equal(0);
  }).timeout(60_000);

  for (const scheme of ['dark', 'light'] as const) {
    it(`has no serious accessibility problem in any view (${scheme})`, async () => {
      const message = { fr: 'Le conteneur est plein.', en: 'The container is full.' };
      const severities = ['critical', 'major', 'minor', 'information'] as const;
      await stand.territory.alerts.report(
        severities.map((severity) => ({
          rule: `axe-${severity}`,
          entity: containerId(2),
          active: true,
          severity,
          message,
        })),
        machine,
      );
      await using console = await openConsole('', { viewport: { width: 1920, height: 1080 }, colorScheme: scheme });
      const { page } = console;
      await page.locator('.alert-card').first().waitFor();
      expect(await seriousProblems(page), 'map and alerts').to.deep.equal([]);
      await showList(page);
      await rowOf(page, 'Lampadaire 1').click();
      for (const tab of ['Maintenant', 'Historique', 'Origine', 'Actions']) {
        await page.getByRole('tab', { name: tab }).click();
        await page.locator('.skeleton').waitFor({ state: 'detached' });
        expect(await seriousProblems(page), tab).to.deep.equal([]);
      }
      expect(console.complaints).to.deep.equal([]);
    }).timeout(120_000);
  }

  it('fits a phone: one thing at a time, no sideways scrolling, targets of a thumb’s size', async () => {
    const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
    await using console = await openConsole('', phone);
    const { page } = console;
    const bar = page.locator('.phone-bar');
    for (const view of ['Liste', 'Alertes', 'Thèmes', 'Carte']) {
      await bar.getByRole('button', { name: view }).click();
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width, view).to.equal(390);
      const small = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('button, select, input, a[href]')]
          .filter((element) => element.checkVisibility({ visibilityProperty: true }))
          // Switches carry a larger target around them; links inside sentences are text (WCAG 2.5.8).
          .filter((element) => !element.matches('.switch, .link-button, .skip, .maplibregl-ctrl *'))
          .map((element) => ({ element, box: element.getBoundingClientRect() }))
          .filter(({ box }) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
          .map(({ element, box }) => `${element.outerHTML.slice(0, 80)} ${box.width}×${box.height}`),
      );
      expect(small, view).to.deep.equal([]);
    }
    await bar.getByRole('button', { name: 'Liste' }).click();
    await page.locator('tr[data-row="0"]').tap();
    await page.locator('#entity-name').waitFor();
    expect(await seriousProblems(page)).to.deep.equal([]);
    expect(console.complaints).to.deep.equal([]);
  }).timeout(90_000);
});
