import { expect } from 'chai';
import { until } from '../support/wait.ts';
import { fillingUpdate, lightUpdate, minutesAgo, operator, startTerritory, type TestTerritory } from './support.ts';

describe('commands to devices', () => {
  let city: TestTerritory;
  before(async () => {
    city = await startTerritory();
  });
  after(() => city[Symbol.asyncDispose]());

  const idOf = (device: string): string => `urn:ngsi-ld:Streetlight:${device}`;
  const light = (device: string, level: number, options: Parameters<typeof lightUpdate>[3] = {}) =>
    city.territory.entities.update([lightUpdate(device, level, new Date(), options)]);
  const dim = (device: string, level: unknown) =>
    city.call('POST', '/commands', {
      as: 'operator',
      body: { entity: idOf(device), action: 'dim', parameters: { level } },
    });
  const stateOf = async (id: string): Promise<string> => (await city.call('GET', `/commands/${id}`)).body.state;
  const work = async (consumer: string, more = '') =>
    (await city.call('GET', `/work?consumer=${consumer}&kind=command${more}`)).body;

  it('go to the flows with who asked, and with the resource their device is found from', async () => {
    await light('work', 1, { sequence: 31 });
    const issued = await dim('work', 40);
    expect(issued.status).to.equal(201);
    expect(issued.body).to.deep.include({ state: 'issued', issuedBy: operator, parameters: { level: 40 } });
    const { entries, cursor } = await work('work-test', '&wait=5');
    const entry = entries.find(({ body }: { body: { id: string } }) => body.id === issued.body.id);
    expect(entry.labels).to.deep.equal(['type:Streetlight', 'theme:lighting', 'action:dim']);
    expect(entry.body).to.deep.include({
      entity: idOf('work'),
      action: 'dim',
      parameters: { level: 40 },
      issuedBy: operator,
    });
    expect(entry.body.origin).to.deep.include({ sequence: 31 });
    expect(entry.body.origin.resource).to.match(/^cse-in\/work\/state\//);
    expect((await work('work-test', `&ack=${cursor}`)).entries).to.deep.equal([]);
  });

  it('wake a flow that waits for work', async () => {
    await light('wake', 1);
    const { cursor } = await work('waiter');
    const waiting = work('waiter', `&ack=${cursor}&wait=20`);
    const { body } = await dim('wake', 10);
    expect((await waiting).entries.map((entry: { body: { id: string } }) => entry.body.id)).to.include(body.id);
  });

  it('are confirmed by the device that repeats their id', async () => {
    await light('echo', 1);
    const { body } = await dim('echo', 40);
    await city.call('POST', `/commands/${body.id}/state`, { body: { state: 'sent' } });
    expect(await stateOf(body.id)).to.equal('sent');
    await light('echo', 0.4, { commandId: body.id });
    const confirmed = (await city.call('GET', `/commands/${body.id}`)).body;
    expect(confirmed.state).to.equal('confirmed');
    expect(confirmed.outcome.fr).to.match(/^Confirmée par l’appareil après [\d,]+ s$/);
  });

  it('are confirmed by the value asked for, when the device does not repeat the id', async () => {
    await light('value', 1);
    const { body } = await dim('value', 30);
    await light('value', 0.7);
    expect(await stateOf(body.id)).to.equal('issued');
    await light('value', 0.3);
    expect(await stateOf(body.id)).to.equal('confirmed');
  });

  it('are not confirmed by what the device said before them', async () => {
    await light('before', 1);
    const { body } = await dim('before', 30);
    await city.territory.entities.update([lightUpdate('before', 0.3, minutesAgo(1))]);
    expect(await stateOf(body.id)).to.equal('issued');
  });

  it('tell the consoles of every step', async () => {
    const heard: string[] = [];
    const stop = city.territory.onChange(({ commands }) => heard.push(...commands.map(({ state }) => state)));
    await light('told', 1);
    const { body } = await dim('told', 20);
    await city.call('POST', `/commands/${body.id}/state`, {
      body: { state: 'failed', reason: 'no route to the device' },
    });
    await until(() => heard.length === 2);
    stop();
    expect(heard).to.deep.equal(['issued', 'failed']);
    expect((await city.call('GET', `/commands/${body.id}`)).body.outcome.en).to.equal('no route to the device');
  });

  it('replace one that still waits: only the last wish counts', async () => {
    await light('twice', 1);
    const first = (await dim('twice', 20)).body.id;
    const second = (await dim('twice', 60)).body.id;
    expect([await stateOf(first), await stateOf(second)]).to.deep.equal(['failed', 'issued']);
    await light('twice', 0.2);
    expect(await stateOf(first)).to.equal('failed');
  });

  it('keep their outcome when a flow says late, or twice, that they were sent', async () => {
    await light('late', 1);
    const { body } = await dim('late', 50);
    await light('late', 0.5, { commandId: body.id });
    for (let time = 0; time < 2; time += 1) {
      const answer = await city.call('POST', `/commands/${body.id}/state`, { body: { state: 'sent' } });
      expect([answer.status, answer.body.state]).to.deep.equal([200, 'confirmed']);
    }
  });

  it('time out when nothing shows that they were obeyed, and still hear a device that comes back', async () => {
    await using quick = await startTerritory({ commandTimeoutMs: 50, watchEveryMs: 20 });
    await quick.territory.entities.update([lightUpdate('slow', 1, new Date())]);
    const command = { entity: idOf('slow'), action: 'dim', parameters: { level: 40 } };
    const { id } = await quick.territory.commands.issue(command, operator);
    const timedOut = await until(async () => {
      const found = await quick.territory.commands.get(id);
      return found?.state === 'timed-out' && found;
    });
    expect(timedOut.outcome?.fr).to.equal('Aucun flux n’a transmis la commande');
    await quick.territory.entities.update([lightUpdate('slow', 0.4, new Date(), { commandId: id })]);
    expect((await quick.territory.commands.get(id))?.state).to.equal('confirmed');
  });

  it('leave no work behind when they could not be stored', async () => {
    await light('atomic', 1);
    const { cursor } = await work('atomic');
    const { pool } = city.database;
    await pool.query(`ALTER TABLE territory.command ADD CONSTRAINT broken CHECK (entity NOT LIKE '%atomic')`);
    expect((await dim('atomic', 40)).status).to.equal(500);
    await pool.query('ALTER TABLE territory.command DROP CONSTRAINT broken');
    expect((await work('atomic', `&ack=${cursor}`)).entries).to.deep.equal([]);
  });

  describe('are refused, naming what is wrong:', () => {
    const refused: Readonly<Record<string, { body: unknown; status: number; code: string; detail: RegExp }>> = {
      'an entity nobody knows': {
        body: { entity: idOf('nobody'), action: 'dim', parameters: { level: 1 } },
        status: 404,
        code: 'unknown-entity',
        detail: /nobody/,
      },
      'an action the type does not declare': {
        body: { entity: idOf('bad'), action: 'explode', parameters: {} },
        status: 422,
        code: 'unknown-action',
        detail: /its actions: dim/,
      },
      'an entity that takes no commands': {
        body: { entity: 'urn:ngsi-ld:WasteContainer:bin', action: 'dim', parameters: { level: 1 } },
        status: 422,
        code: 'unknown-action',
        detail: /its actions: none/,
      },
      'a level beyond 100': {
        body: { entity: idOf('bad'), action: 'dim', parameters: { level: 140 } },
        status: 422,
        code: 'bad-parameters',
        detail: /\/parameters\/level must be <= 100/,
      },
      'a level that is text': {
        body: { entity: idOf('bad'), action: 'dim', parameters: { level: '40' } },
        status: 422,
        code: 'bad-parameters',
        detail: /must be number/,
      },
      'a parameter too many': {
        body: { entity: idOf('bad'), action: 'dim', parameters: { level: 40, colour: 'red' } },
        status: 422,
        code: 'bad-parameters',
        detail: /additional properties/,
      },
      'no parameters': {
        body: { entity: idOf('bad'), action: 'dim' },
        status: 400,
        code: 'bad-body',
        detail: /parameters/,
      },
    };
    before(async () => {
      await light('bad', 1);
      await city.territory.entities.update([fillingUpdate('bin', 0.5, new Date())]);
    });
    for (const [what, { body, status, code, detail }] of Object.entries(refused)) {
      it(what, async () => {
        const answer = await city.call('POST', '/commands', { as: 'operator', body });
        expect([answer.status, answer.body.code]).to.deep.equal([status, code]);
        expect(answer.body.detail).to.match(detail);
      });
    }
    it('a machine that is no operator, and a failure without reason', async () => {
      const body = { entity: idOf('bad'), action: 'dim', parameters: { level: 1 } };
      expect((await city.call('POST', '/commands', { as: 'flows', body })).status).to.equal(403);
      const { id } = (await city.call('POST', '/commands', { as: 'operator', body })).body;
      expect((await city.call('POST', `/commands/${id}/state`, { body: { state: 'failed' } })).status).to.equal(400);
      expect((await city.call('POST', '/commands/nothing/state', { body: { state: 'sent' } })).status).to.equal(404);
    });
  });
});
