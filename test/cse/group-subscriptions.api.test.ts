import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { until } from '../support/wait.ts';
import { type Answer, startCse, startSubscriber, type TestCse } from './support.ts';

const responses = ({ pc }: Answer): { rsc: number; pc: JsonObject }[] => pc['m2m:agr']['m2m:rsp'];
const codes = (answer: Answer): number[] => responses(answer).map(({ rsc }) => rsc);
const notificationsIn = (heard: readonly JsonObject[]): JsonObject[][] =>
  heard.map((content) => (content['m2m:agn'] as { 'm2m:sgn': JsonObject[] })['m2m:sgn']);
const contents = (notifications: JsonObject[] | undefined): unknown[] =>
  (notifications ?? []).map(({ nev }) => (nev as { rep: { 'm2m:cin': JsonObject } }).rep['m2m:cin'].con);

describe('subscriptions made through a group (TS-0004 §7.4.14.2.3, §7.5.1.2.6)', () => {
  let city: TestCse;

  before(async () => {
    city = await startCse();
    for (const rn of ['one', 'two', 'three']) await city.create('/cse-in', 3, { 'm2m:cnt': { rn } });
    const mid = ['cse-in/one', 'cse-in/two'];
    await city.create('/cse-in', 9, { 'm2m:grp': { rn: 'both', mnm: 9, mid, nar: { num: 3, dur: 'PT30S' } } });
  });
  after(() => city[Symbol.asyncDispose]());

  const subscribe = (group: string, rn: string, attributes: JsonObject): Promise<Answer> =>
    city.create(`/cse-in/${group}/fopt`, 23, { 'm2m:sub': { rn, enc: { net: [3], chty: [4] }, ...attributes } });
  const say = async (container: string, con: string): Promise<void> => {
    expect((await city.create(`/cse-in/${container}`, 4, { 'm2m:cin': { con } })).rsc).to.equal(2001);
  };

  it('notify the group host, which passes on what it has collected (nfu, nar)', async () => {
    await using subscriber = await startSubscriber();
    const made = await subscribe('both', 'collected', { nu: [subscriber.url], nfu: [subscriber.url] });
    expect(codes(made)).to.deep.equal([2001, 2001]);
    const group = (await city.send('GET', '/cse-in/both')).pc['m2m:grp'].ri;
    for (const path of ['/cse-in/one/collected', '/cse-in/two/collected']) {
      const { nu, nfu, gpi } = (await city.send('GET', path)).pc['m2m:sub'];
      expect(nu).to.have.length(1);
      expect(nu[0]).to.match(new RegExp(`^/id-in/${group}/`));
      expect(nfu).to.deep.equal([subscriber.url]);
      expect(gpi).to.equal(`/id-in/${group}`);
    }
    await say('one', '1');
    await say('two', '2');
    expect(subscriber.heard).to.deep.equal([]);
    await say('one', '3');
    await until(() => subscriber.heard.length === 1);
    const [notifications] = notificationsIn(subscriber.heard);
    expect(contents(notifications)).to.have.members(['1', '2', '3']);
    for (const notification of notifications ?? []) expect(notification).to.include({ nfu: subscriber.url });
    expect(codes(await city.send('DELETE', '/cse-in/both/fopt/collected'))).to.deep.equal([2002, 2002]);
  });

  it('are found by their group (gpi)', async () => {
    await using subscriber = await startSubscriber();
    await subscribe('both', 'found', { nu: [subscriber.url], nfu: [subscriber.url] });
    const group = (await city.send('GET', '/cse-in/both')).pc['m2m:grp'].ri;
    const found = await city.send('GET', `/cse-in?fu=1&ty=23&gpi=${encodeURIComponent(`/id-in/${group}`)}`);
    expect(found.pc['m2m:uril']).to.have.members(['cse-in/one/found', 'cse-in/two/found']);
    await city.send('DELETE', '/cse-in/both/fopt/found');
  });

  it('are sent on when the time is over, and one for each member without nar', async () => {
    const mid = ['cse-in/one', 'cse-in/two'];
    await city.create('/cse-in', 9, { 'm2m:grp': { rn: 'timed', mnm: 9, mid, nar: { num: 50, dur: 'PT0.3S' } } });
    await city.create('/cse-in', 9, { 'm2m:grp': { rn: 'plain', mnm: 9, mid } });
    await using subscriber = await startSubscriber();
    await using other = await startSubscriber();
    await subscribe('timed', 'timed', { nu: [subscriber.url], nfu: [subscriber.url] });
    await subscribe('plain', 'plain', { nu: [other.url], nfu: [other.url] });
    await say('one', 'late');
    await until(() => subscriber.heard.length === 1);
    expect(contents(notificationsIn(subscriber.heard)[0])).to.deep.equal(['late']);
    expect(other.heard).to.deep.equal([]);
    await say('two', 'later');
    await until(() => other.heard.length === 1);
    expect(contents(notificationsIn(other.heard)[0])).to.have.members(['late', 'later']);
    for (const rn of ['timed', 'plain']) await city.send('DELETE', `/cse-in/both/fopt/${rn}`);
  });

  it('come through groups of groups as one flat list', async () => {
    await city.create('/cse-in', 9, { 'm2m:grp': { rn: 'inner', mnm: 9, mid: ['cse-in/two', 'cse-in/three'] } });
    const mid = ['cse-in/one', 'cse-in/inner/fopt'];
    await city.create('/cse-in', 9, { 'm2m:grp': { rn: 'outer', mnm: 9, mid, nar: { num: 3 } } });
    await using subscriber = await startSubscriber();
    await subscribe('outer', 'nested', { nu: [subscriber.url], nfu: [subscriber.url] });
    const outer = (await city.send('GET', '/cse-in/outer')).pc['m2m:grp'].ri;
    const inner = (await city.send('GET', '/cse-in/inner')).pc['m2m:grp'].ri;
    expect((await city.send('GET', '/cse-in/one/nested')).pc['m2m:sub'].gpi).to.equal(`/id-in/${outer}`);
    const below = (await city.send('GET', '/cse-in/three/nested')).pc['m2m:sub'];
    expect(below.gpi).to.equal(`/id-in/${inner}`);
    expect(below.nfu).to.deep.equal([subscriber.url]);
    for (const container of ['one', 'two', 'three']) await say(container, container);
    await until(() => subscriber.heard.length === 1);
    expect(contents(notificationsIn(subscriber.heard)[0])).to.have.members(['one', 'two', 'three']);
  });

  it('go to the members as they are when nothing is to be forwarded', async () => {
    await using subscriber = await startSubscriber();
    expect(codes(await subscribe('both', 'direct', { nu: [subscriber.url] }))).to.deep.equal([2001, 2001]);
    expect((await city.send('GET', '/cse-in/one/direct')).pc['m2m:sub'].nu).to.deep.equal([subscriber.url]);
    await say('one', 'direct');
    await until(() => subscriber.heard.length === 1);
    expect(subscriber.heard[0]).to.have.property('m2m:sgn');
  });

  it('wait for a subscriber that is away', async () => {
    let away = true;
    await using subscriber = await startSubscriber(() => (away ? 503 : 200));
    await subscribe('both', 'patient', { nu: [subscriber.url], nfu: [subscriber.url] });
    for (const con of ['a', 'b', 'c']) await say('two', con);
    away = false;
    await until(() => subscriber.heard.length === 1);
    expect(contents(notificationsIn(subscriber.heard)[0])).to.deep.equal(['a', 'b', 'c']);
  });

  describe('refuse', () => {
    const address = async (): Promise<string> => {
      const { nu } = (await city.send('GET', '/cse-in/one/refusing')).pc['m2m:sub'];
      return `/~${nu[0]}`;
    };
    before(async () => {
      await city.ae('Cforger');
      await subscribe('both', 'refusing', { nu: ['http://127.0.0.1:9/x'], nfu: ['http://127.0.0.1:9/x'] });
    });
    const forged = { 'm2m:sgn': { nev: { net: 3, rep: {} }, sur: '/id-in/sub-1', nfu: 'http://127.0.0.1:9/x' } };

    it('notifications of who hosts no member', async () => {
      const refused = await city.send('POST', await address(), forged, { from: 'Cforger' });
      expect(refused.rsc).to.equal(4103);
    });

    it('a subscriber that is not there, and one that may not be notified', async () => {
      await city.create('/cse-in', 9, { 'm2m:grp': { rn: 'strict', mnm: 9, mid: ['cse-in/one'] } });
      const nowhere = await subscribe('strict', 'x', { nu: ['Cnobody'], nfu: ['Cnobody'] });
      expect(nowhere.rsc).to.equal(5204);
      expect((await city.send('GET', '/cse-in/one/x')).rsc).to.equal(4004);
    });

    it('an address that was never assigned', async () => {
      const { ri } = (await city.send('GET', '/cse-in/both')).pc['m2m:grp'];
      expect((await city.send('POST', `/${ri}/aggregation/none`, forged)).rsc).to.equal(4004);
      expect((await city.send('GET', `/${ri}/aggregation/none`)).rsc).to.equal(4005);
    });

    it('content that is no notification', async () => {
      for (const content of [{}, { 'm2m:sgn': 3 }, { 'm2m:agn': { 'm2m:sgn': [] } }] as JsonObject[])
        expect((await city.send('POST', await address(), content)).rsc).to.equal(4000);
    });
  });

  it('end with their group', async () => {
    await using subscriber = await startSubscriber();
    await city.create('/cse-in', 9, {
      'm2m:grp': { rn: 'brief', mnm: 9, mid: ['cse-in/three'], nar: { num: 9, dur: 'PT1H' } },
    });
    await subscribe('brief', 'brief', { nu: [subscriber.url], nfu: [subscriber.url] });
    await say('three', 'lost');
    await until(async () => (await city.database.pool.query('SELECT FROM cse.notification')).rowCount !== 0);
    expect((await city.send('DELETE', '/cse-in/brief')).rsc).to.equal(2002);
    const { rows } = await city.database.pool.query(
      'SELECT key FROM cse.group_forwarding f LEFT JOIN cse.resource r USING (no) WHERE r.no IS NULL',
    );
    expect(rows).to.deep.equal([]);
    expect(subscriber.heard).to.deep.equal([]);
  });
});
