import { expect } from 'chai';
import type { AlertReport } from '#territory';
import { until } from '../support/wait.ts';
import {
  descriptorUpdate,
  fillingUpdate,
  flows,
  lightUpdate,
  minutesAgo,
  operator,
  startTerritory,
  type TestTerritory,
} from './support.ts';

const full = (device: string, active: boolean, more: Partial<AlertReport> = {}): AlertReport => ({
  rule: 'waste-container-full',
  entity: `urn:ngsi-ld:WasteContainer:${device}`,
  active,
  severity: 'major',
  message: { fr: 'Conteneur plein', en: 'Container full' },
  ...more,
});

describe('alerts of the territory', () => {
  let city: TestTerritory;
  let clock: Date;
  before(async () => {
    clock = new Date();
    city = await startTerritory({ now: () => clock, watchEveryMs: 3_600_000 });
  });
  after(() => city[Symbol.asyncDispose]());
  const pass = (minutes: number): void => {
    clock = new Date(clock.getTime() + minutes * 60_000);
  };
  const report = async (...reports: AlertReport[]) =>
    (await city.call('POST', '/alerts', { body: { alerts: reports } })).body.results;
  const alertsOf = async (device: string) =>
    (await city.call('GET', `/alerts?entity=urn:ngsi-ld:WasteContainer:${device}`)).body.items;
  const step = (id: string, action: string, body: object = {}) =>
    city.call('POST', `/alerts/${id}/${action}`, { as: 'operator', body });

  it('opens once per rule and entity, however often the rule says so', async () => {
    await city.territory.entities.update([
      descriptorUpdate('once', { name: 'Bac 7', commune: 'Russange', longitude: 5.94, latitude: 49.48 }),
    ]);
    const [opened, again] = await report(full('once', true), full('once', true));
    expect([opened.status, again.status]).to.deep.equal(['opened', 'unchanged']);
    expect(again.id).to.equal(opened.id);
    const [alert, ...others] = await alertsOf('once');
    expect(others).to.deep.equal([]);
    expect(alert).to.deep.include({ state: 'open', entityName: 'Bac 7', commune: 'Russange', severity: 'major' });
    expect(alert.events).to.have.length(1);
  });

  it('writes nothing for a flood of equal reports', async () => {
    await report(full('flood', true));
    const seq = await city.territory.entities.lastSeq();
    await report(...Array.from({ length: 1000 }, () => full('flood', true)));
    expect(await city.territory.entities.lastSeq()).to.equal(seq);
  });

  it('remembers who acknowledged and closed it, when, and why', async () => {
    const [{ id }] = await report(full('people', true));
    expect((await step(id, 'acknowledge', { note: 'équipe prévenue' })).body.state).to.equal('acknowledged');
    pass(3);
    const closed = (await step(id, 'close')).body;
    expect(closed).to.include({ state: 'closed', endedAt: clock.toISOString() });
    expect(
      closed.events.map(({ kind, by, note }: { kind: string; by: { name: string }; note?: string }) => [
        kind,
        by.name,
        note,
      ]),
    ).to.deep.equal([
      ['opened', 'flows', undefined],
      ['acknowledged', 'Marie Weber', 'équipe prévenue'],
      ['closed', 'Marie Weber', undefined],
    ]);
  });

  it('stays closed while the condition lasts, and opens anew once it has gone and come back', async () => {
    const [{ id }] = await report(full('closed', true));
    await step(id, 'close');
    expect((await report(full('closed', true)))[0].status).to.equal('unchanged');
    await report(full('closed', false));
    const [reopened] = await report(full('closed', true));
    expect(reopened.status).to.equal('opened');
    expect(reopened.id).not.to.equal(id);
  });

  it('lists the alerts whose condition lasts, those closed by hand included', async () => {
    const [{ id }] = await report(full('lasting', true));
    await report(full('passing', true), full('passing', false));
    await step(id, 'close');
    const list = async () =>
      (await city.call('GET', '/alerts?condition=active&limit=1000')).body.items.map(({ entity }: { entity: string }) =>
        entity.split(':').at(-1),
      );
    expect(await list())
      .to.include('lasting')
      .and.not.include('passing');
    await report(full('lasting', false));
    expect(await list()).not.to.include('lasting');
    expect((await city.call('GET', '/alerts?condition=passive')).status).to.equal(400);
  });

  it('opens anew when a closed condition becomes more severe', async () => {
    const [{ id }] = await report(full('worse', true));
    await step(id, 'close');
    expect((await report(full('worse', true, { severity: 'critical' })))[0].status).to.equal('opened');
  });

  it('clears by itself, and takes a condition that flaps for the same alert', async () => {
    const [{ id }] = await report(full('flapping', true));
    expect((await report(full('flapping', false)))[0].status).to.equal('cleared');
    pass(2);
    const [again] = await report(full('flapping', true));
    expect(again).to.deep.equal({ status: 'opened', id });
    await report(full('flapping', false));
    pass(10);
    expect((await report(full('flapping', true)))[0].id).not.to.equal(id);
    const flapped = (await alertsOf('flapping')).find((alert: { id: string }) => alert.id === id);
    expect(flapped.events.map(({ kind }: { kind: string }) => kind)).to.deep.equal([
      'opened',
      'cleared',
      'reopened',
      'cleared',
    ]);
  });

  it('bounds the events of an alert that flaps all day', async () => {
    const reports = Array.from({ length: 400 }, (_, index) => full('nervous', index % 2 === 0));
    await report(...reports);
    const [alert] = await alertsOf('nervous');
    expect(alert.events.length).to.be.at.most(100);
  });

  it('asks for a new look when an acknowledged condition escalates', async () => {
    const [{ id }] = await report(full('escalates', true, { severity: 'minor' }));
    await step(id, 'acknowledge');
    await report(full('escalates', true, { severity: 'critical' }));
    const [alert] = await alertsOf('escalates');
    expect(alert).to.deep.include({ id, state: 'open', severity: 'critical' });
  });

  it('ignores a late report that would undo a newer one', async () => {
    await report(full('late', true, { observedAt: minutesAgo(1).toISOString() }));
    await report(full('late', false, { observedAt: minutesAgo(9).toISOString() }));
    expect((await alertsOf('late'))[0].state).to.equal('open');
  });

  it('opens one alert when two nodes report at once', async () => {
    const other = await city.anotherNode();
    await Promise.all([city.territory, other].map(({ alerts }) => alerts.report([full('race', true)], flows)));
    expect(await alertsOf('race')).to.have.length(1);
  });

  it('pages newest first without gap or repeat', async () => {
    const ids: string[] = [];
    for (let after = ''; ; ) {
      const { body } = await city.call('GET', `/alerts?limit=3${after === '' ? '' : `&after=${after}`}`);
      ids.push(...body.items.map(({ id }: { id: string }) => id));
      if (body.next === undefined) break;
      after = body.next;
    }
    const { rows } = await city.database.pool.query('SELECT id FROM territory.alert');
    expect(new Set(ids).size).to.equal(ids.length);
    expect(ids.length).to.equal(rows.length);
  });

  describe('refuses, naming what is wrong,', () => {
    const refused: Readonly<Record<string, { body: unknown; path: string }>> = {
      'an unknown severity': {
        body: { alerts: [{ ...full('x', true), severity: 'bad' }] },
        path: '/alerts/0/severity',
      },
      'a message in one language': {
        body: { alerts: [{ ...full('x', true), message: { fr: 'plein' } }] },
        path: '/alerts/0/message',
      },
      'an entity that is not a URN': {
        body: { alerts: [{ ...full('x', true), entity: 'x' }] },
        path: '/alerts/0/entity',
      },
      'more than 1000 reports': { body: { alerts: Array(1001).fill(full('x', true)) }, path: '/alerts' },
      'a list that is missing': { body: {}, path: '' },
    };
    for (const [what, { body, path }] of Object.entries(refused)) {
      it(what, async () => {
        const answer = await city.call('POST', '/alerts', { body });
        expect(answer.status).to.equal(400);
        expect(answer.type).to.contain('application/problem+json');
        expect(answer.body).to.deep.include({ code: 'bad-body', details: { path } });
      });
    }
    it('acknowledging what is over, and what never was', async () => {
      const [{ id }] = await report(full('over', true));
      await step(id, 'close');
      expect((await step(id, 'acknowledge')).status).to.equal(409);
      expect((await step('00000000-0000-4000-8000-000000000000', 'close')).status).to.equal(404);
      expect((await step("'; DROP TABLE territory.alert", 'close')).status).to.equal(404);
    });
    it('an operator’s step by a machine, and a machine’s report by an operator', async () => {
      const [{ id }] = await report(full('rights', true));
      expect((await city.call('POST', `/alerts/${id}/close`, { body: {} })).status).to.equal(403);
      expect((await city.call('POST', '/alerts', { as: 'operator', body: { alerts: [] } })).status).to.equal(403);
      expect((await city.call('GET', '/alerts', { as: '' })).status).to.equal(401);
    });
  });
});

describe('devices that go quiet', () => {
  it('raise an alert after three intervals, once, and clear it when they are heard again', async () => {
    let clock = new Date();
    await using city = await startTerritory({ now: () => clock, watchEveryMs: 20 });
    const place = { commune: 'Aumetz', longitude: 5.94, latitude: 49.42, reportingInterval: 60 };
    await city.territory.entities.update([
      descriptorUpdate('quiet', { name: 'Bac muet', ...place }),
      fillingUpdate('quiet', 0.5, clock),
      fillingUpdate('hourly', 0.5, clock), // expected every hour, as its type says
    ]);
    const open = async () => (await city.territory.alerts.list({ rules: ['no-news'] })).items;
    clock = new Date(clock.getTime() + 181_000);
    const [alert] = await until(async () => {
      const alerts = await open();
      return alerts.length > 0 && alerts;
    });
    expect(alert).to.deep.include({ entityName: 'Bac muet', state: 'open', severity: 'minor' });
    expect(alert?.message.fr).to.match(/^Aucune nouvelle depuis le .* \(attendue toutes les 60 s\)$/);
    clock = new Date(clock.getTime() + 60_000);
    await city.territory.entities.update([fillingUpdate('quiet', 0.6, clock)]);
    const after = await open();
    expect(after.map(({ state }) => state)).to.deep.equal(['cleared']);
  });

  it('are not blamed for the time the platform itself was stopped', async () => {
    let clock = new Date();
    await using city = await startTerritory({ now: () => clock, watchEveryMs: 3_600_000 });
    await city.territory.entities.update([fillingUpdate('innocent', 0.5, clock), lightUpdate('marker', 1, clock)]);
    const marker = await city.territory.commands.issue(
      { entity: 'urn:ngsi-ld:Streetlight:marker', action: 'dim', parameters: { level: 10 } },
      operator,
    );
    clock = new Date(clock.getTime() + 24 * 3600_000);
    const restarted = await city.anotherNode({ watchEveryMs: 20 });
    // The round that gives up on the command has also looked for silent devices.
    await until(async () => (await restarted.commands.get(marker.id))?.state === 'timed-out');
    expect((await restarted.alerts.list()).items).to.deep.equal([]);
  });
});
