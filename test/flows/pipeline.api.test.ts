import { assert } from 'chai';
import { until } from '../support/wait.ts';
import { deploy, type FlowNode, operator, startHouse, type TestDevice, type TestHouse, withNode } from './support.ts';

const startedAt = Date.now() - 24 * 3_600_000;
const timeOf = (second: number): string => new Date(startedAt + second * 1000).toISOString();
const filling = (percent: unknown, second: number) => ({
  time: timeOf(second),
  values: { fillingLevelPercent: percent },
});
const container = (name: string): string => `urn:ngsi-ld:WasteContainer:${name}`;

/** How many observations of the filling level are stored, in the whole period of the tests. */
async function stored({ territory }: TestHouse, name: string): Promise<number> {
  if ((await territory.entities.get(container(name))) === undefined) return 0;
  const { points } = await territory.history({
    entity: container(name),
    property: 'fillingLevel',
    from: timeOf(-10),
    to: timeOf(100_000),
    maxPoints: 5_000,
  });
  return points.length;
}

async function burst(device: TestDevice, from: number, to: number): Promise<void> {
  await Promise.all(Array.from({ length: to - from }, (_, index) => device.report(filling(index % 60, from + index))));
}

const held = async ({ territory }: TestHouse, resource: string) =>
  (await territory.quarantine.list({ states: ['held'], limit: 500 })).items.filter(({ origin }) =>
    origin.resource.startsWith(resource),
  );

const heldReasons = async (house: TestHouse, resource: string): Promise<string[]> =>
  (await held(house, resource)).map(({ reason }) => reason.en);

describe('flows: from the CSE to the territory', function () {
  this.timeout(90_000);
  let house: TestHouse;

  before(async () => {
    house = await startHouse();
  });
  after(() => house[Symbol.asyncDispose]());

  it('turns a measurement into an entity that knows the resource it came from', async () => {
    const device = await house.device('lora-first', 'waste');
    await device.report(
      { name: 'Conteneur de la mairie', location: { type: 'Point', coordinates: [5.9, 49.4] } },
      'descriptor',
    );
    await device.report(filling(42, 0));
    const entity = await until(async () => {
      const known = await house.territory.entities.get(container('lora-first'));
      return known?.attributes.fillingLevel !== undefined && known.name !== undefined && known;
    });
    const level = entity.attributes.fillingLevel;
    assert.deepInclude(level, { value: 0.42, unitCode: 'C62', observedAt: timeOf(0) });
    assert.match(level?.origin?.resource ?? '', /^cse-in\/lora-first\/measurements\//);
    assert.equal(level?.origin?.mapping, 'waste-measurements@1');
    assert.equal(entity.name, 'Conteneur de la mairie');
  });

  it('raises the alert of a full container once and clears it below the lower threshold', async () => {
    const device = await house.device('lora-full', 'waste');
    const alerts = async () =>
      (await house.territory.alerts.list({ rules: ['waste-container-full'], entity: container('lora-full') })).items;
    await device.report(filling(85, 0));
    const [alert] = await until(async () => {
      const found = await alerts();
      return found.length > 0 && found;
    });
    assert.deepInclude(alert, { state: 'open', severity: 'major', value: 85, unit: '%' });
    assert.match(alert?.message.fr ?? '', /^Le conteneur est plein à 85\s%/);
    await device.report(filling(75, 1));
    await device.report(filling(92, 2));
    await device.report(filling(12, 3));
    await until(async () => (await alerts())[0]?.state === 'cleared');
    assert.equal((await alerts()).length, 1);
    assert.deepEqual(
      (await alerts())[0]?.events.map(({ kind }) => kind),
      ['opened', 'cleared'],
    );
  });

  it('leaves an alert closed that an operator has closed, whatever restarts, until the condition has gone and come back', async () => {
    const device = await house.device('lora-closed', 'waste');
    const alerts = async () =>
      (await house.territory.alerts.list({ rules: ['waste-container-full'], entity: container('lora-closed') })).items;
    const restart = async () => {
      const former = house.flows.pid;
      process.kill(former ?? 0, 'SIGKILL');
      await until(() => house.flows.pid !== undefined && house.flows.pid !== former, { timeoutMs: 30_000 });
    };
    await device.report(filling(85, 0));
    const [opened] = await until(async () => (await alerts()).length === 1 && alerts());
    await house.territory.alerts.close(opened?.id ?? '', operator);
    await restart();
    await device.report(filling(90, 1));
    await until(async () => (await stored(house, 'lora-closed')) === 2, { timeoutMs: 30_000 });
    await restart();
    // The condition goes right after a restart: a rule that knew only of open alerts would not notice.
    await device.report(filling(12, 2));
    await until(
      async () => {
        const lasting = await house.territory.alerts.list({
          entity: container('lora-closed'),
          isConditionActive: true,
        });
        return lasting.items.length === 0;
      },
      { timeoutMs: 30_000 },
    );
    assert.deepEqual(
      (await alerts()).map(({ state }) => state),
      ['closed'],
    );
    await device.report(filling(88, 3));
    const [again] = await until(async () => (await alerts()).length === 2 && alerts());
    assert.equal(again?.state, 'open');
    await device.report(filling(5, 4));
    await until(async () => (await alerts())[0]?.state === 'cleared');
  });

  it('raises alerts for a turbine that stands still in the wind and for a light that failed', async () => {
    const turbine = await house.device('turbine-R1', 'wind');
    const light = await house.device('light-1', 'lighting', 'state');
    await turbine.report({ time: timeOf(0), windSpeedMs: 8.2, activePowerKw: -3 });
    await light.report({ time: timeOf(0), powerState: 'off', dimming: 0, status: 'defectiveLamp' });
    const rules = await until(async () => {
      const { items } = await house.territory.alerts.list({ states: ['open'] });
      const found = items.map(({ rule, severity }) => `${rule} ${severity}`).sort();
      return found.length >= 2 && found;
    });
    assert.deepEqual(rules, ['streetlight-failed minor', 'wind-turbine-stopped major']);
    await turbine.report({ time: timeOf(1), windSpeedMs: 7.9, activePowerKw: 312 });
    await light.report({ time: timeOf(1), powerState: 'on', dimming: 100, status: 'ok' });
    await until(async () => (await house.territory.alerts.list({ states: ['open'] })).items.length === 0);
  });

  it('puts what cannot be read, mapped or stored aside, each with its reason, and goes on', async () => {
    const device = await house.device('lora-odd', 'waste');
    await device.report('{"time":');
    await device.report(filling('full', 1));
    await device.report(filling(140, 2));
    await device.report({ values: { fillingLevelPercent: 20 } });
    await device.report(filling(33, 4));
    const items = await until(async () => {
      const found = await held(house, device.address);
      return found.length === 4 && found;
    });
    assert.sameMembers(
      items.map(({ stage }) => stage),
      ['parse', 'map', 'validate', 'validate'],
    );
    assert.isTrue(items.some(({ reason }) => /JSON/.test(reason.fr)));
    assert.isTrue(items.some(({ reason }) => /fillingLevel vaut 1,4/.test(reason.fr)));
    assert.isTrue(items.every(({ mapping, stage }) => stage === 'parse' || mapping === 'waste-measurements@1'));
    await until(async () => (await stored(house, 'lora-odd')) === 1);
  });

  it('applies a mapping edited in the flow to what arrives next, says so in the origin, and mends what is replayed', async () => {
    const device = await house.device('lora-edited', 'waste');
    await device.report({ time: timeOf(0), level: 61 });
    const [aside] = await until(async () => {
      const found = await held(house, device.address);
      return found.length > 0 && found;
    });
    const expression = '{ "observedAt": content.time, "fillingLevel": content.level / 100 }';
    await deploy(house, withNode('alzette-dechets-mesures', { expression }), 'nodes');
    await house.territory.quarantine.replay(aside?.id ?? '', operator);
    await until(async () => (await stored(house, 'lora-edited')) === 1);
    const entity = await house.territory.entities.get(container('lora-edited'));
    assert.equal(entity?.attributes.fillingLevel?.origin?.mapping, 'waste-measurements@1+local');
    await until(async () => (await house.territory.quarantine.get(aside?.id ?? ''))?.state !== 'held');

    await deploy(house, withNode('alzette-dechets-mesures', { expression: 'content.(' }), 'nodes');
    await device.report({ time: timeOf(1), level: 62 });
    const broken = await until(async () => {
      const found = await held(house, device.address);
      return found.length > 0 && found;
    });
    assert.match(broken[0]?.reason.fr ?? '', /correspondance est invalide/);

    await deploy(house, withNode('alzette-dechets-mesures', { expression: '' }), 'nodes');
    await device.report(filling(63, 2));
    await until(async () => (await stored(house, 'lora-edited')) === 2);
  });

  it('lets the dialog try an expression on the last message without storing anything', async () => {
    const device = await house.device('lora-tried', 'waste');
    await device.report(filling(50, 0));
    await until(async () => (await stored(house, 'lora-tried')) === 1);
    const attempt = async (expression: string) => {
      const body = JSON.stringify({ mapping: 'waste-measurements', node: 'alzette-dechets-mesures', expression });
      const response = await house.call('alzette/mappings/try', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body,
      });
      return (await response.json()) as {
        problem?: { fr: string; position?: number };
        result?: Record<string, { value: number }>;
      };
    };
    const good = await attempt(
      '{ "observedAt": content.time, "fillingLevel": content.values.fillingLevelPercent / 200 }',
    );
    assert.equal(good.result?.fillingLevel?.value, 0.25);
    assert.isNumber((await attempt('{ "fillingLevel": ')).problem?.position);
    assert.match((await attempt('{ "fillingLevel": 3 }')).problem?.fr ?? '', /observedAt|fillingLevel/);
    assert.equal(await stored(house, 'lora-tried'), 1);
  });

  it('stores every observation exactly once when the process is killed in the middle of a burst', async () => {
    const device = await house.device('lora-killed', 'waste');
    const count = 3_000;
    const sending = burst(device, 0, count);
    await until(async () => (await stored(house, 'lora-killed')) > 200, { timeoutMs: 20_000 });
    process.kill(house.flows.pid ?? 0, 'SIGKILL');
    await sending;
    await until(async () => (await stored(house, 'lora-killed')) === count, { timeoutMs: 40_000, everyMs: 200 });
    const known = await house.territory.entities.get(container('lora-killed'));
    assert.equal(known?.attributes.fillingLevel?.observedAt, timeOf(count - 1));
    assert.deepEqual(await heldReasons(house, device.address), []);
  });

  it('keeps messages waiting while the territory is away, reads no further than its window, and loses none', async () => {
    const device = await house.device('lora-waiting', 'waste');
    house.outage = true;
    const count = 1_500;
    await burst(device, 0, count);
    const inFlight = async () => Number(/fate="in_flight"\} (\d+)/.exec(await house.metrics.metrics())?.[1]);
    await until(async () => (await inFlight()) >= 400, { what: 'messages that wait' });
    assert.isAtMost(await inFlight(), 500);
    assert.equal(await stored(house, 'lora-waiting'), 0);
    house.outage = false;
    await until(async () => (await stored(house, 'lora-waiting')) === count, { timeoutMs: 40_000, everyMs: 200 });
    assert.deepEqual(await heldReasons(house, device.address), []);
  });

  it('loses and puts aside nothing when a single node is replaced again and again under load', async () => {
    const device = await house.device('lora-replaced', 'waste');
    const count = 2_000;
    const sending = burst(device, 0, count);
    for (let round = 0; round < 6; round += 1) {
      await deploy(house, withNode('alzette-dechets-mesures', { name: `Mesures ${round}` }), 'nodes');
      await deploy(house, withNode('alzette-dechets-territoire-mesures', { name: `Territoire ${round}` }), 'nodes');
    }
    await sending;
    await until(async () => (await stored(house, 'lora-replaced')) === count, { timeoutMs: 40_000, everyMs: 200 });
    assert.deepEqual(await heldReasons(house, device.address), []);
  });

  it('loses nothing when flows are deployed in the middle of a burst', async () => {
    const device = await house.device('lora-deployed', 'waste');
    const count = 1_200;
    const sending = burst(device, 0, count);
    await until(async () => (await stored(house, 'lora-deployed')) > 100, { timeoutMs: 20_000 });
    await deploy(house, (nodes) => nodes, 'full');
    await deploy(house, withNode('alzette-dechets-mesures', { name: 'Mesures' }), 'flows');
    await deploy(house, (nodes) => nodes, 'full');
    await sending;
    await until(async () => (await stored(house, 'lora-deployed')) === count, { timeoutMs: 40_000, everyMs: 200 });
    assert.deepEqual(await heldReasons(house, device.address), []);
  });
});

describe('flows: nodes that users add', function () {
  this.timeout(60_000);
  let house: TestHouse;

  before(async () => {
    house = await startHouse();
    device = await house.device('ems-b01', 'energy');
  });
  after(() => house[Symbol.asyncDispose]());

  /** Node-RED takes a node without a place on the canvas for a configuration node. */
  const place = { x: 100, y: 100 };

  /** A tab that reads one theme and sends every message through one node of the user's. */
  const userTab =
    (name: string, node: object, more: FlowNode[] = [], timeLimit = 120) =>
    (nodes: FlowNode[]): FlowNode[] => [
      ...nodes.filter(({ id, z }) => z !== 'user-tab' && id !== 'user-tab'),
      { id: 'user-tab', type: 'tab', label: 'À moi' },
      {
        id: `user-in-${name}`,
        type: 'onem2m in',
        z: 'user-tab',
        ...place,
        connection: 'alzette-connexion',
        labels: 'theme:energy',
        consumer: `user-${name}`,
        timeLimit,
        wires: [['user-node']],
      },
      { id: 'user-node', type: 'function', z: 'user-tab', ...place, outputs: 1, wires: [[]], ...node } as FlowNode,
      ...more.map((one) => ({ ...one, ...place })),
    ];
  let device: TestDevice;
  let second = 0;
  const report = async () => {
    second += 1;
    await device.report({ time: timeOf(second), activePowerKw: 12 });
  };
  const reasons = async () => (await held(house, device.address)).map(({ reason }) => reason.fr);
  const putAside = (reason: RegExp) =>
    until(async () => (await reasons()).some((text) => reason.test(text)), {
      timeoutMs: 20_000,
      what: `a message put aside with ${reason}`,
    });
  const clean = async () => {
    for (const { id } of await held(house, device.address)) await house.territory.quarantine.remove(id);
  };

  beforeEach(clean);

  it('put the message aside, with the name of the node, when it fails', async () => {
    await deploy(house, userTab('fails', { name: 'Mon calcul', func: "throw new Error('diviseur nul')" }));
    await report();
    await putAside(/Mon calcul.*diviseur nul/);
  });

  it('may take care of their failures with a Catch node', async () => {
    const caught = { id: 'user-catch', type: 'catch', z: 'user-tab', scope: null, uncaught: false, wires: [[]] };
    await deploy(house, userTab('catches', { func: "throw new Error('attendu')" }, [caught]));
    await report();
    await until(async () => /user-catches/.test(await acknowledgedConsumers()));
    assert.isEmpty(await reasons());
  });

  it('give the message up after the time limit when a node never finishes, and name the node', async () => {
    await deploy(
      house,
      userTab('hangs', { name: 'Sans fin', func: 'await new Promise(() => {}); return msg;' }, [], 1),
    );
    await report();
    await putAside(/Sans fin n’a pas terminé après \d+ s/);
  });

  it('stop a loop without end instead of hanging the process', async () => {
    const { pid } = house.flows;
    await deploy(house, userTab('loops', { name: 'Boucle', timeout: 1, func: 'for (;;) {}' }));
    await report();
    await putAside(/Boucle.*timed out/);
    assert.equal(house.flows.pid, pid);
  });

  it('are waited for, however they split, delay and join the message', async () => {
    const chain: FlowNode[] = [
      {
        id: 'user-delay',
        type: 'delay',
        z: 'user-tab',
        pauseType: 'delay',
        timeout: '700',
        timeoutUnits: 'milliseconds',
        wires: [['user-link']],
      },
      { id: 'user-link', type: 'link out', z: 'user-tab', mode: 'link', links: ['user-link-in'], wires: [] },
      { id: 'user-link-in', type: 'link in', z: 'user-tab', links: ['user-link'], wires: [['user-last']] },
      {
        id: 'user-last',
        type: 'function',
        z: 'user-tab',
        name: 'Dernier',
        outputs: 1,
        func: "throw new Error('au bout du chemin')",
        wires: [[]],
      },
    ];
    await deploy(house, userTab('joins', { func: 'return msg;', wires: [['user-delay']] }, chain));
    await report();
    await putAside(/Dernier.*au bout du chemin/);
  });

  it('cannot share the name of a reader', async () => {
    await deploy(house, (nodes) => [
      ...nodes.filter(({ id, z }) => z !== 'user-tab' && id !== 'user-tab'),
      { id: 'user-tab', type: 'tab', label: 'À moi' },
      {
        id: 'user-copy',
        type: 'onem2m in',
        z: 'user-tab',
        connection: 'alzette-connexion',
        labels: 'theme:waste',
        consumer: 'flux-dechets',
        wires: [[]],
      },
    ]);
    const waste = await house.device('lora-shared', 'waste');
    await waste.report(filling(20, 0));
    await until(async () => (await stored(house, 'lora-shared')) === 1);
  });

  it('are waited for even when they never say that they are done, as the switch node, which queues messages', async () => {
    const map = {
      id: 'user-map',
      type: 'map to ontology',
      z: 'user-tab',
      mapping: 'waste-measurements',
      wires: [['user-out']],
    };
    const out = { id: 'user-out', type: 'territory out', z: 'user-tab', connection: 'alzette-connexion', wires: [[]] };
    const rules = [{ t: 'cont', v: 'role:measurements', vt: 'str' }];
    const node = {
      type: 'switch',
      property: 'onem2m.labels',
      propertyType: 'msg',
      rules,
      checkall: 'true',
      outputs: 1,
      wires: [['user-map']],
    };
    await deploy(house, (nodes) =>
      userTab('switches', node, [map, out])(nodes)
        .filter(({ z }) => z !== 'alzette-dechets')
        .map((one) => (one.id === 'user-in-switches' ? { ...one, labels: 'theme:waste' } : one)),
    );
    const waste = await house.device('lora-switched', 'waste');
    house.outage = true;
    await burst(waste, 0, 450);
    await until(async () => /fate="in_flight"\} 4[0-9]{2}/.test(await house.metrics.metrics()), {
      what: 'messages that wait',
    });
    process.kill(house.flows.pid ?? 0, 'SIGKILL');
    house.outage = false;
    await until(async () => (await stored(house, 'lora-switched')) === 450, { timeoutMs: 30_000, everyMs: 200 });
  });

  const acknowledgedConsumers = async (): Promise<string> => {
    const { rows } = await house.pool.query('SELECT name FROM cse.change_consumer WHERE acked > 0');
    return rows.map(({ name }) => String(name)).join(' ');
  };
});

describe('flows: commands', function () {
  this.timeout(60_000);
  let house: TestHouse;
  before(async () => {
    house = await startHouse();
  });
  after(() => house[Symbol.asyncDispose]());

  const known = async (name: string): Promise<TestDevice> => {
    const light = await house.device(name, 'lighting', 'state');
    await light.report({ time: new Date().toISOString(), dimming: 100, powerState: 'on', status: 'ok' });
    await until(() => house.territory.entities.get(`urn:ngsi-ld:Streetlight:${name}`));
    return light;
  };
  const dim = (name: string, level: number) =>
    house.territory.commands.issue(
      { entity: `urn:ngsi-ld:Streetlight:${name}`, action: 'dim', parameters: { level } },
      operator,
    );

  it('write what an operator asks where the device reads it, and report it as sent', async () => {
    const light = await known('light-0001');
    await house.admin.create(light.address, 3, 'command', { lbl: ['theme:lighting', 'role:command'] });
    const command = await dim('light-0001', 40);
    const instance = await until(async () =>
      house.admin.retrieve(`${light.address}/command/la`).catch(() => undefined),
    );
    assert.deepEqual(JSON.parse(String(instance.con)), { id: command.id, dimming: 40 });
    await until(async () => (await house.territory.commands.get(command.id))?.state === 'sent');
  });

  it('are reported as failed, with the answer of the CSE, when the device has no place for them', async () => {
    await known('light-0002');
    const command = await dim('light-0002', 10);
    const failed = await until(async () => {
      const now = await house.territory.commands.get(command.id);
      return now?.state === 'failed' && now;
    });
    assert.match(failed.outcome?.fr ?? '', /NOT_FOUND/);
  });

  it('are confirmed once the device shows the effect', async () => {
    const light = await known('light-0003');
    await house.admin.create(light.address, 3, 'command', { lbl: ['theme:lighting', 'role:command'] });
    const command = await dim('light-0003', 55);
    await until(async () => (await house.territory.commands.get(command.id))?.state === 'sent');
    await light.report({ time: new Date().toISOString(), dimming: 55, powerState: 'low', commandId: command.id });
    await until(async () => (await house.territory.commands.get(command.id))?.state === 'confirmed');
  });
});
