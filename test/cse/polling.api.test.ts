import { request as httpRequest } from 'node:http';
import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { until } from '../support/wait.ts';
import { type Answer, type RequestOptions, startCse, type TestCse } from './support.ts';

interface Polled {
  op: number;
  to: string;
  fr: string;
  rqi: string;
  rvi: string;
  rqet?: string;
  vsi?: string;
  pc: JsonObject;
}

describe('polling channels', () => {
  let cse: TestCse;
  let count = 0;

  before(async () => {
    cse = await startCse({
      env: {
        ALZETTE_CSE_POLL_SECONDS: '2',
        ALZETTE_CSE_POLLING_REPEAT_SECONDS: '1',
        ALZETTE_CSE_POLLING_QUEUE_MAX: '3',
        ALZETTE_CSE_POLLS_MAX: '2',
      },
    });
    await cse.ae('Csender');
    await cse.ae('Cstranger');
  });

  after(() => cse[Symbol.asyncDispose]());

  const as = (from: string, headers: Record<string, string> = {}): RequestOptions => ({ from, headers });

  /** A registered AE that cannot be reached, with its channel. Everyone may notify it. */
  async function poller(attributes: JsonObject = {}, channel: JsonObject = {}) {
    count += 1;
    const id = `Cpoller${count}`;
    const rn = `poller${count}`;
    await cse.ae(id, { rr: false, ...attributes });
    const acr = [
      { acor: [id], acop: 63 },
      { acor: ['Csender', '/id-in'], acop: 16 },
    ];
    const policy = { rn: `policy${count}`, pv: { acr }, pvs: { acr: [{ acor: ['CAdmin'], acop: 63 }] } };
    await cse.create('/cse-in', 1, { 'm2m:acp': policy });
    await cse.send('PUT', `/cse-in/${rn}`, { 'm2m:ae': { acpi: [`cse-in/policy${count}`] } }, as(id));
    const created = await cse.create(`/cse-in/${rn}`, 15, { 'm2m:pch': { rn: 'pch', ...channel } }, as(id));
    expect(created.rsc, created.dbg).to.equal(2001);
    const pcu = `/cse-in/${rn}/pch/pcu`;
    return {
      id,
      path: `/cse-in/${rn}`,
      pcu,
      poll: (headers: Record<string, string> = {}) => cse.send('GET', pcu, undefined, as(id, headers)),
      respond: (rqi: string, rsc = 2000, more: JsonObject = {}) =>
        cse.send('POST', pcu, { 'm2m:rsp': { rsc, rqi, rvi: '3', ...more } }, as(id)),
      notify: (content: JsonObject = { 'm2m:sgn': { nev: { net: 1 } } }, headers: Record<string, string> = {}) =>
        cse.send('POST', `/cse-in/${rn}`, content, as('Csender', headers)),
    };
  }

  const polled = (answer: Answer): Polled => {
    expect(answer.rsc, answer.dbg).to.equal(2000);
    return answer.pc['m2m:rqp'];
  };

  it('hand a request that waits to the next poll, and its answer to the sender (TS-0001 §10.2.5.12)', async () => {
    const ae = await poller();
    const sent = ae.notify({ 'm2m:sgn': { nev: { net: 3 } } }, { 'X-M2M-RI': 'from-sender', 'X-M2M-VSI': 'ours' });
    const request = polled(await ae.poll());
    expect(request).to.include({ op: 5, to: `/id-in/${ae.id}`, fr: 'Csender', rvi: '3', vsi: 'ours' });
    expect(request.pc).to.deep.equal({ 'm2m:sgn': { nev: { net: 3 } } });
    const responded = await ae.respond(request.rqi, 2000, { pc: { 'm2m:dbg': 'heard' } });
    expect(responded.rsc).to.equal(2000);
    const answer = await sent;
    expect(answer.rsc).to.equal(2000);
    expect(answer.dbg).to.equal('heard');
    expect(answer.headers.get('x-m2m-ri')).to.equal('from-sender');
  });

  it('hold a poll until a request comes (TS-0004 §7.4.22.2.2)', async () => {
    const ae = await poller();
    const poll = ae.poll({ 'X-M2M-RET': '10000' });
    await pollsWaiting(1);
    const sent = ae.notify();
    const { rqi } = polled(await poll);
    await ae.respond(rqi);
    expect((await sent).rsc).to.equal(2000);
  });

  it('pass on a refusal by the poller', async () => {
    const ae = await poller();
    const sent = ae.notify();
    await ae.respond(polled(await ae.poll()).rqi, 4103);
    expect((await sent).rsc).to.equal(4103);
  });

  it('answer 4008 to a poll for which nothing came: at its expiration, or after the configured time (TS-0004 §7.4.22.2.2)', async () => {
    const ae = await poller();
    for (const [headers, least, most] of [
      [{ 'X-M2M-RET': '300' }, 250, 1500],
      [{}, 1900, 4000],
    ] as const) {
      const before = Date.now();
      const answer = await ae.poll(headers);
      expect(answer.rsc).to.equal(4008);
      expect(answer.dbg).to.match(/poll again/);
      expect(Date.now() - before).to.be.within(least, most);
    }
  });

  it('answer 4008 to the sender when the request expires unanswered, and no longer offer it (TS-0001 §10.2.5.17)', async () => {
    const ae = await poller();
    const answer = await ae.notify(undefined, { 'X-M2M-RET': '300' });
    expect(answer.rsc, answer.dbg).to.equal(4008);
    expect((await ae.poll({ 'X-M2M-RET': '100' })).rsc).to.equal(4008);
  });

  it('tell the poller until when a request waits, in absolute time', async () => {
    const ae = await poller();
    const sent = ae.notify(undefined, { 'X-M2M-RET': '5000' });
    const request = polled(await ae.poll());
    expect(request.rqet).to.match(/^\d{8}T\d{6}/);
    await ae.respond(request.rqi);
    await sent;
  });

  it('bring notifications of subscriptions, one after the other in order (TS-0001 §9.6.21)', async () => {
    const ae = await poller();
    await cse.create(ae.path, 3, { 'm2m:cnt': { rn: 'data' } }, as(ae.id));
    const subscription = { nu: [ae.id], enc: { net: [3] } };
    expect((await cse.create(`${ae.path}/data`, 23, { 'm2m:sub': subscription }, as(ae.id))).rsc).to.equal(2001);
    for (const con of ['1', '2', '3']) await cse.create(`${ae.path}/data`, 4, { 'm2m:cin': { con } }, as(ae.id));
    const heard: unknown[] = [];
    while (heard.length < 3) {
      const { rqi, fr, pc } = polled(await ae.poll());
      expect(fr).to.equal('/id-in');
      // biome-ignore lint/suspicious/noExplicitAny: what was polled
      heard.push((pc as any)['m2m:sgn'].nev.rep['m2m:cin'].con);
      await ae.respond(rqi);
    }
    expect(heard).to.deep.equal(['1', '2', '3']);
  });

  it('bring the results of asynchronous requests', async () => {
    const ae = await poller();
    const accepted = await cse.send('GET', `${ae.path}?rt=2`, undefined, as(ae.id, { 'X-M2M-RI': 'later' }));
    expect(accepted.rsc).to.equal(1002);
    const { rqi, pc } = polled(await ae.poll());
    expect(pc['m2m:rsp']).to.include({ rsc: 2000, rqi: 'later' });
    await ae.respond(rqi);
    expect((await ae.poll({ 'X-M2M-RET': '100' })).rsc).to.equal(4008);
  });

  it('carry a non-blocking notification, whose <request> then shows what the poller answered', async () => {
    const ae = await poller();
    const accepted = await cse.send('POST', `${ae.path}?rt=1`, { 'm2m:sgn': { nev: { net: 1 } } }, as('Csender'));
    await ae.respond(polled(await ae.poll()).rqi, 2000, { pc: { 'm2m:dbg': 'done' } });
    const path = `/~${accepted.pc['m2m:uri']}`;
    const request = await until(async () => {
      const { pc } = await cse.send('GET', path, undefined, as('Csender'));
      return pc['m2m:req'].rs === 1 && pc['m2m:req'];
    });
    expect(request.ors.pc).to.deep.equal({ 'm2m:dbg': 'done' });
  });

  it('give everything that waits at once when requests are aggregated (rqag, release 4)', async () => {
    const ae = await poller({}, { rqag: true });
    const sent = [ae.notify(undefined, { 'X-M2M-RI': 'a' }), ae.notify(undefined, { 'X-M2M-RI': 'b' })];
    await requestsWaiting(2);
    const { pc } = await ae.poll();
    const requests = (pc['m2m:agrp'] as { 'm2m:rqp': Polled }[]).map((each) => each['m2m:rqp']);
    expect(requests.map(({ rqi }) => rqi).sort()).to.deep.equal(['a', 'b']);
    for (const { rqi } of requests) expect((await ae.respond(rqi)).rsc).to.equal(2000);
    expect((await Promise.all(sent)).map(({ rsc }) => rsc)).to.deep.equal([2000, 2000]);
  });

  it('serve several polls at once, each request once', async () => {
    const ae = await poller();
    const polls = [ae.poll(), ae.poll()];
    await pollsWaiting(2);
    const sent = [ae.notify(), ae.notify()];
    const requests = (await Promise.all(polls)).map(polled);
    expect(new Set(requests.map(({ rqi }) => rqi)).size).to.equal(2);
    for (const { rqi } of requests) await ae.respond(rqi);
    await Promise.all(sent);
  });

  it('end the oldest poll when there are too many', async () => {
    const ae = await poller();
    const oldest = ae.poll({ 'X-M2M-RET': '20000' });
    await pollsWaiting(1);
    const others = [ae.poll(), ae.poll()];
    expect((await oldest).rsc).to.equal(4008);
    await Promise.all(others);
  });

  it('offer a request again that was not answered (with the same identifier)', async () => {
    const ae = await poller();
    const sent = ae.notify();
    const first = polled(await ae.poll());
    const again = polled(await ae.poll());
    expect(again).to.deep.equal(first);
    await ae.respond(again.rqi);
    expect((await sent).rsc).to.equal(2000);
  });

  it('keep a request for the next poll when the poller hung up', async () => {
    const ae = await poller();
    const { token } = await cse.cse.credentials.issue({ originator: ae.id, label: 'hangs up' });
    const dropped = httpRequest(`${cse.url}${ae.pcu}`, {
      headers: { 'X-M2M-RI': 'dropped', 'X-M2M-Origin': ae.id, 'X-M2M-RVI': '3', Authorization: `Bearer ${token}` },
    });
    dropped.on('error', () => {});
    dropped.end();
    await pollsWaiting(1);
    dropped.destroy();
    await pollsWaiting(0);
    const sent = ae.notify();
    const before = Date.now();
    await ae.respond(polled(await ae.poll()).rqi);
    expect(Date.now() - before).to.be.lessThan(900); // not first after the time for repetition
    expect((await sent).rsc).to.equal(2000);
  });

  it('tell apart requests of several senders with the same identifier', async () => {
    const ae = await poller();
    const sent = [
      ae.notify({ 'm2m:sgn': { nev: { net: 1 } } }, { 'X-M2M-RI': 'same' }),
      cse.send('POST', ae.path, { 'm2m:sgn': { nev: { net: 1 } } }, as(ae.id, { 'X-M2M-RI': 'same' })),
    ];
    await requestsWaiting(2);
    const requests = [polled(await ae.poll()), polled(await ae.poll())];
    for (const { rqi, fr } of requests) await ae.respond(rqi, fr === 'Csender' ? 4000 : 2000);
    expect((await Promise.all(sent)).map(({ rsc }) => rsc)).to.deep.equal([4000, 2000]);
  });

  it('refuse a sender when too many requests wait', async () => {
    const ae = await poller();
    const waiting = [1, 2, 3].map(() => ae.notify(undefined, { 'X-M2M-RET': '1500' }));
    await requestsWaiting(3);
    const refused = await ae.notify();
    expect(refused.rsc).to.equal(5103);
    expect(refused.dbg).to.match(/3 requests/);
    expect((await Promise.all(waiting)).map(({ rsc }) => rsc)).to.deep.equal([4008, 4008, 4008]);
  });

  it('let go of polls and senders when they are deleted, and notifications wait for the next channel', async () => {
    const ae = await poller();
    await cse.create(ae.path, 3, { 'm2m:cnt': { rn: 'data' } }, as(ae.id));
    const subscription = { nu: [ae.id], enc: { net: [3] } };
    await cse.create(`${ae.path}/data`, 23, { 'm2m:sub': subscription }, as(ae.id));
    await cse.create(`${ae.path}/data`, 4, { 'm2m:cin': { con: 'kept' } }, as(ae.id));
    await requestsWaiting(1);
    const sent = ae.notify();
    await requestsWaiting(2);
    expect((await cse.send('DELETE', `${ae.path}/pch`, undefined, as(ae.id))).rsc).to.equal(2002);
    expect((await sent).rsc).to.equal(5103);
    expect((await ae.poll()).rsc).to.equal(4004);
    await cse.create(ae.path, 15, { 'm2m:pch': { rn: 'pch' } }, as(ae.id));
    const { rqi, pc } = polled(await ae.poll({ 'X-M2M-RET': '10000' }));
    expect(JSON.stringify(pc)).to.match(/kept/);
    await ae.respond(rqi);
  });

  it('end with the AE they belong to', async () => {
    const ae = await poller();
    const poll = ae.poll({ 'X-M2M-RET': '20000' });
    await pollsWaiting(1);
    expect((await cse.send('DELETE', ae.path, undefined, as(ae.id))).rsc).to.equal(2002);
    expect((await poll).rsc).to.equal(4008);
  });

  it('are used only for an AE that cannot be reached otherwise', async () => {
    const ae = await poller({ rr: true, poa: ['http://127.0.0.1:9'] });
    const sent = ae.notify(); // nobody listens there
    await ae.respond(polled(await ae.poll()).rqi);
    expect((await sent).rsc).to.equal(2000);
  });

  it('take no request when there is no channel: 5103', async () => {
    await cse.ae('Cunreachable', { rr: false });
    const answer = await cse.send('POST', '/cse-in/unreachable', { 'm2m:sgn': {} }, as('Cunreachable'));
    expect(answer.rsc).to.equal(5103);
  });

  describe('are for the AE they belong to only', () => {
    for (const [what, method, path, content] of [
      ['RETRIEVE', 'GET', '', undefined],
      ['UPDATE', 'PUT', '', { 'm2m:pch': { lbl: ['mine'] } }],
      ['DELETE', 'DELETE', '', undefined],
      ['a poll', 'GET', '/pcu', undefined],
      ['an answer', 'POST', '/pcu', { 'm2m:rsp': { rsc: 2000, rqi: 'x' } }],
    ] as [string, string, string, JsonObject | undefined][]) {
      it(`answer 4103 to ${what} by another, even the administrator (TS-0004 §7.4.21.2, §7.4.22.2)`, async () => {
        const ae = await poller();
        for (const other of ['Cstranger', 'CAdmin'])
          expect((await cse.send(method, `${ae.path}/pch${path}`, content, as(other))).rsc).to.equal(4103);
      });
    }

    it('answer 4103 to a CREATE by another (TS-0004 §7.4.21.2.1)', async () => {
      await cse.ae('Cbare', { rr: false });
      for (const other of ['Cstranger', 'CAdmin'])
        expect((await cse.create('/cse-in/bare', 15, { 'm2m:pch': {} }, as(other))).rsc).to.equal(4103);
      expect((await cse.create('/cse-in/bare', 15, { 'm2m:pch': {} }, as('Cbare'))).rsc).to.equal(2001);
    });
  });

  it('exist once below an AE (TS-0004 Table 7.4.5.1-4)', async () => {
    const ae = await poller();
    expect((await cse.create(ae.path, 15, { 'm2m:pch': { rn: 'second' } }, as(ae.id))).rsc).to.equal(4105);
  });

  it('are updated and shown to their AE', async () => {
    const ae = await poller();
    const updated = await cse.send('PUT', `${ae.path}/pch`, { 'm2m:pch': { rqag: true, lbl: ['mine'] } }, as(ae.id));
    expect(updated.rsc).to.equal(2004);
    const shown = await cse.send('GET', `${ae.path}/pch`, undefined, as(ae.id));
    expect(shown.pc['m2m:pch']).to.include({ ty: 15, rn: 'pch', rqag: true });
    expect(shown.pc['m2m:pch']).not.to.have.property('acpi');
  });

  for (const [what, method, query, content, rsc] of [
    ['an UPDATE of pcu (TS-0004 §7.4.22.2.3)', 'PUT', '', { 'm2m:pcu': {} }, 4005],
    ['a DELETE of pcu (TS-0004 §7.4.22.2.4)', 'DELETE', '', undefined, 4005],
    ['a non-blocking poll (TS-0004 §7.4.22.2.2)', 'GET', '?rt=1', undefined, 4000],
    ['an asynchronous poll (TS-0004 §7.4.22.2.2)', 'GET', '?rt=2', undefined, 4000],
    ['an answer without content', 'POST', '', undefined, 4000],
    ['an answer that is no response', 'POST', '', { 'm2m:rqp': { rqi: 'x' } }, 4000],
    ['an answer without status', 'POST', '', { 'm2m:rsp': { rqi: 'x' } }, 4000],
    ['an answer without identifier', 'POST', '', { 'm2m:rsp': { rsc: 2000 } }, 4000],
    ['an answer with an unknown member', 'POST', '', { 'm2m:rsp': { rsc: 2000, rqi: 'x', colour: 1 } }, 4000],
    ['an answer to nothing', 'POST', '', { 'm2m:rsp': { rsc: 2000, rqi: 'never-sent' } }, 4000],
    ['an attribute that is none', 'PUT', '/..', { 'm2m:pch': { colour: 1 } }, 4000],
    ['an aggregation that is no truth value', 'PUT', '/..', { 'm2m:pch': { rqag: 'yes' } }, 4000],
  ] as [string, string, string, JsonObject | undefined, number][]) {
    it(`answer ${rsc} to ${what}`, async () => {
      const ae = await poller();
      const path = query === '/..' ? `${ae.path}/pch` : `${ae.pcu}${query}`;
      const answer = await cse.send(method, path, content, as(ae.id));
      expect(answer.rsc, answer.dbg).to.equal(rsc);
      expect(answer.dbg).not.to.equal('');
    });
  }

  it('answer once only', async () => {
    const ae = await poller();
    const sent = ae.notify();
    const { rqi } = polled(await ae.poll());
    expect((await ae.respond(rqi)).rsc).to.equal(2000);
    const twice = await ae.respond(rqi);
    expect(twice.rsc).to.equal(4000);
    expect(twice.dbg).to.match(/no request/);
    await sent;
  });

  it('create nothing below pcu: 4005', async () => {
    const ae = await poller();
    expect((await cse.create(ae.pcu, 3, { 'm2m:cnt': {} }, as(ae.id))).rsc).to.equal(4005);
  });

  const pollsWaiting = (number: number) => level('alzette_cse_polls_waiting', number);
  const requestsWaiting = (number: number) => level('alzette_cse_polled_requests', number);
  const level = (name: string, number: number) =>
    until(async () => (await cse.metrics.getSingleMetric(name)?.get())?.values[0]?.value === number, {
      what: `${name} ${number}`,
    });
});
