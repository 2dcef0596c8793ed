import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { until } from '../support/wait.ts';
import { type Answer, type RequestOptions, startCse, startSubscriber, type TestCse } from './support.ts';

interface Result {
  rsc: number;
  rqi: string;
  to: string;
  fr: string;
  pc?: Record<string, Record<string, unknown>>;
}

const status = { completed: 1, failed: 2, pending: 3 } as const;
const asynchronous = { 'X-M2M-RVI': '3' };

describe('non-blocking requests', () => {
  let cse: TestCse;
  let count = 0;

  before(async () => {
    cse = await startCse({
      env: { ALZETTE_CSE_REQUESTS_PER_ORIGINATOR_MAX: '5', ALZETTE_CSE_REQUEST_SECONDS_MAX: '3600' },
    });
    await cse.ae('Cae');
    await cse.ae('Cother');
  });

  after(() => cse[Symbol.asyncDispose]());

  const as = (from: string, headers: Record<string, string> = {}): RequestOptions => ({ from, headers });
  const retrieve = (path: string, from = 'Cae', headers: Record<string, string> = {}) =>
    cse.send('GET', path, undefined, as(from, headers));
  const createContainer = (query: string, headers: Record<string, string> = {}, rn?: string) => {
    count += 1;
    return cse.create(`/cse-in/ae?${query}`, 3, { 'm2m:cnt': { rn: rn ?? `c${count}` } }, as('Cae', headers));
  };
  const pathOf = ({ pc }: Answer): string => `/~${pc['m2m:uri']}`;
  const requestAt = async (path: string) => (await retrieve(path)).pc['m2m:req'];
  const finished = (path: string) =>
    until(async () => {
      const request = await requestAt(path);
      return request.rs !== status.pending && request;
    });
  const resultIn = (content: JsonObject | undefined): Result => content?.['m2m:rsp'] as unknown as Result;

  describe('in synchronous mode', () => {
    it('answer 1001 (HTTP 202) with the address of a <request> that shows the result later (TS-0001 §8.2.2.2)', async () => {
      const answer = await createContainer('rt=1', { 'X-M2M-RI': 'req-1' }, 'synch');
      expect(answer.status).to.equal(202);
      expect(answer.rsc).to.equal(1001);
      expect(answer.pc['m2m:uri']).to.match(/^\/id-in\/req-/);
      expect(answer.headers.get('x-m2m-ri')).to.equal('req-1');
      expect(answer.headers.get('x-m2m-ot')).to.match(/^\d{8}T\d{6}/);
      const request = await finished(pathOf(answer));
      expect(request.rs).to.equal(status.completed);
      const result = request.ors as Result;
      expect(result).to.include({ rsc: 2001, rqi: 'req-1', to: 'Cae', fr: '/id-in' });
      expect(result.pc?.['m2m:cnt']).to.include({ rn: 'synch', ty: 3 });
      expect((await retrieve('/cse-in/ae/synch')).rsc).to.equal(2000);
    });

    it('are described by the <request>: parent, labels, originator, target, parameters and content (TS-0004 Tables 7.3.2.2-1, -2)', async () => {
      const answer = await createContainer('rt=1&rcn=9', { 'X-M2M-RI': 'req-2', 'X-M2M-VSI': 'ours' }, 'described');
      const request = await requestAt(pathOf(answer));
      expect(request).to.include({ ty: 17, pi: 'id-in', op: 1, tg: 'cse-in/ae', org: 'Cae', rid: 'req-2' });
      expect(request.lbl).to.deep.equal(['Cae']);
      expect(request.mi).to.deep.equal({ ty: 3, rcn: 9, rt: { rtv: 1 }, rvi: '3', vsi: 'ours' });
      expect(request.pc).to.deep.equal({ 'm2m:cnt': { rn: 'described' } });
      expect(request.ct).to.be.a('string');
      expect(request.et > request.ct).to.equal(true);
      const result = (await finished(pathOf(answer))).ors as Result;
      expect(result.pc?.['m2m:cnt']).not.to.have.property('rn');
    });

    it('fail with the status the operation ended with, and its reason (TS-0004 §7.2.2.1, Orig-5.2)', async () => {
      const answer = await retrieve('/cse-in/nobody?rt=1');
      expect(answer.rsc).to.equal(1001);
      const request = await finished(pathOf(answer));
      expect(request.rs).to.equal(status.failed);
      expect(request.ors).to.include({ rsc: 4004 });
      expect(request.ors.pc['m2m:dbg']).to.match(/nobody/);
    });

    it('are carried out with the rights of the originator', async () => {
      const answer = await cse.send('DELETE', '/cse-in/ae?rt=1', undefined, as('Cother'));
      const path = pathOf(answer);
      const request = await until(async () => {
        const { pc } = await retrieve(path, 'Cother');
        return pc['m2m:req'].rs === status.failed && pc['m2m:req'];
      });
      expect(request.ors.rsc).to.equal(4103);
      expect((await retrieve('/cse-in/ae')).rsc).to.equal(2000);
    });

    it('are told to subscribers of the CSEBase and of the <request> (TS-0004 Table 7.4.12.1-4)', async () => {
      await using subscriber = await startSubscriber();
      const soon = toTimestamp(Date.now() + 400);
      const answer = await createContainer('rt=1', { 'X-M2M-OET': soon });
      const path = pathOf(answer);
      const subscribed = await cse.create(path, 23, { 'm2m:sub': { nu: [subscriber.url] } }, as('Cae'));
      expect(subscribed.rsc, subscribed.dbg).to.equal(2001);
      await until(() => subscriber.heard.length === 1);
      // biome-ignore lint/suspicious/noExplicitAny: what the subscriber heard
      const told = subscriber.heard[0]?.['m2m:sgn'] as any;
      expect(told.nev.rep['m2m:req']).to.include({ rs: status.completed });
    });
  });

  describe('in asynchronous mode', () => {
    it('answer 1002 and notify each target of the response (TS-0001 §8.2.2.3, TS-0004 §7.5.1.2.5)', async () => {
      await using one = await startSubscriber();
      await using other = await startSubscriber();
      const headers = { ...asynchronous, 'X-M2M-RI': 'req-3', 'X-M2M-RTU': `${one.url}&${other.url}` };
      const answer = await createContainer('rt=2', headers, 'asynch');
      expect(answer.rsc).to.equal(1002);
      expect(answer.status).to.equal(202);
      await until(() => one.heard.length === 1 && other.heard.length === 1);
      const result = resultIn(one.heard[0]);
      expect(result).to.include({ rsc: 2001, rqi: 'req-3', to: 'Cae' });
      expect(result.pc?.['m2m:cnt']).to.include({ rn: 'asynch' });
      expect(one.headers[0]?.['x-m2m-origin']).to.equal('/id-in');
      expect((await requestAt(pathOf(answer))).rs).to.equal(status.completed);
    });

    it('notify the originator when no target is named', async () => {
      await using originator = await startSubscriber();
      await cse.ae('Creachable', { poa: [originator.url] });
      const answer = await retrieve('/cse-in/reachable?rt=2', 'Creachable', { 'X-M2M-RI': 'req-4' });
      expect(answer.rsc).to.equal(1002);
      await until(() => originator.heard.length === 1);
      expect(resultIn(originator.heard[0])).to.include({ rsc: 2000, rqi: 'req-4' });
    });

    it('notify nobody for an empty list of targets', async () => {
      await using originator = await startSubscriber();
      await cse.ae('Csilent', { poa: [originator.url] });
      const answer = await retrieve('/cse-in/silent?rt=2', 'Csilent', { 'X-M2M-RTU': '' });
      expect(answer.rsc).to.equal(1002);
      const path = pathOf(answer);
      await until(async () => (await retrieve(path, 'Csilent')).pc['m2m:req'].rs === status.completed);
      const { rows } = await cse.database.pool.query('SELECT FROM cse.notification');
      expect(rows).to.have.length(0);
      expect(originator.heard).to.have.length(0);
    });

    it('notify again when the target was away', async () => {
      let calls = 0;
      await using subscriber = await startSubscriber(() => {
        calls += 1;
        return calls === 1 ? 503 : 200;
      });
      await createContainer('rt=2', { 'X-M2M-RTU': subscriber.url });
      await until(() => subscriber.heard.length === 1);
      expect(calls).to.equal(2);
    });

    it('notify of a failure too', async () => {
      await using subscriber = await startSubscriber();
      await retrieve('/cse-in/nobody?rt=2', 'Cae', { 'X-M2M-RTU': subscriber.url });
      await until(() => subscriber.heard.length === 1);
      expect(resultIn(subscriber.heard[0])).to.include({ rsc: 4004 });
    });

    for (const [what, target, rsc] of [
      ['a URL of a protocol nobody speaks here', 'gopher://example.org', 4000],
      ['a broken URL', 'http://', 4000],
      ['a resource that does not exist', 'nobody', 4000],
      ['an AE the originator may not notify', 'Cother', 4103],
      ['a target named twice', 'http://127.0.0.1:1/a&http://127.0.0.1:1/a', 4000],
    ] as const) {
      it(`are refused for ${what}, and nothing is stored`, async () => {
        const before = await requestsStored();
        const answer = await createContainer('rt=2', { 'X-M2M-RTU': target });
        expect(answer.rsc).to.equal(rsc);
        expect(answer.dbg).to.match(/rt\/nu/);
        expect(await requestsStored()).to.equal(before);
      });
    }
  });

  describe('that arrive again', () => {
    it('are carried out once while they are pending (TS-0001 §7.1.7)', async () => {
      const headers = { 'X-M2M-RI': 'twice', 'X-M2M-OET': '400' };
      const first = await createContainer('rt=1', headers, 'twice');
      const second = await createContainer('rt=1', headers, 'twice');
      expect(second.rsc).to.equal(1001);
      expect(second.pc).to.deep.equal(first.pc);
      expect((await finished(pathOf(first))).rs).to.equal(status.completed);
    });

    it('are refused when another one has the identifier', async () => {
      const headers = { 'X-M2M-RI': 'same', 'X-M2M-OET': '400' };
      const first = await createContainer('rt=1', headers);
      const second = await createContainer('rt=1', headers);
      expect(second.rsc).to.equal(4000);
      expect(second.dbg).to.match(/rqi/);
      await finished(pathOf(first));
      expect((await createContainer('rt=1', { 'X-M2M-RI': 'same' })).rsc).to.equal(1001);
    });
  });

  describe('in flexible mode', () => {
    it('are answered with the result (TS-0001 §8.1.2)', async () => {
      expect((await retrieve('/cse-in/ae?rt=4')).rsc).to.equal(2000);
    });

    it('become synchronous when they are to be carried out later, asynchronous when targets are named', async () => {
      await using subscriber = await startSubscriber();
      const first = await createContainer('rt=4', { 'X-M2M-OET': '300' });
      expect(first.rsc).to.equal(1001);
      const second = await createContainer('rt=4', { 'X-M2M-OET': '300', 'X-M2M-RTU': subscriber.url });
      expect(second.rsc).to.equal(1002);
      await until(() => subscriber.heard.length === 1);
      await finished(pathOf(first));
    });
  });

  describe('without response (rt 5)', () => {
    it('are carried out, and their result is not told', async () => {
      const answer = await createContainer('rt=5', {}, 'unanswered');
      expect(answer.rsc).to.equal(1000);
      expect(answer.pc).to.equal(undefined);
      expect((await retrieve('/cse-in/ae/unanswered')).rsc).to.equal(2000);
    });

    it('may not ask for a result content (TS-0001 §8.1.2)', async () => {
      const answer = await createContainer('rt=5&rcn=1');
      expect(answer.rsc).to.equal(4000);
      expect(answer.dbg).to.match(/rcn/);
    });
  });

  describe('<request> resources', () => {
    it('are for their originator only (TS-0004 Table 7.3.2.2-1)', async () => {
      const path = pathOf(await createContainer('rt=1'));
      await finished(path);
      expect((await retrieve(path, 'Cother')).rsc).to.equal(4103);
      expect((await cse.send('DELETE', path, undefined, as('Cother'))).rsc).to.equal(4103);
      expect((await cse.send('DELETE', path, undefined, as('Cae'))).rsc).to.equal(2002);
      expect((await retrieve(path)).rsc).to.equal(4004);
    });

    it('may be opened to others by their originator, who may change nothing else (TS-0004 Table 7.4.12.1-2)', async () => {
      const path = pathOf(await createContainer('rt=1'));
      await finished(path);
      const acr = [{ acor: ['Cother'], acop: 2 }];
      const policy = { rn: 'opening', pv: { acr }, pvs: { acr: [{ acor: ['Cae'], acop: 63 }] } };
      await cse.create('/cse-in', 1, { 'm2m:acp': policy });
      const opened = await cse.send('PUT', path, { 'm2m:req': { acpi: ['cse-in/opening'] } }, as('Cae'));
      expect(opened.rsc, opened.dbg).to.equal(2004);
      expect((await retrieve(path, 'Cother')).rsc).to.equal(2000);
      const changed = await cse.send('PUT', path, { 'm2m:req': { rs: 1 } });
      expect(changed.rsc).to.equal(4000);
    });

    it('cannot be created by a request, in whatever mode (TS-0004 §7.4.12.2.1)', async () => {
      for (const query of ['', '?rt=1', '?rt=2'])
        expect((await cse.create(`/cse-in${query}`, 17, { 'm2m:req': {} })).rsc).to.equal(4005);
    });

    for (const [method, rt] of [
      ['GET', 1],
      ['GET', 2],
      ['PUT', 1],
      ['DELETE', 2],
    ] as const) {
      it(`answer 4000 to ${method} with rt ${rt} (TS-0004 §7.4.12.2)`, async () => {
        const path = pathOf(await createContainer('rt=1'));
        const content = method === 'PUT' ? { 'm2m:req': { acpi: ['x'] } } : undefined;
        const answer = await cse.send(method, `${path}?rt=${rt}`, content, as('Cae'));
        expect(answer.rsc).to.equal(4000);
        expect(answer.dbg).to.match(/blocking/);
        await finished(path);
      });
    }

    it('treat flexible requests as blocking ones, even if they name an execution time (TS-0004 §7.4.12.2.2)', async () => {
      const path = pathOf(await createContainer('rt=1'));
      expect((await retrieve(`${path}?rt=4`, 'Cae', { 'X-M2M-OET': '100' })).rsc).to.equal(2000);
    });

    it('live as long as the request, its execution, its result and its persistence ask for (TS-0001 §10.2.5.3)', async () => {
      const life = async (headers: Record<string, string>, query = 'rt=1') => {
        const before = Date.now();
        const path = pathOf(await createContainer(query, headers));
        const { et } = await finished(path);
        return Math.round((fromTimestamp(et) - before) / 10_000) * 10;
      };
      expect(await life({ 'X-M2M-RET': '300000', 'X-M2M-RST': '600000' }, 'rt=1&rp=900000')).to.equal(1500);
      expect(await life({}, 'rt=1&rp=900000')).to.equal(900);
      const absolute = toTimestamp(Date.now() + 1_200_000);
      expect(await life({}, `rt=1&rp=${absolute}`)).to.equal(1200);
    });

    it('expire, and their result with them', async () => {
      const path = pathOf(await createContainer('rt=1&rp=700'));
      await finished(path);
      await cse.database.pool.query(
        `UPDATE cse.resource SET attributes = attributes || '{"et":"20200101T000000"}' WHERE ri = $1`,
        [path.split('/').at(-1)],
      );
      await until(async () => {
        const { rows } = await cse.database.pool.query('SELECT FROM cse.resource WHERE ri = $1', [
          path.split('/').at(-1),
        ]);
        return rows.length === 0;
      });
    });

    it('are refused when they would be kept too long (TS-0004 Table 7.3.2.2-1)', async () => {
      const before = await requestsStored();
      const answer = await createContainer('rt=1&rp=4000000');
      expect(answer.rsc).to.equal(4000);
      expect(answer.dbg).to.match(/3600 s/);
      expect(await requestsStored()).to.equal(before);
    });
  });

  describe('that are to be carried out later', () => {
    it('stay pending until their time, relative or absolute (TS-0001 §8.1.2)', async () => {
      for (const oet of [() => '600', () => toTimestamp(Date.now() + 600)]) {
        const path = pathOf(await createContainer('rt=1', { 'X-M2M-OET': oet() }));
        const pending = await requestAt(path);
        expect(pending.rs).to.equal(status.pending);
        expect(pending.ors).to.include({ rsc: 1000 });
        const done = await finished(path);
        expect(done.rs).to.equal(status.completed);
        expect(fromTimestamp(done.lt) >= fromTimestamp(done.mi.oet)).to.equal(true);
      }
    });

    it('are recalled by deleting the <request> (TS-0004 §7.4.12.2.4)', async () => {
      const path = pathOf(await createContainer('rt=1', { 'X-M2M-OET': '400' }, 'recalled'));
      expect((await cse.send('DELETE', path, undefined, as('Cae'))).rsc).to.equal(2002);
      await delay(600); // there is nothing to wait for: nothing happens
      expect((await retrieve('/cse-in/ae/recalled')).rsc).to.equal(4004);
    });

    it('cannot be recalled while they are carried out: 5220, and the <request> stays (TS-0004 §7.4.12.2.4)', async () => {
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      let arrived = false;
      await using slow = await startSubscriber(async () => {
        arrived = true;
        await held;
        return 200;
      });
      await cse.ae('Cslow', { poa: [slow.url] });
      const answer = await cse.send('POST', '/cse-in/slow?rt=1', { 'm2m:sgn': { nev: { net: 1 } } }, as('Cslow'));
      expect(answer.rsc, answer.dbg).to.equal(1001);
      const path = pathOf(answer);
      // Before it has left for its target it can be recalled, and is.
      await until(() => arrived);
      const recalled = await cse.send('DELETE', path, undefined, as('Cslow'));
      expect([recalled.rsc, recalled.status]).to.deep.equal([5220, 409]);
      expect((await retrieve(path, 'Cslow')).rsc).to.equal(2000);
      release();
      await until(async () => (await retrieve(path, 'Cslow')).pc['m2m:req'].rs === status.completed);
      expect((await cse.send('DELETE', path, undefined, as('Cslow'))).rsc).to.equal(2002);
    });

    it('are answered at their time in blocking mode too', async () => {
      const before = Date.now();
      const answer = await createContainer('rt=3', { 'X-M2M-OET': '300' });
      expect(answer.rsc).to.equal(2001);
      expect(Date.now() - before).to.be.greaterThan(290);
    });

    it('are carried out at once when their time is past', async () => {
      expect((await createContainer('rt=3', { 'X-M2M-OET': '20200101T000000' })).rsc).to.equal(2001);
    });
  });

  describe('with parameters that have no effect here', () => {
    it('are carried out: signatures, category, aggregation, vendor information (TS-0001 §8.1.2)', async () => {
      const answer = await retrieve('/cse-in/ae?tqi=true&asi=true&auri=0&da=true&rp=1000', 'Cae', {
        'X-M2M-EC': '4',
        'X-M2M-VSI': 'ours',
        'X-M2M-AS': 'c2ln+ c2ln',
        'X-M2M-OT': '20260101T000000',
      });
      expect(answer.rsc, answer.dbg).to.equal(2000);
    });

    for (const [what, query, headers] of [
      ['an indicator that is no truth value', 'asi=perhaps', {}],
      ['an event category out of range', '', { 'X-M2M-EC': '5' }],
      ['an origin of time that is none', '', { 'X-M2M-OT': 'now' }],
      ['a release that does not exist', '', { 'X-M2M-RVI': '9' }],
    ] as [string, string, Record<string, string>][]) {
      it(`are refused for ${what}`, async () => {
        const answer = await retrieve(`/cse-in/ae?${query}`, 'Cae', headers);
        expect(answer.rsc).to.be.within(4000, 4001);
        expect(answer.dbg).not.to.equal('');
      });
    }

    it('hand vendor information and expiration on to the AE they reach', async () => {
      await using subscriber = await startSubscriber();
      await cse.ae('Chears', { poa: [subscriber.url] });
      await cse.send(
        'POST',
        '/cse-in/hears',
        { 'm2m:sgn': { nev: { net: 1 } } },
        as('Chears', {
          'X-M2M-VSI': 'ours',
          'X-M2M-RET': '5000',
        }),
      );
      expect(subscriber.headers[0]?.['x-m2m-vsi']).to.equal('ours');
      expect(subscriber.headers[0]?.['x-m2m-ret']).to.match(/^\d{8}T\d{6}/);
    });

    it('keep release and vendor information from an AE of release 1 (TS-0004 §7.3.2.6)', async () => {
      await using subscriber = await startSubscriber();
      await cse.ae('Cold', { poa: [subscriber.url], srv: ['1'] });
      await cse.send('POST', '/cse-in/old', { 'm2m:sgn': { nev: { net: 1 } } }, as('Cold', { 'X-M2M-VSI': 'ours' }));
      expect(subscriber.headers[0]).not.to.have.any.keys('x-m2m-vsi', 'x-m2m-rvi');
    });
  });

  describe('with limits in time', () => {
    it('answer 4008 when the request expires while it is carried out (TS-0001 §8.1.2)', async () => {
      await using never = await startSubscriber(() => undefined);
      await cse.ae('Cnever', { poa: [never.url] });
      const before = Date.now();
      const notification = { 'm2m:sgn': { nev: { net: 1 } } };
      const answer = await cse.send(
        'POST',
        '/cse-in/never',
        notification,
        as('Cnever', { 'X-M2M-RET': toTimestamp(before + 400) }),
      );
      expect(answer.rsc, answer.dbg).to.equal(4008);
      expect(Date.now() - before).to.be.within(390, 3000);
    });

    for (const [what, headers, rsc, query = 'rt=1'] of [
      ['a request that has expired', { 'X-M2M-RET': '20200101T000000' }, 4008],
      ['a request whose result has expired', { 'X-M2M-RST': '-1' }, 4008],
      ['a result that expires before the request', { 'X-M2M-RET': '2000', 'X-M2M-RST': '1000' }, 4000],
      ['an execution after the request has expired', { 'X-M2M-RET': '1000', 'X-M2M-OET': '2000' }, 4000],
      ['a time that is none', { 'X-M2M-OET': 'soon' }, 4000],
      ['a date that does not exist', { 'X-M2M-RET': '20300231T000000' }, 4000],
      ['a time beyond all calendars', { 'X-M2M-RET': '99999999999999' }, 4000],
      ['a response type that is none', { 'X-M2M-RET': '1000' }, 4000, 'rt=6'],
      ['a persistence in the past', {}, 4000, 'rt=1&rp=20200101T000000'],
    ] as [string, Record<string, string>, number, string?][]) {
      it(`answer ${rsc} to ${what}`, async () => {
        const before = await requestsStored();
        const answer = await createContainer(query, headers);
        expect(answer.rsc, answer.dbg).to.equal(rsc);
        expect(await requestsStored()).to.equal(before);
      });
    }

    it('refuse more than one originator may have pending, and take the next when one is done', async () => {
      const pending: string[] = [];
      for (let index = 0; index < 5; index += 1)
        pending.push(pathOf(await createContainer('rt=1', { 'X-M2M-OET': '60000' })));
      const refused = await createContainer('rt=1');
      expect(refused.rsc).to.equal(5000);
      expect(refused.dbg).to.match(/requestsPerOriginatorMax/);
      expect((await cse.send('GET', '/cse-in/other?rt=1', undefined, as('Cother'))).rsc).to.equal(1001);
      await cse.send('DELETE', String(pending[0]), undefined, as('Cae'));
      await finished(pathOf(await createContainer('rt=1')));
      for (const path of pending.slice(1)) await cse.send('DELETE', path, undefined, as('Cae'));
    });
  });

  const requestsStored = async (): Promise<number> => {
    const { rows } = await cse.database.pool.query('SELECT FROM cse.resource WHERE ty = 17');
    return rows.length;
  };
});

describe('a CSE that is stopped', () => {
  it('answers polls and deferred requests at once', async () => {
    const cse = await startCse();
    await cse.ae('Cae', { rr: false });
    await cse.create('/cse-in/ae', 15, { 'm2m:pch': { rn: 'pch' } }, { from: 'Cae' });
    const poll = cse.send('GET', '/cse-in/ae/pch/pcu', undefined, { from: 'Cae' });
    const deferred = cse.send('GET', '/cse-in/ae', undefined, { from: 'Cae', headers: { 'X-M2M-OET': '60000' } });
    const waiting = async (name: string) => (await cse.metrics.getSingleMetric(name)?.get())?.values[0]?.value === 1;
    await until(() => waiting('alzette_cse_polls_waiting'));
    await until(() => waiting('alzette_cse_requests_pending'));
    const before = Date.now();
    await cse[Symbol.asyncDispose]();
    expect(Date.now() - before).to.be.lessThan(4000);
    expect((await poll).rsc).to.equal(4008);
    expect((await deferred).rsc).to.equal(5000);
  });
});

describe('non-blocking requests that a stopped CSE left', () => {
  it('are carried out by the next one, at their time', async () => {
    const first = await startCse();
    await first.ae('Cae');
    const paths: string[] = [];
    for (const [rn, oet] of Object.entries({ overdue: '300', later: '1500' })) {
      const answer = await first.create(
        '/cse-in/ae?rt=1',
        3,
        { 'm2m:cnt': { rn } },
        {
          from: 'Cae',
          headers: { 'X-M2M-OET': oet },
        },
      );
      expect(answer.rsc, answer.dbg).to.equal(1001);
      paths.push(`/~${answer.pc['m2m:uri']}`);
    }
    await first.cse.stop();
    await delay(400); // the first one's time passes while nobody is there
    const { database } = first;
    const second = await startCse({ database });
    try {
      for (const path of paths) {
        await until(async () => {
          const { pc } = await second.send('GET', path, undefined, { from: 'Cae' });
          return pc['m2m:req'].rs === status.completed;
        });
      }
      const later = await second.send('GET', '/cse-in/ae/later', undefined, { from: 'Cae' });
      const { pc } = await second.send('GET', String(paths[1]), undefined, { from: 'Cae' });
      expect(later.pc['m2m:cnt'].ct >= pc['m2m:req'].mi.oet).to.equal(true);
    } finally {
      await second.cse.stop();
      await database.close();
    }
  });
});

describe('non-blocking requests of several nodes on one database', () => {
  it('are carried out once, and recalled at any of them', async () => {
    await using first = await startCse();
    await first.ae('Cae');
    await first.create('/cse-in/ae', 3, { 'm2m:cnt': { rn: 'data' } }, { from: 'Cae' });
    const accept = async (con: string) => {
      const options = { from: 'Cae', headers: { 'X-M2M-OET': '2000' } };
      const { pc } = await first.create('/cse-in/ae/data?rt=1', 4, { 'm2m:cin': { con } }, options);
      return `/~${pc['m2m:uri']}`;
    };
    const [carriedOut, recalled] = [await accept('kept'), await accept('recalled')];
    const second = await startCse({ database: first.database });
    try {
      const levels = await second.metrics.getSingleMetric('alzette_cse_requests_pending')?.get();
      expect(levels?.values[0]?.value).to.equal(2);
      expect((await second.send('DELETE', recalled, undefined, { from: 'Cae' })).rsc).to.equal(2002);
      for (const node of [first, second]) {
        await until(async () => {
          const { pc } = await node.send('GET', carriedOut, undefined, { from: 'Cae' });
          return pc['m2m:req'].rs === status.completed;
        });
        await until(async () => {
          const pending = await node.metrics.getSingleMetric('alzette_cse_requests_pending')?.get();
          return pending?.values[0]?.value === 0;
        });
      }
      const { pc } = await first.send('GET', '/cse-in/ae/data', undefined, { from: 'Cae' });
      expect(pc['m2m:cnt'].cni).to.equal(1);
      const { rows } = await first.database.pool.query('SELECT FROM cse.request_claim');
      expect(rows).to.have.length(0);
    } finally {
      await second.cse.stop();
    }
  });
});

const toTimestamp = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replaceAll(/[-:Z]/g, '').replace('.', ',');
const fromTimestamp = (text: string): number =>
  Date.parse(
    text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d),?(\d*)$/, '$1-$2-$3T$4:$5:$6.$7Z').replace('.Z', 'Z'),
  );
