import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { until } from '../support/wait.ts';
import { type Member, type Network, network } from './network.ts';

const ofDelivery = 'application/json;ty=6';
const later = '20991231T000000';

/** in ← mn ← asn, in ← far */
describe('delivery of requests between CSEs (TS-0001 §10.2.5.7)', () => {
  let net: Network;
  let top: Member;
  let mn: Member;
  let asn: Member;
  let far: Member;

  before(async () => {
    net = network();
    top = await net.infrastructure({ children: ['mn', 'far'] });
    mn = await net.below(top, 'mn', { children: ['asn'] });
    asn = await net.below(mn, 'asn', { type: 'ASN' });
    far = await net.below(top, 'far');
    const acp = {
      'm2m:acp': {
        rn: 'open',
        pv: { acr: [{ acor: ['/asn/C*'], acop: 63 }] },
        pvs: { acr: [{ acor: ['CAdmin'], acop: 63 }] },
      },
    };
    await far.create('/base-far', 1, acp);
    await far.create('/base-far', 3, { 'm2m:cnt': { rn: 'c', acpi: ['base-far/open'] } });
    await asn.ae('Csensor');
    await until(async () => (await top.send('GET', mn.csr)).pc['m2m:csr'].dcse?.includes('/asn'));
  });

  after(() => net[Symbol.asyncDispose]());

  const send = (con: string) =>
    asn.create('/~/far/base-far/c?rcn=0&da=true', 4, { 'm2m:cin': { con } }, { from: 'Csensor' });
  const stored = async (): Promise<string[]> => {
    const { pc } = await far.send('GET', '/base-far/c?rcn=4');
    return (pc['m2m:cnt']['m2m:cin'] ?? []).map(({ con }: { con: string }) => con);
  };
  const waiting = async (member: Member): Promise<string[]> =>
    (await member.send('GET', `/base-${member.id}?fu=1&ty=6`)).pc['m2m:uril'];

  it('accepts a request, carries it over every CSE on the way, and leaves nothing behind', async () => {
    const { rsc, dbg } = await send('one');
    expect(rsc, dbg).to.equal(1000);
    await until(async () => (await stored()).includes('one'), { what: 'the instance' });
    for (const member of [asn, mn, top, far])
      await until(async () => (await waiting(member)).length === 0, {
        what: `the end of the delivery at ${member.id}`,
      });
  });

  it('loses none of many that arrive together', async () => {
    const many = Array.from({ length: 20 }, (_, index) => `many-${index}`);
    const answers = await Promise.all(many.map(send));
    expect(answers.map(({ rsc }) => rsc)).to.deep.equal(many.map(() => 1000));
    await until(async () => (await stored()).filter((con) => con.startsWith('many-')).length === many.length);
  });

  it('waits while a CSE on the way is away, over a restart (TS-0001 §10.2.5.8)', async () => {
    await far.switchOff();
    expect((await send('late')).rsc).to.equal(1000);
    await until(async () => (await waiting(top)).length === 1, { what: 'the delivery at the IN-CSE' });
    const [path] = await waiting(top);
    const { pc } = await top.send('GET', `/${path}`);
    expect(pc['m2m:dlv']).to.deep.include({ sr: '/asn', tg: '/far', ec: 3 });
    expect(pc['m2m:dlv'].dmd).to.deep.equal({ tcop: true, tcin: ['/asn', '/mn'] });
    expect(pc['m2m:dlv'].arq.req[0]).to.include({ fr: '/asn/Csensor', op: 1 });
    await top.switchOff();
    await top.switchOn();
    await far.switchOn();
    await until(async () => (await stored()).includes('late'), { timeoutMs: 20_000, what: 'the instance' });
  });

  it('forwards without it what wants a result (TS-0001 §9.6.11)', async () => {
    const { rsc } = await asn.create(
      '/~/far/base-far/c?da=true',
      4,
      { 'm2m:cin': { con: 'now' } },
      { from: 'Csensor' },
    );
    expect(rsc).to.equal(2001);
  });

  const delivery = (attributes: object = {}) =>
    ({
      'm2m:dlv': {
        sr: '/mn',
        tg: '/in',
        ls: later,
        ec: 3,
        dmd: { tcop: false },
        arq: { req: [{ op: 4, to: '/in/base-in/x', fr: '/mn/Cae', rqi: '1', mi: { rvi: '3' } }] },
        ...attributes,
      },
    }) as JsonObject;

  it('is made by CSEs only: 4005 for an AE (TS-0004 §7.4.11.2.1)', async () => {
    expect((await top.send('POST', '/base-in', delivery(), { type: ofDelivery })).rsc).to.equal(4005);
  });

  it('is made by neighbours only, and for those they speak for', async () => {
    const stranger = { from: '/stranger', type: ofDelivery };
    expect((await top.send('POST', '/base-in', delivery(), stranger)).rsc).to.equal(4103);
    const mine = { from: '/mn', type: ofDelivery };
    const request = (fr: string, to = '/in/base-in/x') => ({
      arq: { req: [{ op: 4, to, fr, rqi: '1', mi: { rvi: '3' } }] },
    });
    for (const fr of ['/far/Cother', '/in/CAdmin', 'CAdmin', '/in']) {
      const { rsc, dbg } = await top.send('POST', '/base-in', delivery(request(fr)), mine);
      expect(rsc, `${fr}: ${dbg}`).to.equal(4103);
    }
    expect((await top.send('POST', '/base-in', delivery(request('/mn/Cae', '/far/x')), mine)).rsc).to.equal(4000);
    expect((await top.send('POST', '/base-in', delivery(), mine)).rsc).to.equal(2001);
  });

  for (const [what, attributes] of [
    ['a lifespan that is over', { ls: '20200101T000000' }],
    ['a target that is no CSE', { tg: 'base' }],
    ['an empty list of requests', { arq: { req: [] } }],
    ['no event category', { ec: undefined }],
    ['an event category that does not exist', { ec: 7 }],
    ['meta data of another kind', { dmd: 'x' }],
    ['null', { arq: null }],
  ] as const) {
    it(`is refused with 4000 with ${what} (TS-0004 Table 7.4.11.1-3)`, async () => {
      expect(
        (await top.send('POST', '/base-in', delivery(attributes), { from: '/mn', type: ofDelivery })).rsc,
      ).to.equal(4000);
    });
  }
});
