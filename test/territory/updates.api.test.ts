import { expect } from 'chai';
import type { ChangeBatch, Update } from '#territory';
import { until } from '../support/wait.ts';
import { descriptorUpdate, fillingUpdate, minutesAgo, startTerritory, type TestTerritory } from './support.ts';

describe('updates of the territory', () => {
  let city: TestTerritory;
  before(async () => {
    city = await startTerritory();
  });
  after(() => city[Symbol.asyncDispose]());

  const post = (updates: readonly unknown[]) => city.call('POST', '/updates', { body: { updates } });
  const entityOf = async (device: string) =>
    (await city.call('GET', `/entities/urn:ngsi-ld:WasteContainer:${device}`)).body;

  it('stores what is observed, with unit, time and the oneM2M resource it came from', async () => {
    const observedAt = minutesAgo(5);
    const answer = await post([fillingUpdate('origin', 0.42, observedAt)]);
    expect(answer.body).to.deep.equal({ results: [{ status: 'stored' }] });
    const entity = await entityOf('origin');
    expect(entity.attributes.fillingLevel).to.deep.equal({
      type: 'Property',
      value: 0.42,
      unitCode: 'C62',
      observedAt: observedAt.toISOString(),
      origin: {
        resource: `cse-in/origin/measurements/${observedAt.getTime()}`,
        mapping: 'waste-measurements@1',
      },
    });
    expect(Date.parse(entity.heardAt)).to.be.greaterThan(observedAt.getTime());
  });

  it('recognises an observation it has, in the same request, in a later one, and inside a mixed batch', async () => {
    const update = fillingUpdate('twice', 0.5, minutesAgo(4));
    expect((await post([update, update])).body.results).to.deep.equal([{ status: 'stored' }, { status: 'duplicate' }]);
    expect((await post([update, fillingUpdate('twice', 0.6, minutesAgo(3))])).body.results).to.deep.equal([
      { status: 'duplicate' },
      { status: 'stored' },
    ]);
    const history = await city.territory.history({ entity: update.entity.id, property: 'fillingLevel' });
    expect(history.points.map(({ value }) => value)).to.deep.equal([0.5, 0.6]);
  });

  it('keeps a late observation in the history and leaves the newer current value', async () => {
    await post([fillingUpdate('late', 0.9, minutesAgo(1))]);
    expect((await post([fillingUpdate('late', 0.1, minutesAgo(30))])).body.results[0].status).to.equal('stored');
    expect((await entityOf('late')).attributes.fillingLevel.value).to.equal(0.9);
    const history = await city.territory.history({
      entity: 'urn:ngsi-ld:WasteContainer:late',
      property: 'fillingLevel',
    });
    expect(history.points.map(({ value }) => value)).to.deep.equal([0.1, 0.9]);
  });

  it('takes the corrected value when a message is mapped anew', async () => {
    const observedAt = minutesAgo(2);
    await post([fillingUpdate('corrected', 0.8, observedAt)]);
    expect((await post([fillingUpdate('corrected', 0.2, observedAt)])).body.results[0].status).to.equal('stored');
    expect((await entityOf('corrected')).attributes.fillingLevel.value).to.equal(0.2);
    const history = await city.territory.history({
      entity: 'urn:ngsi-ld:WasteContainer:corrected',
      property: 'fillingLevel',
    });
    expect(history.points).to.have.length(1);
  });

  it('keeps the newer of two descriptors, whichever arrives first', async () => {
    const facts = { commune: 'Audun-le-Tiche', longitude: 5.95, latitude: 49.47 };
    await post([descriptorUpdate('described', { name: 'nouveau', ...facts }, 20)]);
    expect(
      (await post([descriptorUpdate('described', { name: 'ancien', ...facts }, 10)])).body.results[0].status,
    ).to.equal('duplicate');
    expect((await entityOf('described')).name).to.equal('nouveau');
  });

  it('merges parts: a descriptor and a measurement make one entity', async () => {
    const facts = { name: 'Bac 12', commune: 'Villerupt', longitude: 5.93, latitude: 49.46 };
    await post([descriptorUpdate('merged', facts), fillingUpdate('merged', 0.3, minutesAgo(1))]);
    const entity = await entityOf('merged');
    expect(entity).to.include({ name: 'Bac 12', commune: 'Villerupt' });
    expect(entity.geometry).to.deep.equal({ type: 'Point', coordinates: [5.93, 49.46] });
    expect(entity.attributes.fillingLevel.value).to.equal(0.3);
  });

  it('lets two writers of one entity each have their say, and ends with the newest value', async () => {
    const base = Date.now() - 600_000;
    const writes = Array.from({ length: 40 }, (_, index) => {
      const update = fillingUpdate('contended', index / 100, new Date(base + index * 1000));
      return index % 2 === 0 ? city.territory.entities.update([update]) : post([update]);
    });
    await Promise.all(writes);
    expect((await entityOf('contended')).attributes.fillingLevel.value).to.equal(0.39);
    const history = await city.territory.history({
      entity: 'urn:ngsi-ld:WasteContainer:contended',
      property: 'fillingLevel',
    });
    expect(history.points).to.have.length(40);
  });

  it('stores the good updates of a batch and refuses the others, each with its reason and place', async () => {
    const { body } = await post([
      fillingUpdate('good', 0.5, minutesAgo(1)),
      fillingUpdate('bad', 1.4, minutesAgo(1)),
      fillingUpdate('good', 0.6, minutesAgo(0.5)),
    ]);
    expect(body.results.map(({ status }: { status: string }) => status)).to.deep.equal(['stored', 'refused', 'stored']);
    expect(body.results[1]).to.deep.include({
      path: '/entity/fillingLevel/value',
      reason: {
        fr: 'fillingLevel vaut 1,4 ; attendu entre 0 et 1',
        en: 'fillingLevel is 1.4; expected between 0 and 1',
      },
    });
    expect((await city.call('GET', '/entities/urn:ngsi-ld:WasteContainer:bad')).status).to.equal(404);
  });

  it('stores nothing of a batch whose transaction fails half-way, and goes on', async () => {
    const { pool } = city.database;
    await pool.query(`CREATE FUNCTION territory.fail() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'the disk is on fire'; END $$`);
    await pool.query(`CREATE TRIGGER fail BEFORE UPDATE ON territory.entity FOR EACH ROW
      WHEN (NEW.id LIKE '%:halves') EXECUTE FUNCTION territory.fail()`);
    const seq = await city.territory.entities.lastSeq();
    const failed = await post([
      fillingUpdate('other-half', 0.5, minutesAgo(1)),
      fillingUpdate('halves', 0.5, minutesAgo(1)),
    ]);
    expect(failed.status).to.equal(500);
    expect(JSON.stringify(failed.body)).not.to.contain('on fire');
    await pool.query('DROP TRIGGER fail ON territory.entity; DROP FUNCTION territory.fail()');
    const left =
      await pool.query(`SELECT (SELECT count(*) FROM territory.entity WHERE id LIKE '%half' OR id LIKE '%halves')
      + (SELECT count(*) FROM territory.observation WHERE origin LIKE '%half/%' OR origin LIKE '%halves/%') AS count`);
    expect(left.rows[0]).to.deep.equal({ count: 0 });
    expect(await city.territory.entities.lastSeq()).to.equal(seq);
    expect((await post([fillingUpdate('halves', 0.5, minutesAgo(1))])).body.results[0].status).to.equal('stored');
  });

  it('stores nothing of a batch whose database connection is killed half-way, and goes on', async () => {
    const { pool } = city.database;
    await city.territory.entities.update([fillingUpdate('killed-1', 0.1, minutesAgo(9))]);
    const seq = await city.territory.entities.lastSeq();
    const blocker = await pool.connect();
    await blocker.query('BEGIN');
    await blocker.query(`SELECT 1 FROM territory.entity WHERE id LIKE '%killed-1' FOR UPDATE`);
    const write = post([fillingUpdate('killed-2', 0.5, minutesAgo(1)), fillingUpdate('killed-1', 0.5, minutesAgo(1))]);
    // By now it has inserted the new entity and its observations, and waits for the row that we hold.
    const victim = await until(async () => {
      const { rows } = await pool.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE territory.entity%'
         AND datname = current_database()`,
      );
      return rows[0];
    });
    await pool.query('SELECT pg_terminate_backend($1)', [victim.pid]);
    expect((await write).status).to.equal(500);
    await blocker.query('ROLLBACK');
    blocker.release();
    expect(await city.territory.entities.lastSeq()).to.equal(seq);
    expect((await city.call('GET', '/entities/urn:ngsi-ld:WasteContainer:killed-2')).status).to.equal(404);
    const { rows } = await pool.query(`SELECT count(*) FROM territory.observation WHERE origin LIKE '%killed-2%'`);
    expect(rows[0]).to.deep.equal({ count: 0 });
    expect((await post([fillingUpdate('killed-2', 0.5, minutesAgo(1))])).body.results[0].status).to.equal('stored');
  });

  describe('refuses, naming what is wrong,', () => {
    const valid = (): Update => fillingUpdate('refused', 0.5, minutesAgo(1));
    const withLocation = (value: unknown) => {
      const { entity, origin } = valid();
      return { entity: { ...entity, location: { type: 'GeoProperty', value } }, origin };
    };
    const withValue = (value: unknown) => {
      const { entity, origin } = valid();
      return { entity: { ...entity, fillingLevel: { type: 'Property', value } }, origin };
    };
    const refused: Readonly<Record<string, { update: unknown; path: string; reason: RegExp }>> = {
      'an unknown type': {
        update: { ...valid(), entity: { id: 'urn:ngsi-ld:Spaceship:1', type: 'Spaceship' } },
        path: '/entity/type',
        reason: /Spaceship is not declared; expected: WasteContainer/,
      },
      'a property the type does not have': {
        update: { ...valid(), entity: { ...valid().entity, warpFactor: { type: 'Property', value: 9 } } },
        path: '/entity',
        reason: /warpFactor is not a property of WasteContainer/,
      },
      'an id of another type': {
        update: { ...valid(), entity: { ...valid().entity, id: 'urn:ngsi-ld:Streetlight:1' } },
        path: '/entity/id',
        reason: /expected the form urn:ngsi-ld:WasteContainer:<name>/,
      },
      'a longitude outside WGS 84': {
        update: withLocation({ type: 'Point', coordinates: [912345.6, 49] }),
        path: '/entity/location/value/coordinates/0',
        reason: /912,345.6; expected between -180 and 180/,
      },
      'a latitude outside WGS 84': {
        update: withLocation({ type: 'Point', coordinates: [5.9, 97] }),
        path: '/entity/location/value/coordinates/1',
        reason: /expected between -90 and 90/,
      },
      'a geometry that is not GeoJSON': {
        update: withLocation({ type: 'Circle', coordinates: [5.9, 49], radius: 5 }),
        path: '/entity/location/value',
        reason: /not a known GeoJSON geometry/,
      },
      'a polygon ring that is too short': {
        update: withLocation({ type: 'Polygon', coordinates: [[[5, 49]]] }),
        path: '/entity/location/value/coordinates/0',
        reason: /at least 4 expected/,
      },
      'a text where a number belongs': {
        update: withValue('full'),
        path: '/entity/fillingLevel/value',
        reason: /"full"; expected a number/,
      },
      'null where a number belongs (NaN in JSON)': {
        update: withValue(Number.NaN),
        path: '/entity/fillingLevel/value',
        reason: /expected a number/,
      },
      'a text that is too long': {
        update: { ...valid(), entity: { ...valid().entity, name: { type: 'Property', value: 'x'.repeat(201) } } },
        path: '/entity/name/value',
        reason: /more than 200 characters/,
      },
      'a null character': {
        update: { ...valid(), entity: { ...valid().entity, name: { type: 'Property', value: 'a\u0000b' } } },
        path: '/entity/name/value',
        reason: /null character/,
      },
      'half a Unicode character': {
        update: { ...valid(), entity: { ...valid().entity, name: { type: 'Property', value: 'a\ud800' } } },
        path: '/entity/name/value',
        reason: /half a Unicode character/,
      },
      'a time without zone': {
        update: fillingUpdate('refused', 0.5, '2026-03-02T08:15:00', 'r'),
        path: '/entity/fillingLevel/observedAt',
        reason: /ISO 8601 time with zone/,
      },
      'a clock far in the future': {
        update: fillingUpdate('refused', 0.5, '2099-01-01T00:00:00Z'),
        path: '/entity/fillingLevel/observedAt',
        reason: /in the future: the device's clock is wrong/,
      },
      'a clock that starts in 1970': {
        update: fillingUpdate('refused', 0.5, '1970-01-01T00:00:10Z'),
        path: '/entity/fillingLevel/observedAt',
        reason: /history is not kept that long, or the device's clock is wrong/,
      },
      'a wrong unit': {
        update: {
          ...valid(),
          entity: { ...valid().entity, fillingLevel: { type: 'Property', value: 0.5, unitCode: 'P1' } },
        },
        path: '/entity/fillingLevel/unitCode',
        reason: /"P1"; expected "C62"/,
      },
      'an origin without resource': { update: { ...valid(), origin: {} }, path: '/origin', reason: /resource/ },
      'an unknown member': { update: { ...valid(), extra: 1 }, path: '', reason: /extra/ },
    };
    for (const [what, { update, path, reason }] of Object.entries(refused)) {
      it(what, async () => {
        const [result] = (await post([update])).body.results;
        expect(result.status).to.equal('refused');
        expect(result.path).to.equal(path);
        expect(result.reason.en).to.match(reason);
        expect(result.reason.fr).to.be.a('string').and.not.equal('');
      });
    }
    it('and stores none of them', async () => {
      expect((await city.call('GET', '/entities/urn:ngsi-ld:WasteContainer:refused')).status).to.equal(404);
    });
  });

  it('numbers changes in the order of commits, so that following them misses nothing', async () => {
    const start = await city.territory.entities.lastSeq();
    const heard: ChangeBatch[] = [];
    const stop = city.territory.onChange((batch) => heard.push(batch));
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        city.territory.entities.update([
          fillingUpdate(`numbered-${index % 7}`, 0.5, new Date(Date.now() - 1000 + index)),
        ]),
      ),
    );
    const last = await city.territory.entities.lastSeq();
    await until(() => heard.at(-1)?.seq === last, { what: 'the last batch' });
    stop();
    const seqs = heard.map(({ seq }) => seq);
    expect(seqs).to.deep.equal([...seqs].sort((a, b) => a - b));
    const followed = new Map<string, number>();
    for (let from = start, more = true; more; ) {
      const page = await city.territory.entities.changedSince(from, 3);
      for (const entity of page.entities) followed.set(entity.id, entity.seq);
      ({ seq: from, more } = page);
    }
    expect([...followed.keys()].filter((id) => id.includes('numbered')).sort()).to.have.length(7);
    expect(Math.max(...followed.values())).to.equal(last);
  });

  it('tells a node what another node has committed, in order', async () => {
    const other = await city.anotherNode();
    const heard: string[] = [];
    const stop = city.territory.onChange((batch) => heard.push(...batch.entities.map(({ id }) => id)));
    await other.entities.update([fillingUpdate('from-the-other-node', 0.5, minutesAgo(1))]);
    await until(() => heard.includes('urn:ngsi-ld:WasteContainer:from-the-other-node'), {
      what: 'the other node’s change',
    });
    stop();
  });
});
