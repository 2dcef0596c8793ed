import { expect } from 'chai';
import type { Snapshot } from '#hypervision';
import { until } from '../support/wait.ts';
import { colleague, container, containerId, LiveClient, machine, type Stand, startStand } from './support.ts';

describe('the live link of the console', () => {
  let stand: Stand;
  let cookie: string;

  before(async () => {
    stand = await startStand({ sessionCheckMs: 100 });
    cookie = await stand.signIn();
  });
  after(() => stand[Symbol.asyncDispose]());

  async function snapshot(): Promise<Snapshot> {
    const response = await fetch(`${stand.origin}/api/hypervision/snapshot`, { headers: { cookie } });
    expect(response.status).to.equal(200);
    return (await response.json()) as Snapshot;
  }

  async function openAt(seq: number): Promise<LiveClient> {
    const client = new LiveClient(stand.origin, { cookie });
    client.socket.on('connect', () => client.socket.emit('resume', seq));
    await until(() => client.batches.length > 0 || client.resyncs > 0, { what: 'the first batch' });
    return client;
  }

  it('is refused without a session, and says why', async () => {
    using client = new LiveClient(stand.origin, {});
    await until(() => client.refusal, { what: 'the refusal' });
    expect(client.refusal).to.equal('signed-out');
    expect(client.socket.connected).to.equal(false);
  });

  it('is refused with a forged session', async () => {
    using client = new LiveClient(stand.origin, { cookie: 'alzette=s%3Aforged.signature' });
    await until(() => client.refusal, { what: 'the refusal' });
    expect(client.refusal).to.equal('signed-out');
  });

  it('is refused to a page of another site that uses the session of an operator', async () => {
    using client = new LiveClient(stand.origin, { cookie, origin: 'https://elsewhere.example' });
    await until(() => client.refusal, { what: 'the refusal' });
    expect(client.socket.connected).to.equal(false);
  });

  it('is closed soon after the operator signs out', async () => {
    const own = await stand.signIn();
    using client = new LiveClient(stand.origin, { cookie: own });
    await until(() => client.socket.connected, { what: 'the link' });
    await stand.signOut(own);
    await until(() => !client.socket.connected, { what: 'the end of the link' });
  });

  it('sends what is stored after the snapshot, each thing in its latest state, in batches that follow each other', async () => {
    const { seq } = await snapshot();
    using client = await openAt(seq);
    for (let level = 1; level <= 50; level += 1) {
      await stand.territory.entities.update([container(1, level / 100, new Date(Date.now() - 60_000 + level))]);
    }
    await until(
      () => client.batches.flatMap(({ entities }) => entities).some(({ values }) => values.fillingLevel?.[0] === 0.5),
      {
        what: 'the last level',
      },
    );
    for (const [index, batch] of client.batches.entries()) {
      const before = client.batches[index - 1];
      if (before !== undefined) expect(batch.from, 'a batch follows the one before').to.be.at.most(before.to);
    }
    expect(
      client.batches.filter(({ entities }) => entities.length > 0).length,
      'fifty changes are gathered',
    ).to.be.lessThan(25);
  });

  it('resumes after an absence without a gap', async () => {
    const { seq } = await snapshot();
    const missed = Array.from({ length: 30 }, (_, index) => container(100 + index, 0.3));
    await stand.territory.entities.update(missed);
    using client = await openAt(seq);
    expect(client.entityIds()).to.include.members(missed.map(({ entity }) => entity.id));
    await stand.territory.entities.update([container(2, 0.7)]);
    await until(() => client.entityIds().includes(containerId(2)), { what: 'what is new after resuming' });
  });

  it('asks for a new snapshot when the absence was too long, and when the console knows more than the server', async () => {
    const { seq } = await snapshot();
    for (let round = 0; round < 6; round += 1) {
      const many = Array.from({ length: 900 }, (_, index) => container(1_000 + round * 900 + index, 0.2));
      await stand.territory.entities.update(many);
    }
    using late = await openAt(seq);
    expect(late.resyncs).to.equal(1);
    using ahead = await openAt(Number.MAX_SAFE_INTEGER);
    expect(ahead.resyncs).to.equal(1);
  });

  it('says who is there, each person once, as they come and go', async () => {
    const present = (client: LiveClient, names: string[]) =>
      until(() => client.present.join() === names.join(), { what: `the presence of ${names.join(' and ')}` });
    using first = new LiveClient(stand.origin, { cookie });
    await present(first, ['marie']);
    using second = new LiveClient(stand.origin, { cookie: await stand.signIn() });
    await present(second, ['marie']);
    const cookieOfPaul = await stand.signIn(colleague);
    using other = new LiveClient(stand.origin, { cookie: cookieOfPaul });
    await Promise.all([first, second, other].map((client) => present(client, ['marie', 'paul'])));
    second.socket.disconnect();
    await stand.signOut(cookieOfPaul);
    await present(first, ['marie']);
  });

  it('sends alerts as they open and end', async () => {
    using client = await openAt((await snapshot()).seq);
    const report = {
      rule: 'test-rule',
      entity: containerId(1),
      severity: 'major',
      message: { fr: 'Plein.', en: 'Full.' },
    } as const;
    await stand.territory.alerts.report([{ ...report, active: true }], machine);
    await until(() => client.batches.some(({ alerts }) => alerts.some(({ state }) => state === 'open')), {
      what: 'the alert',
    });
    await stand.territory.alerts.report([{ ...report, active: false }], machine);
    await until(() => client.batches.some(({ alerts }) => alerts.some(({ state }) => state === 'cleared')), {
      what: 'its end',
    });
  });

  for (const nonsense of [-1, 1.5, 'all', null, { since: 1 }]) {
    it(`closes the link of who resumes at ${JSON.stringify(nonsense)}`, async () => {
      using client = new LiveClient(stand.origin, { cookie });
      client.socket.on('connect', () => client.socket.emit('resume', nonsense));
      await until(() => client.openings === 1 && !client.socket.connected, { what: 'the end of the link' });
    });
  }
});
