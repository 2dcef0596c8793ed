import { expect } from 'chai';
import type { JsonObject, NotificationSender, RequestPrimitive } from '#cse';
import { until } from '../support/wait.ts';
import { startCse, startSubscriber, type TestCse } from './support.ts';

interface Notification {
  sur: string;
  cr?: string;
  vrq?: boolean;
  sud?: boolean;
  nev?: { net: number; rep: Record<string, Record<string, unknown>> };
}

const single = (content: JsonObject): Notification => content['m2m:sgn'] as unknown as Notification;
const batch = (content: JsonObject): Notification[] =>
  (content['m2m:agn'] as unknown as { 'm2m:sgn': Notification[] })['m2m:sgn'];

describe('subscriptions', () => {
  let cse: TestCse;
  let count = 0;

  before(async () => {
    cse = await startCse();
    await cse.ae('Cae');
  });

  after(() => cse[Symbol.asyncDispose]());

  const container = async (): Promise<string> => {
    count += 1;
    await cse.create('/cse-in/ae', 3, { 'm2m:cnt': { rn: `c${count}` } }, { from: 'Cae' });
    return `/cse-in/ae/c${count}`;
  };
  const subscribe = async (path: string, attributes: JsonObject) => {
    const answer = await cse.create(path, 23, { 'm2m:sub': attributes }, { from: 'Cae' });
    expect(answer.rsc, answer.dbg).to.equal(2001);
    return answer.pc['m2m:sub'] as { ri: string; rn: string };
  };
  const instance = (path: string, con: string) => cse.create(path, 4, { 'm2m:cin': { con } }, { from: 'Cae' });

  it('tell of a created child with its attributes, the subscription and its creator (TS-0004 §7.5.1.2.2)', async () => {
    await using subscriber = await startSubscriber();
    const path = await container();
    const { ri } = await subscribe(path, { nu: [subscriber.url], enc: { net: [3] } });
    const { pc } = await instance(path, '21.5');
    await until(() => subscriber.heard.length === 1);
    const [content] = subscriber.heard;
    expect(single(content as JsonObject)).to.deep.equal({ nev: { net: 3, rep: pc }, sur: `/id-in/${ri}`, cr: 'Cae' });
    const [headers] = subscriber.headers;
    expect(headers?.['x-m2m-origin']).to.equal('/id-in');
    expect(headers?.['x-m2m-ri']).to.be.a('string');
    expect(headers?.['content-type']).to.equal('application/json');
  });

  it('tell of updates, by default and with what was modified (TS-0001 §9.6.8)', async () => {
    await using subscriber = await startSubscriber();
    const path = await container();
    await subscribe(path, { nu: [subscriber.url] });
    await subscribe(path, { nu: [subscriber.url], nct: 2 });
    await cse.send('PUT', path, { 'm2m:cnt': { mni: 7 } });
    await until(() => subscriber.heard.length === 2);
    const reps = subscriber.heard.map((content) => single(content).nev?.rep['m2m:cnt'] ?? {});
    expect(reps.map((rep) => rep.mni)).to.deep.equal([7, 7]);
    expect(reps.map((rep) => 'ri' in rep).sort()).to.deep.equal([false, true]);
  });

  it('tell only the identifier with nct 3 (TS-0004 §6.3.4.2.18)', async () => {
    await using subscriber = await startSubscriber();
    const path = await container();
    await subscribe(path, { nu: [subscriber.url], nct: 3, enc: { net: [3] } });
    const { pc } = await instance(path, '1');
    await until(() => subscriber.heard.length === 1);
    expect(single(subscriber.heard[0] as JsonObject).nev?.rep).to.deep.equal({
      'm2m:uri': `${path.slice(1)}/${pc['m2m:cin'].rn}`,
    });
  });

  it('tell of deletions: of the resource, of a child, and of the subscription itself (TS-0004 §7.4.8.2.4)', async () => {
    await using subscriber = await startSubscriber();
    await using notices = await startSubscriber();
    const path = await container();
    const { ri } = await subscribe(path, { nu: [subscriber.url], enc: { net: [2, 4] }, su: notices.url });
    await instance(path, '1');
    await cse.send('DELETE', `${path}/la`);
    await cse.send('DELETE', path);
    await until(() => subscriber.heard.length === 2 && notices.heard.length === 1);
    expect(subscriber.heard.map((content) => single(content).nev?.net)).to.deep.equal([4, 2]);
    expect(single(notices.heard[0] as JsonObject)).to.deep.equal({ sud: true, sur: `/id-in/${ri}` });
  });

  it('tell only of the attributes, child types and values they ask about (TS-0001 §9.6.8)', async () => {
    await using subscriber = await startSubscriber();
    const path = await container();
    await subscribe(path, { nu: [subscriber.url], enc: { net: [1], atr: ['mni'] } });
    await subscribe(path, { nu: [subscriber.url], enc: { net: [3], chty: [3] } });
    await subscribe(path, { nu: [subscriber.url], enc: { net: [3], sza: 3 } });
    await cse.send('PUT', path, { 'm2m:cnt': { lbl: ['x'] } });
    await cse.send('PUT', path, { 'm2m:cnt': { mni: 9 } });
    await instance(path, '1');
    await cse.create(path, 3, { 'm2m:cnt': { rn: 'child' } }, { from: 'Cae' });
    await instance(path, 'long');
    await until(() => subscriber.heard.length >= 3);
    const seen = subscriber.heard.map((content) => Object.values(single(content).nev?.rep ?? {})[0] ?? {});
    expect(seen.map(({ mni, rn, con }) => con ?? mni ?? rn)).to.have.members([9, 'child', 'long']);
  });

  it('deliver in order', async () => {
    await using subscriber = await startSubscriber();
    const path = await container();
    await subscribe(path, { nu: [subscriber.url], enc: { net: [3] } });
    await Promise.all(Array.from({ length: 300 }, (_, index) => instance(path, String(index))));
    await until(() => subscriber.heard.length === 300);
    const tags = subscriber.heard.map((content) => Number(single(content).nev?.rep['m2m:cin']?.st));
    expect(tags).to.deep.equal([...tags].sort((one, other) => one - other));
  });

  it('try again until the subscriber takes it', async () => {
    let refusals = 2;
    await using subscriber = await startSubscriber(() => {
      refusals -= 1;
      return refusals >= 0 ? 503 : 200;
    });
    const path = await container();
    await subscribe(path, { nu: [subscriber.url], enc: { net: [3] } });
    await instance(path, '1');
    await until(() => subscriber.heard.length === 1);
  });

  it('with a subscriber that never answers hold up neither others nor creation', async () => {
    await using mute = await startSubscriber(() => undefined);
    await using subscriber = await startSubscriber();
    const path = await container();
    await subscribe(path, { nu: [mute.url, 'http://127.0.0.1:1/dead', subscriber.url], enc: { net: [3] } });
    const started = performance.now();
    for (let index = 0; index < 50; index += 1) expect((await instance(path, String(index))).rsc).to.equal(2001);
    await until(() => subscriber.heard.length === 50, { timeoutMs: 5_000 });
    expect(performance.now() - started).to.be.below(5_000);
  });

  it('collect notifications in batches, by number or by time (TS-0001 §10.2.10.7)', async () => {
    await using subscriber = await startSubscriber();
    const path = await container();
    await subscribe(path, { nu: [subscriber.url], enc: { net: [3] }, bn: { num: 3, dur: 'PT1S' } });
    for (const con of ['1', '2', '3', '4']) await instance(path, con);
    await until(() => subscriber.heard.length === 1);
    await until(() => subscriber.heard.length === 2, { what: 'the rest, once its time has come' });
    const contents = subscriber.heard.map((content) => batch(content).map(({ nev }) => nev?.rep['m2m:cin']?.con));
    expect(contents).to.deep.equal([['1', '2', '3'], ['4']]);
  });

  it('send only the newest of a batch with ln (TS-0001 §9.6.8)', async () => {
    await using subscriber = await startSubscriber();
    const path = await container();
    await subscribe(path, { nu: [subscriber.url], enc: { net: [3] }, bn: { num: 3 }, ln: true });
    for (const con of ['1', '2', '3']) await instance(path, con);
    await until(() => subscriber.heard.length === 1);
    expect(single(subscriber.heard[0] as JsonObject).nev?.rep['m2m:cin']?.con).to.equal('3');
    expect(subscriber.headers[0]?.['x-m2m-ec']).to.equal('4');
  });

  it('end after exc notifications (TS-0001 §9.6.8)', async () => {
    await using subscriber = await startSubscriber();
    const path = await container();
    const { rn } = await subscribe(path, { nu: [subscriber.url], enc: { net: [3] }, exc: 2 });
    await instance(path, '1');
    await until(async () => (await cse.send('GET', `${path}/${rn}`)).pc['m2m:sub']?.exc === 1);
    await instance(path, '2');
    await until(async () => (await cse.send('GET', `${path}/${rn}`)).rsc === 4004);
    await instance(path, '3');
    expect(subscriber.heard).to.have.lengthOf(2);
  });

  it('need RETRIEVE on what they subscribe to (TS-0004 §7.4.8.2.1)', async () => {
    const path = await container();
    await cse.ae('Cwriter');
    const pv = { acr: [{ acor: ['Cwriter'], acop: 1 }] };
    await cse.create('/cse-in/ae', 1, { 'm2m:acp': { rn: 'w', pv, pvs: pv } }, { from: 'Cae' });
    await cse.send('PUT', path, { 'm2m:cnt': { acpi: ['cse-in/ae/w'] } }, { from: 'Cae' });
    const answer = await cse.create(path, 23, { 'm2m:sub': { nu: ['http://127.0.0.1:1/'] } }, { from: 'Cwriter' });
    expect(answer.rsc).to.equal(4103);
    expect(answer.dbg).to.include('RETRIEVE');
  });

  describe('to an AE', () => {
    it('reach its point of access, the first that answers (TS-0004 §7.3.3.9)', async () => {
      await using subscriber = await startSubscriber();
      await cse.ae('Creachable', { poa: ['http://127.0.0.1:1/dead', subscriber.url] });
      await cse.create('/cse-in/reachable', 3, { 'm2m:cnt': { rn: 'c' } }, { from: 'Creachable' });
      const sub = { 'm2m:sub': { nu: ['Creachable'], enc: { net: [3] } } };
      const { rsc, pc } = await cse.create('/cse-in/reachable/c', 23, sub, { from: 'Creachable' });
      expect(rsc).to.equal(2001);
      expect(pc['m2m:sub'], 'no creator: it notifies itself').not.to.have.property('cr');
      await cse.create('/cse-in/reachable/c', 4, { 'm2m:cin': { con: '1' } }, { from: 'Creachable' });
      await until(() => subscriber.heard.length === 1);
    });

    it('are verified first, when it is another’s (TS-0004 §7.5.1.2.3)', async () => {
      let refusing = true;
      await using subscriber = await startSubscriber(() => (refusing ? 403 : 200));
      const pv = { acr: [{ acor: ['Cae', 'Cverified'], acop: 63 }] };
      await cse.ae('Cverified', { poa: [subscriber.url] });
      await cse.create('/cse-in/verified', 1, { 'm2m:acp': { rn: 'p', pv, pvs: pv } }, { from: 'Cverified' });
      const path = await container();
      const attempt = () =>
        cse.create(path, 23, { 'm2m:sub': { nu: ['Cverified'], enc: { net: [3] } } }, { from: 'Cae' });
      expect((await attempt()).rsc, 'without the right to NOTIFY').to.equal(5204);
      await cse.send('PUT', '/cse-in/verified', { 'm2m:ae': { acpi: ['cse-in/verified/p'] } }, { from: 'Cverified' });
      expect((await attempt()).rsc, 'against its will').to.equal(5204);
      refusing = false;
      const { rsc, pc } = await attempt();
      expect(rsc).to.equal(2001);
      expect(single(subscriber.heard[0] as JsonObject)).to.deep.equal({
        vrq: true,
        cr: 'Cae',
        sur: `/id-in/${pc['m2m:sub'].ri}`,
      });
    });

    it('go over its open connection, when it has one', async () => {
      const sent: RequestPrimitive[] = [];
      const sender: NotificationSender = {
        async send(_target, request) {
          sent.push(request);
          return { rsc: 2000, rqi: request.rqi };
        },
      };
      await cse.ae('Cconnected');
      await cse.create('/cse-in/connected', 3, { 'm2m:cnt': { rn: 'c' } }, { from: 'Cconnected' });
      await cse.create(
        '/cse-in/connected/c',
        23,
        { 'm2m:sub': { nu: ['Cconnected'], enc: { net: [3] } } },
        { from: 'Cconnected' },
      );
      const disconnect = cse.cse.notifications.connect('Cconnected', sender);
      await cse.create('/cse-in/connected/c', 4, { 'm2m:cin': { con: '1' } }, { from: 'Cconnected' });
      await until(() => sent.length === 1);
      expect(sent[0]).to.include({ op: 5, fr: '/id-in', to: '/id-in/Cconnected' });
      disconnect();
    });
  });

  describe('NOTIFY', () => {
    it('is passed on to the AE, with its answer (TS-0004 §7.3.3.9)', async () => {
      await using subscriber = await startSubscriber();
      await cse.ae('Cnotified', { poa: [subscriber.url] });
      const { rsc } = await cse.send(
        'POST',
        '/cse-in/notified',
        { 'm2m:sgn': { sur: 'x', vrq: true } },
        { from: 'Cnotified' },
      );
      expect(rsc).to.equal(2000);
      expect(subscriber.heard).to.have.lengthOf(1);
    });

    it('answers 5103 when nothing leads to the AE, 4103 without the right, 4005 to other resources', async () => {
      await cse.ae('Cdeaf');
      const content = { 'm2m:sgn': { sur: 'x' } };
      expect((await cse.send('POST', '/cse-in/deaf', content, { from: 'Cdeaf' })).rsc).to.equal(5103);
      expect((await cse.send('POST', '/cse-in/deaf', content, { from: 'Cae' })).rsc).to.equal(4103);
      expect((await cse.send('POST', await container(), content)).rsc).to.equal(4005);
    });
  });
});
