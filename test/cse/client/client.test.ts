import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { type Client, CseRefusal, CseUnreachable, createClient, type Notification } from '#cse/client';
import { freePort, until } from '../../support/wait.ts';
import { type Doors, openDoors } from '../bindings/doors.ts';

const doorNames = ['http', 'mqtt', 'ws', 'coap'] as const;

/** HTTP and CoAP need an address for notifications. */
const listen = { host: '127.0.0.1', port: 0 };

const refusalOf = async (act: Promise<unknown>): Promise<CseRefusal> => {
  try {
    await act;
  } catch (error) {
    if (error instanceof CseRefusal) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

/** `con` of a content instance. */
const contentOf = (content: JsonObject | undefined): string => {
  const instance = content?.['m2m:cin'] as JsonObject | undefined;
  return String(instance?.con);
};

describe('the client library', () => {
  let doors: Doors;
  before(async () => {
    doors = await openDoors();
  });
  after(() => doors[Symbol.asyncDispose]());

  for (const door of doorNames) {
    for (const format of ['json', 'cbor'] as const) {
      describe(`over ${door} in ${format}`, () => {
        const name = `${door}-${format}`;
        const ae = `cse-in/${name}`;
        let client: Client;
        before(async () => {
          client = await doors.client(door, `C${name}`, { format, listen });
        });

        it('registers an AE, and creates, retrieves, updates, discovers and deletes', async () => {
          const poa = await client.listen();
          const created = await client.create('cse-in', 2, name, {
            api: 'N.test',
            rr: true,
            srv: ['3'],
            ...(poa === undefined ? {} : { poa: [poa] }),
          });
          expect(created.aei).to.equal(`C${name}`);
          await client.create(ae, 3, 'values', { lbl: [`door:${name}`], mni: 5 });
          await client.create(`${ae}/values`, 4, undefined, {
            con: '{"t":21.5,"unit":"°C"}',
            cnf: 'application/json:0',
          });
          const latest = await client.retrieve(`${ae}/values/la`);
          expect(latest.con).to.equal('{"t":21.5,"unit":"°C"}');
          await client.update(`${ae}/values`, 3, { mni: 7 });
          expect((await client.retrieve(`${ae}/values`)).mni).to.equal(7);
          const found = await client.discover('cse-in', { ty: 3, lbl: [`door:${name}`] });
          expect(found).to.deep.equal([`${ae}/values`]);
          await client.create(ae, 3, 'short-lived', {});
          await client.delete(`${ae}/short-lived`);
          expect((await refusalOf(client.retrieve(`${ae}/short-lived`))).status).to.equal('NOT_FOUND');
        });

        it('retrieves chosen attributes and children', async () => {
          const partial = await client.retrieve(`${ae}/values`, { attributes: ['mni'] });
          expect(partial).to.deep.equal({ mni: 7 });
          const tree = await client.retrieve(ae, { rcn: 4 });
          expect(tree).to.have.property('m2m:cnt').that.is.an('array').with.length(1);
        });

        it('retrieves results of many kilobytes', async () => {
          const con = 'é'.repeat(6_000);
          await client.create(`${ae}/values`, 4, 'large', { con });
          expect((await client.retrieve(`${ae}/values/large`)).con).to.equal(con);
        });

        it('tells a refusal with its code and the reason of the CSE', async () => {
          const refusal = await refusalOf(client.create(`${ae}/values`, 4, undefined, { con: 'x', mni: 1 }));
          expect(refusal.rsc).to.equal(4000);
          expect(refusal.dbg).to.include('mni');
        });

        it('hears notifications of its subscription and answers them', async () => {
          const heard: Notification[] = [];
          const stop = client.onNotification((notification) => void heard.push(notification));
          await client.listen();
          await client.create(`${ae}/values`, 23, 'watch', { nu: [`C${name}`], enc: { net: [3] }, nct: 1 });
          await client.create(`${ae}/values`, 4, undefined, { con: 'first' });
          await client.create(`${ae}/values`, 4, undefined, { con: 'second' });
          await until(() => heard.length >= 2, { what: 'two notifications' });
          const contents = heard.map(({ representation }) => contentOf(representation));
          expect(contents).to.deep.equal(['first', 'second']);
          expect(heard[0]?.eventType).to.equal(3);
          await client.delete(`${ae}/values/watch`);
          stop();
        });

        it('refuses to speak for an originator its token does not cover', async () => {
          const refusal = await refusalOf(
            client
              .request({ op: 2, to: 'cse-in', fr: 'CAdmin' })
              .then(({ rsc, pc }) => Promise.reject(new CseRefusal(rsc, { dbg: String(pc?.['m2m:dbg']) }))),
          );
          expect(refusal.status).to.equal('ORIGINATOR_NOT_AUTHENTICATED');
        });
      });
    }

    it(`over ${door} gives up in bounded time when nobody is there, and says so`, async () => {
      const port = await freePort();
      const { protocol } = new URL(doors.urls[door]);
      const client = createClient({
        url: `${protocol}//127.0.0.1:${port}`,
        originator: 'Cx',
        timeoutMs: 300,
        retries: 1,
      });
      const error = await client.retrieve('cse-in').then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).to.be.instanceOf(CseUnreachable);
      await client.close();
    });
  }

  for (const door of ['mqtt', 'ws'] as const) {
    it(`over ${door} connects again when the CSE comes back, and hears notifications as before`, async () => {
      const originator = `Cback-${door}`;
      const client = await doors.client(door, originator);
      const heard: string[] = [];
      await client.create('cse-in', 2, originator.slice(1), { api: 'N.test', rr: true, srv: ['3'] });
      await client.create(`cse-in/${originator.slice(1)}`, 3, 'data', {});
      client.onNotification(({ representation }) => void heard.push(contentOf(representation)));
      await client.listen();
      await client.create(`cse-in/${originator.slice(1)}/data`, 23, 'watch', { nu: [originator], enc: { net: [3] } });
      await doors.reopen();
      const other = await doors.client('http', originator);
      await other.create(`cse-in/${originator.slice(1)}/data`, 4, undefined, { con: 'after' });
      await until(() => heard.includes('after'), { timeoutMs: 20_000, what: 'the notification after the return' });
      expect((await client.retrieve(`cse-in/${originator.slice(1)}`)).aei).to.equal(originator);
    });
  }

  it('never has more requests under way than allowed, and refuses when too many wait', async () => {
    const client = await doors.client('http', 'CAdmin', { inFlightMax: 2, queueMax: 3 });
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => client.retrieve('cse-in')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(5);
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []));
    expect(failures[0]).to.include('requests are waiting');
  });

  describe('reading the change feed', () => {
    it('delivers every change in order, waits for new ones, and goes on after what was acknowledged', async () => {
      const client = await doors.client('http', 'Cfeed');
      await client.create('cse-in', 2, 'feed', { api: 'N.test', rr: false, srv: ['3'], lbl: ['theme:test'] });
      await client.create('cse-in/feed', 3, 'data', { lbl: ['theme:test'] });
      const create = (con: string) => client.create('cse-in/feed/data', 4, undefined, { con });
      const stop = new AbortController();
      const read = async (count: number): Promise<string[]> => {
        const contents: string[] = [];
        const query = { consumer: 'test', labels: ['theme:test'], waitSeconds: 5, signal: stop.signal };
        for await (const batch of client.changes(query)) {
          for (const { body } of batch.entries) {
            if (body.ty === 4) contents.push(contentOf(body.pc));
          }
          batch.ack();
          if (contents.length >= count) break;
        }
        return contents;
      };
      await create('1');
      await create('2');
      expect(await read(2)).to.deep.equal(['1', '2']);
      const waiting = read(1);
      await create('3');
      expect(await waiting).to.deep.equal(['3']);
    });

    it('delivers again what was not acknowledged', async () => {
      const client = await doors.client('http', 'Cfeed');
      const readOnce = async (): Promise<number | undefined> => {
        for await (const { entries } of client.changes({ consumer: 'forgetful', labels: ['theme:test'] }))
          return entries[0]?.seq;
        return undefined;
      };
      const first = await readOnce();
      expect(first).to.be.a('number');
      expect(await readOnce()).to.equal(first);
    });

    it('refuses a reader without a valid token', async () => {
      const client = await doors.client('http', 'Cfeed', { token: 'wrong' });
      const reading = client.changes({ consumer: 'intruder' }).next();
      expect((await refusalOf(reading)).status).to.equal('ORIGINATOR_NOT_AUTHENTICATED');
    });
  });
});
