import { expect } from 'chai';
import { descriptorUpdate, fillingUpdate, lightUpdate, startTerritory, type TestTerritory } from './support.ts';

const hourMs = 3600_000;

describe('questions to the territory', () => {
  let city: TestTerritory;
  const start = new Date(Date.now() - 20 * hourMs);
  before(async () => {
    city = await startTerritory();
    const place = (index: number) => ({ longitude: 5.9 + index / 100, latitude: 49.45 });
    await city.territory.entities.update([
      ...Array.from({ length: 8 }, (_, index) =>
        descriptorUpdate(`bin-${index}`, {
          name: index === 3 ? 'Conteneur près de l’Église' : `Bac ${index}`,
          commune: index < 5 ? 'Villerupt' : 'Audun-le-Tiche',
          ...place(index),
        }),
      ),
      lightUpdate('light-1', 1, new Date(start)),
    ]);
    const observations = Array.from({ length: 1200 }, (_, index) =>
      fillingUpdate('bin-0', (index % 100) / 100, new Date(start.getTime() + index * 60_000)),
    );
    await city.territory.entities.update(observations.slice(0, 600));
    await city.territory.entities.update(observations.slice(600));
    await city.territory.entities.update(
      ['ok', 'lidOpen', 'ok'].map((value, index) => {
        const { entity, origin } = fillingUpdate('bin-1', 0.1, new Date(start.getTime() + index * hourMs));
        const { fillingLevel: _, ...rest } = entity;
        const observedAt = new Date(start.getTime() + index * hourMs).toISOString();
        return { entity: { ...rest, status: { type: 'Property' as const, value, observedAt } }, origin };
      }),
    );
  });
  after(() => city[Symbol.asyncDispose]());

  const ids = async (query: string): Promise<string[]> => {
    const { status, body } = await city.call('GET', `/entities?${query}`);
    expect(status).to.equal(200);
    return body.items.map(({ id }: { id: string }) => id.split(':').at(-1));
  };

  it('choose entities by type, commune, words and place', async () => {
    expect(await ids('type=Streetlight')).to.deep.equal(['light-1']);
    expect(await ids('commune=Audun-le-Tiche')).to.deep.equal(['bin-5', 'bin-6', 'bin-7']);
    expect(await ids('q=eglise%20PRES')).to.deep.equal(['bin-3']);
    expect(await ids('q=villerupt&type=WasteContainer&limit=2')).to.deep.equal(['bin-0', 'bin-1']);
    expect(await ids('bbox=5.905,49.4,5.925,49.5')).to.deep.equal(['bin-1', 'bin-2']);
    expect(await ids('bbox=170,-90,5.905,90'), 'across the antimeridian').to.deep.equal(['bin-0']);
    expect(await ids('q=100%25')).to.deep.equal([]);
  });

  it('page through entities without gap or repeat', async () => {
    const seen: string[] = [];
    for (let after = ''; ; ) {
      const { body } = await city.call('GET', `/entities?limit=4${after && `&after=${encodeURIComponent(after)}`}`);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      if (body.next === undefined) break;
      after = body.next;
    }
    expect(seen).to.deep.equal([...new Set(seen)].sort());
    expect(seen).to.have.length(9);
  });

  it('count entities by type', async () => {
    expect(await city.territory.entities.counts()).to.deep.equal({ Streetlight: 1, WasteContainer: 8 });
  });

  const history = (query: string) =>
    city.call('GET', `/entities/urn:ngsi-ld:WasteContainer:bin-0/history?property=fillingLevel&${query}`);

  it('give every observation while they fit, first and last time as asked', async () => {
    const from = new Date(start.getTime() + 100 * 60_000);
    const to = new Date(start.getTime() + 110 * 60_000);
    const { body } = await history(`from=${from.toISOString()}&to=${to.toISOString()}`);
    expect(body).to.deep.include({ bucketSeconds: null, unitCode: 'C62' });
    expect(body.points).to.have.length(10);
    expect(body.points[0]).to.deep.equal({ at: from.toISOString(), value: 0 });
    expect(body.points.at(-1)).to.deep.equal({ at: new Date(to.getTime() - 60_000).toISOString(), value: 0.09 });
  });

  it('group a long history in equal buckets with mean, extremes and count', async () => {
    const to = new Date(start.getTime() + 1200 * 60_000);
    const { body } = await history(`from=${start.toISOString()}&to=${to.toISOString()}&maxPoints=12`);
    expect(body.bucketSeconds).to.equal(6000);
    expect(body.points).to.have.length(12);
    for (const point of body.points) {
      expect(point).to.include({ min: 0, max: 0.99, count: 100 });
      expect(point.value).to.be.closeTo(0.495, 1e-9);
    }
    expect(body.points[1].at).to.equal(new Date(start.getTime() + 6_000_000).toISOString());
  });

  it('give the last value of a bucket for what is not a number', async () => {
    const to = new Date(start.getTime() + 4 * hourMs);
    const { body } = await city.call(
      'GET',
      `/entities/urn:ngsi-ld:WasteContainer:bin-1/history?property=status&from=${start.toISOString()}&to=${to.toISOString()}&maxPoints=2`,
    );
    expect(body.points.map(({ value, count }: { value: string; count: number }) => [value, count])).to.deep.equal([
      ['lidOpen', 2],
      ['ok', 1],
    ]);
  });

  it('describe the types for consoles, with labels in both languages', async () => {
    const { types } = (await city.call('GET', '/types')).body;
    const light = types.find(({ name }: { name: string }) => name === 'Streetlight');
    expect(light).to.deep.include({ theme: 'lighting', headline: 'illuminanceLevel' });
    expect(light.commands[0]).to.deep.include({ action: 'dim', effect: { property: 'illuminanceLevel' } });
  });

  describe('are refused, naming what is wrong:', () => {
    const bin = '/entities/urn:ngsi-ld:WasteContainer:bin-0';
    const refused: Readonly<Record<string, { path: string; status: number; code: string }>> = {
      'a box with three sides': { path: '/entities?bbox=1,2,3', status: 400, code: 'bad-bbox' },
      'a box in Lambert 93': { path: '/entities?bbox=912345,6923456,912400,6923500', status: 400, code: 'bad-bbox' },
      'a box upside down': { path: '/entities?bbox=5,50,6,49', status: 400, code: 'bad-bbox' },
      'a page of ten thousand': { path: '/entities?limit=10000', status: 400, code: 'bad-limit' },
      'a limit that is no number': { path: '/entities?limit=many', status: 400, code: 'bad-limit' },
      'a word too long': { path: `/entities?q=${'x'.repeat(300)}`, status: 400, code: 'bad-q' },
      'a null character': { path: '/entities?q=%00', status: 400, code: 'bad-q' },
      'a parameter nobody knows': { path: '/entities?color=red', status: 400, code: 'unknown-parameter' },
      'an entity nobody knows': { path: '/entities/urn:ngsi-ld:WasteContainer:none', status: 404, code: 'not-found' },
      'history without property': { path: `${bin}/history`, status: 400, code: 'bad-property' },
      'history of a fact': { path: `${bin}/history?property=name`, status: 422, code: 'unknown-property' },
      'history of a prototype': { path: `${bin}/history?property=__proto__`, status: 422, code: 'unknown-property' },
      'history that ends before it begins': {
        path: `${bin}/history?property=fillingLevel&from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z`,
        status: 400,
        code: 'bad-from',
      },
      'history from never': { path: `${bin}/history?property=fillingLevel&from=never`, status: 400, code: 'bad-from' },
      'an alert in an unknown state': { path: '/alerts?state=angry', status: 400, code: 'bad-state' },
      'a cursor of nobody': { path: '/alerts?after=abc', status: 400, code: 'bad-after' },
      'work without consumer': { path: '/work', status: 400, code: 'bad-consumer' },
      'work with too long a wait': { path: '/work?consumer=x&wait=3600', status: 400, code: 'bad-wait' },
    };
    for (const [what, { path, status, code }] of Object.entries(refused)) {
      it(what, async () => {
        const answer = await city.call('GET', path);
        expect([answer.status, answer.body.code]).to.deep.equal([status, code]);
        expect(answer.type).to.contain('application/problem+json');
      });
    }

    const bodies: Readonly<Record<string, { body: string | Uint8Array; type?: string; status: number; code: string }>> =
      {
        'a body that is not JSON': { body: '{"updates": [', status: 400, code: 'entity-parse-failed' },
        'a body that is not UTF-8': {
          body: Uint8Array.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]),
          status: 400,
          code: 'invalid-utf-8',
        },
        'a body of another type': {
          body: '<updates/>',
          type: 'application/xml',
          status: 415,
          code: 'unsupported-media-type',
        },
        'a body of nine mebibytes': { body: `"${'x'.repeat(9 * 1024 * 1024)}"`, status: 413, code: 'entity-too-large' },
        'a body that is a number': { body: '42', status: 400, code: 'entity-parse-failed' },
        'updates that are no list': { body: '{"updates": {}}', status: 400, code: 'bad-body' },
        'an update that is no object': { body: '{"updates": [1]}', status: 400, code: 'bad-body' },
        'more than a thousand updates': {
          body: JSON.stringify({ updates: Array(1001).fill({}) }),
          status: 400,
          code: 'bad-body',
        },
      };
    for (const [what, { body, type, status, code }] of Object.entries(bodies)) {
      it(what, async () => {
        const answer = await city.call('POST', '/updates', { body, ...(type === undefined ? {} : { type }) });
        expect([answer.status, answer.body.code]).to.deep.equal([status, code]);
      });
    }

    it('anybody without a token, before the body is read', async () => {
      const answer = await city.call('POST', '/updates', { as: '', body: 'x'.repeat(9 * 1024 * 1024) });
      expect(answer.status).to.equal(401);
    });
  });
});

describe('the history kept', () => {
  it('takes a month of its own, made when a late observation needs it, and drops the month when it has passed', async () => {
    let clock = new Date();
    await using city = await startTerritory({ now: () => clock, settings: { ALZETTE_HISTORY_RETENTION_DAYS: '90' } });
    const old = new Date(clock.getTime() - 80 * 24 * hourMs);
    await city.territory.entities.update([fillingUpdate('old', 0.5, old)]);
    const months = async () => {
      const { rows } = await city.database.pool.query<{ month: string }>(
        `SELECT inhrelid::regclass::text AS month FROM pg_inherits WHERE inhparent = 'territory.observation'::regclass`,
      );
      return rows.map(({ month }) => month.slice(-7));
    };
    const oldMonth = old.toISOString().slice(0, 7).replace('-', '_');
    expect(await months()).to.include(oldMonth);
    clock = new Date(clock.getTime() + 60 * 24 * hourMs);
    await city.anotherNode();
    expect(await months()).not.to.include(oldMonth);
    const { points } = await city.territory.history({
      entity: 'urn:ngsi-ld:WasteContainer:old',
      property: 'fillingLevel',
      from: old.toISOString(),
    });
    expect(points).to.deep.equal([]);
  });
});
