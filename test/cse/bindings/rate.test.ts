import { expect } from 'chai';
import { type Doors, openDoors } from './doors.ts';

const perSecond = 20;

describe('how often an originator may ask', () => {
  let doors: Doors;

  before(async () => {
    doors = await openDoors({ ALZETTE_CSE_RATE_PER_ORIGINATOR_MAX: String(perSecond) });
    for (const stem of ['Cfast', 'Ccalm', 'Cslow']) await doors.test.ae(stem);
  });
  after(() => doors[Symbol.asyncDispose]());

  const asked = (from: string, times: number, token?: string) =>
    Promise.all(
      Array.from({ length: times }, () =>
        doors.test.send('GET', `/cse-in/${from.slice(1)}`, undefined, {
          from,
          ...(token === undefined ? {} : { token }),
        }),
      ),
    );

  it('HTTP answers 503 with Retry-After beyond that, and goes on later; others are served', async () => {
    const answers = await asked('Cfast', 5 * perSecond);
    const served = answers.filter(({ rsc }) => rsc === 2000);
    const refused = answers.filter(({ status }) => status === 503);
    expect(served.length).to.be.within(perSecond - 1, 3 * perSecond);
    expect(served.length + refused.length).to.equal(answers.length);
    expect(refused[0]?.rsc).to.equal(5000);
    expect(Number(refused[0]?.headers.get('Retry-After'))).to.be.greaterThan(0);
    expect(refused[0]?.dbg).to.contain('Cfast asks more than 20 times a second');
    expect((await asked('Ccalm', 1))[0]?.rsc).to.equal(2000);
  });

  it('nobody uses up the requests of another by claiming its name', async () => {
    const { token } = await doors.token('Cintruder');
    await asked('Ccalm', 3 * perSecond, token);
    expect((await asked('Ccalm', 1))[0]?.rsc).to.equal(2000);
  });

  for (const door of ['mqtt', 'ws'] as const) {
    it(`${door} delays the requests instead, and loses none`, async () => {
      const client = await doors.client(door, 'Cslow');
      await client.retrieve('cse-in/slow');
      const started = performance.now();
      await Promise.all(Array.from({ length: 2 * perSecond }, () => client.retrieve('cse-in/slow')));
      expect(performance.now() - started).to.be.greaterThan(800);
    });
  }

  it('CoAP answers 5.03', async () => {
    const client = await doors.client('coap', 'Cslow', { retries: 0 });
    const results = await Promise.allSettled(
      Array.from({ length: 3 * perSecond }, () => client.retrieve('cse-in/slow')),
    );
    expect(results.some(({ status }) => status === 'fulfilled')).to.equal(true);
    expect(await doors.refusals('coap', 'too-often')).to.be.greaterThan(0);
  });
});
