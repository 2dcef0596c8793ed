import { expect } from 'chai';
import type { QuarantineReport } from '#territory';
import { until } from '../support/wait.ts';
import { fillingUpdate, minutesAgo, operator, startTerritory, type TestTerritory } from './support.ts';

const refused = (name: string, more: Partial<QuarantineReport> = {}): QuarantineReport => ({
  reason: { fr: 'fillingLevel vaut 1,4 ; attendu entre 0 et 1', en: 'fillingLevel is 1.4; expected between 0 and 1' },
  stage: 'validate',
  mapping: 'waste-measurements@1',
  origin: { resource: `cse-in/${name}/measurements/1`, sequence: 7 },
  message: { seq: 7, kind: 'created', labels: ['theme:waste'], body: { to: `cse-in/${name}/measurements/1`, ty: 4 } },
  ...more,
});

describe('the quarantine', () => {
  let city: TestTerritory;
  before(async () => {
    city = await startTerritory();
  });
  after(() => city[Symbol.asyncDispose]());

  const hold = async (...items: QuarantineReport[]): Promise<string[]> =>
    (await city.call('POST', '/quarantine', { body: { items } })).body.results.map(({ id }: { id: string }) => id);
  const item = async (id: string) => (await city.call('GET', `/quarantine/${id}`)).body;
  const replay = (id: string) => city.call('POST', `/quarantine/${id}/replay`, { as: 'operator' });

  it('keeps the message with its reason, stage, mapping and origin', async () => {
    const [id = ''] = await hold(refused('kept'));
    expect(await item(id)).to.deep.include({
      id,
      state: 'held',
      attempts: 1,
      ...refused('kept'),
    });
  });

  it('keeps one item for a message that is refused again, with the newest reason', async () => {
    const [first] = await hold(refused('again'));
    const newer = { fr: 'autre raison', en: 'another reason' };
    const [second = ''] = await hold(refused('again', { reason: newer, stage: 'store' }));
    expect(second).to.equal(first);
    expect(await item(second)).to.deep.include({ attempts: 2, reason: newer, stage: 'store' });
  });

  it('gives the message back to the flows, and is settled once it has been stored', async () => {
    const observedAt = minutesAgo(1);
    const update = fillingUpdate('replayed', 0.4, observedAt);
    const [id = ''] = await hold(refused('replayed', { origin: { resource: update.origin.resource, sequence: 9 } }));
    const answer = await replay(id);
    expect([answer.status, answer.body.state, answer.body.replayedBy]).to.deep.equal([202, 'replayed', operator]);
    const { entries } = (await city.call('GET', '/work?consumer=replays&kind=replay&wait=5')).body;
    expect(entries.at(-1).body).to.deep.include({
      quarantineId: id,
      mapping: 'waste-measurements@1',
      message: refused('replayed').message,
    });
    await city.territory.entities.update([update]);
    expect((await item(id)).state).to.equal('resolved');
    expect((await replay(id)).status).to.equal(409);
  });

  it('is settled when a flow has dealt with the replay to its end, even when nothing was to be stored', async () => {
    const [id = ''] = await hold(refused('ended'));
    const settle = () => city.call('POST', `/quarantine/${id}/settled`);
    await settle();
    expect((await item(id)).state, 'nobody has replayed it').to.equal('held');
    await replay(id);
    expect((await settle()).status).to.equal(204);
    expect((await item(id)).state).to.equal('resolved');
    await hold(refused('ended'));
    await settle();
    expect((await item(id)).state, 'held again by another flow').to.equal('held');
  });

  it('holds a replayed message again when it is refused again', async () => {
    const [id = ''] = await hold(refused('still-bad'));
    await replay(id);
    await hold(refused('still-bad'));
    expect(await item(id)).to.include({ state: 'held', attempts: 2 });
  });

  it('holds again a replay that no flow has dealt with', async () => {
    let clock = new Date();
    await using forgotten = await startTerritory({ now: () => clock });
    const [held] = await forgotten.territory.quarantine.hold([refused('forgotten')]);
    await forgotten.territory.quarantine.replay(held?.id ?? '', operator);
    clock = new Date(clock.getTime() + 11 * 60_000);
    await forgotten.anotherNode(); // opening runs the maintenance that every node runs every five minutes
    const found = await forgotten.territory.quarantine.get(held?.id ?? '');
    expect(found).to.deep.include({ state: 'held' });
    expect(found?.reason.fr).to.equal('Rejoué, mais aucun flux ne l’a traité');
  });

  it('keeps what made a message bad: null characters, half characters, deep nesting', async () => {
    const message = { con: 'a\u0000b\ud800', deep: JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`) };
    const [id = ''] = await hold(refused('ugly', { message }));
    expect((await item(id)).message).to.deep.equal(message);
  });

  it('lists newest first, by state, stage and mapping, in pages', async () => {
    await hold(...Array.from({ length: 7 }, (_, index) => refused(`page-${index}`, { stage: 'paging' })));
    const seen: string[] = [];
    for (let after = ''; ; ) {
      const { body } = await city.call(
        'GET',
        `/quarantine?stage=paging&state=held&limit=3${after && `&after=${after}`}`,
      );
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      if (body.next === undefined) break;
      after = body.next;
    }
    expect(new Set(seen).size).to.equal(7);
    expect((await city.call('GET', '/quarantine?mapping=none@1')).body.items).to.deep.equal([]);
  });

  it('forgets a message on request', async () => {
    const [id = ''] = await hold(refused('deleted'));
    expect((await city.call('DELETE', `/quarantine/${id}`, { as: 'operator' })).status).to.equal(204);
    expect((await city.call('GET', `/quarantine/${id}`)).status).to.equal(404);
    expect((await city.call('DELETE', `/quarantine/${id}`, { as: 'operator' })).status).to.equal(404);
  });

  it('is bounded: the oldest messages leave', async () => {
    await using full = await startTerritory();
    const batch = (from: number) =>
      Array.from({ length: 2500 }, (_, index) => refused(`bounded-${from + index}`, { message: from + index }));
    for (let from = 0; from < 11_000; from += 2500) await full.territory.quarantine.hold(batch(from));
    await until(async () => (await full.territory.quarantine.counts()).held === 10_000);
    const { items } = await full.territory.quarantine.list({ limit: 1 });
    expect(items[0]?.message).to.be.greaterThan(2499);
  });

  it('refuses a message that is too long, and reports without reason or origin', async () => {
    const bad: Readonly<Record<string, [unknown, number, string]>> = {
      long: [refused('long', { message: 'x'.repeat(70_000) }), 413, '/items/0/message'],
      reasonless: [{ ...refused('x'), reason: undefined }, 400, '/items/0'],
      originless: [{ ...refused('x'), origin: undefined }, 400, '/items/0'],
      stage: [refused('x', { stage: 'DROP TABLE' }), 400, '/items/0/stage'],
    };
    for (const [given, status, path] of Object.values(bad)) {
      const answer = await city.call('POST', '/quarantine', { body: { items: [given] } });
      expect([answer.status, answer.body.details.path]).to.deep.equal([status, path]);
    }
    expect((await city.call('POST', '/quarantine/x/replay', { as: 'flows' })).status).to.equal(403);
  });
});
