import { expect } from 'chai';
import { type JsonObject, schema } from '#cse';
import { testDatabase } from '../support/postgres.ts';
import { until } from '../support/wait.ts';
import { startCse, startSubscriber, type TestCse } from './support.ts';

const status = { initiated: 1, pending: 2, finished: 3, cancelled: 5, nonCancellable: 6 };
const upload = { ftyp: 'log', url: 'http://files.example/up', unm: 'u', pwd: 'p' };

type Agent = Awaited<ReturnType<typeof startSubscriber>>;

describe('management commands and their executions', () => {
  let cse: TestCse;
  let agent: Agent;
  let answer: (content: JsonObject) => number | Promise<number>;
  let count = 0;

  before(async () => {
    answer = () => 200;
    agent = await startSubscriber((_request, content) => answer(content));
    cse = await startCse();
    await cse.ae('Cagent', { rn: 'agent', poa: [agent.url] });
    await cse.create('/cse-in', 14, { 'm2m:nod': { rn: 'lamp', ni: 'urn:lamp', hael: ['Cagent'] } });
    await cse.create('/cse-in', 14, { 'm2m:nod': { rn: 'client', ni: 'urn:client', mgca: agent.url } });
    await cse.create('/cse-in', 14, { 'm2m:nod': { rn: 'mute', ni: 'urn:mute' } });
  });

  beforeEach(() => {
    answer = () => 200;
    agent.heard.length = 0;
  });

  after(async () => {
    await cse[Symbol.asyncDispose]();
    await agent[Symbol.asyncDispose]();
  });

  const create = (attributes: JsonObject) => cse.create('/cse-in', 12, { 'm2m:mgc': attributes });
  const command = async (attributes: JsonObject): Promise<string> => {
    count += 1;
    const { rsc, dbg, pc } = await create({ rn: `m${count}`, ext: 'cse-in/lamp', ...attributes });
    expect(rsc, dbg).to.equal(2001);
    expect(pc['m2m:mgc'].exe).to.equal(false);
    return `/cse-in/m${count}`;
  };
  const run = (path: string, attributes: JsonObject = {}) =>
    cse.send('PUT', path, { 'm2m:mgc': { exe: true, ...attributes } });
  const executions = async (path: string): Promise<Record<string, unknown>[]> =>
    (await cse.send('GET', `${path}?rcn=8`)).pc['m2m:mgc']['m2m:exin'] ?? [];
  const only = async (path: string) => {
    const [execution = {}] = await executions(path);
    return execution as { rn: string; exs: number; exr: number };
  };
  const reaches = (path: string, exs: number) =>
    until(async () => (await only(path)).exs === exs, { what: `exs ${exs}` });
  const rebooting = { cmt: 2 };

  it('executes at once for one node: its agent is notified, and what it answers is the result (TS-0004 §7.4.16.2.3.2)', async () => {
    const path = await command({ ...rebooting, exra: { rbo: [{}] } });
    expect(await executions(path)).to.deep.equal([]);
    expect((await run(path)).rsc).to.equal(2004);
    await reaches(path, status.finished);
    const [execution] = await executions(path);
    expect(execution).to.include({ exr: 0, exm: 1 });
    expect(execution)
      .to.have.property('exra')
      .deep.equal({ rbo: [{}] });
    const [heard] = agent.heard;
    const { nev, sur } = (heard as JsonObject)['m2m:sgn'] as unknown as { nev: { rep: JsonObject }; sur: string };
    expect(sur).to.match(/^\/id-in\/mgc-/);
    expect(nev.rep['m2m:exin']).to.include({ exs: status.pending, ri: execution?.ri });
  });

  it('executes for every member of a group, and through the address of a management client', async () => {
    const group = { rn: 'lamps', mnm: 5, mid: ['cse-in/lamp', 'cse-in/client'] };
    await cse.create('/cse-in', 9, { 'm2m:grp': group });
    const path = await command({ ...rebooting, ext: 'cse-in/lamps' });
    expect((await run(path)).rsc).to.equal(2004);
    await until(async () => (await executions(path)).filter(({ exs }) => exs === status.finished).length === 2);
    expect(agent.heard.length).to.equal(2);
  });

  it('says what the managed entity answered, or that it did not (execResult)', async () => {
    const results: [number, number][] = [
      [400, 5],
      [500, 4],
    ];
    for (const [http, exr] of results) {
      answer = () => http;
      const path = await command(rebooting);
      await run(path);
      await reaches(path, status.finished);
      expect((await only(path)).exr, `HTTP ${http}`).to.equal(exr);
    }
    await cse.create('/cse-in', 14, { 'm2m:nod': { rn: 'itself', ni: 'urn:itself', hcl: 'cse-in' } });
    const path = await command({ ...rebooting, ext: 'cse-in/itself' });
    await run(path);
    await reaches(path, status.finished);
    expect((await only(path)).exr).to.equal(1);
  });

  it('repeats as often as execNumber says (immediateRepeat)', async () => {
    const path = await command({ ...rebooting, exm: 2, exn: 3, exf: 'PT0.1S' });
    await run(path);
    await reaches(path, status.finished);
    expect(agent.heard.length).to.equal(3);
  });

  it('waits for the delay (randomOnce), and can be cancelled while it waits (TS-0004 §7.4.17.2.1)', async () => {
    const path = await command({ ...rebooting, exm: 3, exy: 'PT1H' });
    await run(path);
    const { rn, exs } = await only(path);
    expect(exs).to.equal(status.initiated);
    const cancelled = await cse.send('PUT', `${path}/${rn}`, { 'm2m:exin': { exd: true } });
    expect(cancelled.pc['m2m:exin'].exs).to.equal(status.cancelled);
    expect((await cse.send('PUT', `${path}/${rn}`, { 'm2m:exin': { exd: true } })).rsc).to.equal(6028);
    const soon = await command({ ...rebooting, exm: 3, exy: 'PT0.1S' });
    await run(soon);
    await reaches(soon, status.finished);
    expect(agent.heard.length).to.equal(1);
  });

  it('does not cancel what is under way and cannot be: 6029, and neither is it deleted (TS-0004 §7.4.16.2.4)', async () => {
    let release: (status: number) => void = () => {};
    answer = () => new Promise<number>((resolve) => (release = resolve));
    const path = await command(rebooting);
    await run(path);
    await reaches(path, status.pending);
    const { rn } = await only(path);
    expect((await cse.send('PUT', `${path}/${rn}`, { 'm2m:exin': { exd: true } })).rsc).to.equal(6029);
    expect((await only(path)).exs).to.equal(status.nonCancellable);
    expect((await cse.send('DELETE', `${path}/${rn}`)).rsc).to.equal(6029);
    expect((await cse.send('DELETE', path)).rsc).to.equal(6029);
    await until(() => {
      release(200);
      return true;
    });
    await reaches(path, status.finished);
    expect((await cse.send('DELETE', path)).rsc).to.equal(2002);
  });

  it('has the managed entity cancel a transfer; when it refuses, 6026', async () => {
    let release: (status: number) => void = () => {};
    let onCancel = 500;
    answer = (content) => {
      const { nev } = content['m2m:sgn'] as unknown as { nev: { net: number } };
      return nev.net === 1 ? onCancel : new Promise<number>((resolve) => (release = resolve));
    };
    const path = await command({ cmt: 3, exra: { uld: [upload] } });
    await run(path);
    await reaches(path, status.pending);
    const { rn } = await only(path);
    const cancel = () => cse.send('PUT', `${path}/${rn}`, { 'm2m:exin': { exd: true } });
    expect((await cancel()).rsc).to.equal(6026);
    expect((await cse.send('DELETE', path)).rsc).to.equal(6026);
    onCancel = 200;
    expect((await cancel()).rsc).to.equal(2004);
    expect((await only(path)).exs).to.equal(status.cancelled);
    release(200);
    expect((await cse.send('DELETE', path)).rsc).to.equal(2002);
  });

  it('refuses what is not a command, or lacks arguments', async () => {
    const refused: [JsonObject, number][] = [
      [{ cmt: 99, ext: 'cse-in/lamp' }, 6022],
      [{ cmt: 'reboot', ext: 'cse-in/lamp' }, 4000],
      [{ ext: 'cse-in/lamp' }, 4000],
      [{ cmt: 2 }, 4000],
      [{ cmt: 2, ext: 'cse-in/lamp', exra: { uld: [upload] } }, 6023],
      [{ cmt: 3, ext: 'cse-in/lamp', exra: { uld: [{ url: upload.url }] } }, 6024],
      [{ cmt: 2, ext: 'cse-in/lamp', exra: { xyz: [] } }, 4000],
      [{ cmt: 2, ext: 'cse-in/lamp', exm: 5 }, 4000],
      [{ cmt: 2, ext: 'cse-in/lamp', exf: 'soon' }, 4000],
      [{ cmt: 2, ext: 'cse-in/lamp', exn: -1 }, 4000],
    ];
    for (const [attributes, expected] of refused) {
      const { rsc, dbg } = await create(attributes);
      expect(rsc, `${JSON.stringify(attributes)} ${dbg}`).to.equal(expected);
      expect(dbg).to.not.equal('');
    }
  });

  it('is not executed without a node, an agent or arguments; and nothing is made then', async () => {
    const without = async (attributes: JsonObject, expected: number) => {
      const path = await command(attributes);
      expect((await run(path)).rsc).to.equal(expected);
      expect(await executions(path)).to.deep.equal([]);
    };
    await without({ ...rebooting, ext: 'cse-in/nowhere' }, 6003);
    await without({ ...rebooting, ext: 'cse-in/agent' }, 6003);
    await without({ ...rebooting, ext: 'cse-in/mute' }, 6020);
    await without({ cmt: 3 }, 6025);
  });

  it('keeps target and mode once there are executions (4005), which nobody else makes', async () => {
    const path = await command(rebooting);
    await run(path);
    await reaches(path, status.finished);
    for (const attributes of [{ ext: 'cse-in/client' }, { exm: 2 }])
      expect((await cse.send('PUT', path, { 'm2m:mgc': attributes })).rsc).to.equal(4005);
    expect((await cse.create(path, 8, { 'm2m:exin': {} })).rsc).to.equal(4005);
    const { rn } = await only(path);
    expect((await cse.send('PUT', `${path}/${rn}`, { 'm2m:exin': { exs: 1 } })).rsc).to.equal(4000);
    expect((await cse.send('DELETE', `${path}/${rn}`)).rsc).to.equal(2002);
  });

  it('is carried out by one node of several, and after a restart', async () => {
    const database = await testDatabase({ rooms: [schema] });
    try {
      const first = await startCse({ database });
      await first.create('/cse-in', 14, { 'm2m:nod': { rn: 'client', ni: 'urn:client', mgca: agent.url } });
      const attributes = { ...rebooting, ext: 'cse-in/client' };
      await first.create('/cse-in', 12, { 'm2m:mgc': { rn: 'often', ...attributes, exm: 2, exn: 5, exf: 'PT0.2S' } });
      await first.create('/cse-in', 12, { 'm2m:mgc': { rn: 'later', ...attributes, exm: 3, exy: 'PT1.5S' } });
      const execution = async (node: TestCse, rn: string) =>
        (await node.send('GET', `/cse-in/${rn}?rcn=8`)).pc['m2m:mgc']['m2m:exin'][0].exs;
      const second = await startCse({ database });
      for (const rn of ['later', 'often']) await first.send('PUT', `/cse-in/${rn}`, { 'm2m:mgc': { exe: true } });
      await until(async () => (await execution(second, 'often')) === status.finished);
      expect(agent.heard.length).to.equal(5);
      await first.cse.stop();
      await second.cse.stop();
      await using third = await startCse({ database });
      await until(async () => (await execution(third, 'later')) === status.finished);
      expect(agent.heard.length).to.equal(6);
    } finally {
      await database.close();
    }
  });
});
