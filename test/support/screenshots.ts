/**
 * Takes the pictures of the documentation from a house of its own with the demonstration fleet: `npm run screenshots`.
 * About three minutes; look at them before you commit them.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openBrowser } from './browser.ts';
import { startHouse } from './house.ts';

const docs = resolve(import.meta.dirname, '../../docs');
/** Long enough for a day of history to be handed over and for some containers to fill. */
const playForMs = 90_000;
const viewport = { width: 1920, height: 1080 };

await using house = await startHouse({ env: { ALZETTE_DEMO: 'true' } });
await delay(playForMs);
await using browser = await openBrowser();
const page = await browser.newPage({ viewport, locale: 'fr-FR', colorScheme: 'dark' });

async function picture(file: string): Promise<void> {
  await page.waitForLoadState('networkidle').catch(() => undefined); // the live link never rests
  await delay(2_000); // fonts, map and fades
  await page.screenshot({ path: join(docs, file) });
  process.stdout.write(`docs/${file}\n`);
}

await page.goto(`${house.webUrl}/hypervision/`);
await page.fill('#name', 'operateur');
await page.fill('#password', readFileSync(join(house.dataDir, 'secrets', 'operator-password'), 'utf8'));
await page.click('button[type=submit]');
await page.getByText('En direct').first().waitFor({ timeout: 20_000 });
await picture('hypervision/wall.png');

await page.goto(`${house.webUrl}/hypervision/?entity=urn:ngsi-ld:WindTurbine:turbine-R80711`);
await page.getByRole('tab', { name: 'Historique' }).click();
await picture('hypervision/history.png');

await page.goto(`${house.webUrl}/hypervision/?entity=urn:ngsi-ld:Streetlight:light-0001`);
await page.getByRole('tab', { name: 'Actions' }).click();
await page.getByRole('button', { name: /^50\s%$/ }).click();
await page.locator('.command-form .button.is-main').click();
await page.locator('.confirm .button.is-main').click();
await page.locator('.commands').getByText('Confirmée').first().waitFor({ timeout: 20_000 });
await picture('hypervision/dim.png');

await page.goto(`${house.webUrl}/flows/`);
await page.locator('.red-ui-flow-node').first().waitFor();
await picture('flows/editor.png');
