import { expect } from 'chai';
import fc from 'fast-check';
import type { EntityView, LiveBatch } from '#hypervision';
import type { Alert, Entity, History, TypeDescription } from '#territory';
import { pointsOf, summaryOf } from '../../hypervision/web/entity/history-points.ts';
import { wholeEntity } from '../../hypervision/web/entity/whole-entity.ts';
import { Clusters, type Placed, sharesOf } from '../../hypervision/web/map/clusters.ts';
import { namePlaces } from '../../hypervision/web/map/name-places.ts';
import { compareConditions, conditionOf, conditions } from '../../hypervision/web/state/condition.ts';
import { applyBatch, applySnapshot, entities, lastSeq, openAlerts } from '../../hypervision/web/state/store.ts';

const at = '2026-11-22T13:00:00.000Z';
const atMs = Date.parse(at);
const type = { name: 'WasteContainer', theme: 'waste', expectedIntervalSeconds: 600 } as TypeDescription;
const view = (changes: Partial<EntityView> = {}): EntityView => ({
  id: 'urn:ngsi-ld:WasteContainer:1',
  type: 'WasteContainer',
  seq: 1,
  heardAtMs: atMs,
  values: { fillingLevel: [0.5, atMs] },
  ...changes,
});

describe('the condition of a thing', () => {
  const conditionAt = (entity: EntityView, seconds: number) =>
    conditionOf(entity, type, undefined, 3, atMs + seconds * 1000);

  it('is normal until it has been silent three times its interval, then stale', () => {
    expect(conditionAt(view(), 1800)).to.equal('normal');
    expect(conditionAt(view(), 1801)).to.equal('stale');
  });

  it('follows the interval the device itself has announced', () => {
    const quick = view({ values: { reportingInterval: [10, null] } });
    expect(conditionAt(quick, 31)).to.equal('stale');
  });

  it('is unknown when it was never heard', () => {
    const { heardAtMs: _, ...silent } = view();
    expect(conditionAt(silent, 0)).to.equal('unknown');
  });

  it('is the worst open alert, whatever its age', () => {
    expect(conditionOf(view(), type, 'critical', 3, atMs + 1e9)).to.equal('critical');
    expect([...conditions].reverse().sort(compareConditions)).to.deep.equal(conditions);
  });
});

describe('what a console knows', () => {
  const batch = (changes: Partial<LiveBatch>): LiveBatch => ({
    from: 0,
    to: 0,
    at,
    entities: [],
    alerts: [],
    commands: [],
    ...changes,
  });
  const alert = (id: string, seq: number, state: Alert['state'], severity: Alert['severity'] = 'minor') =>
    ({ id, seq, state, severity, entity: 'urn:x', openedAt: at, events: [] }) as unknown as Alert;

  beforeEach(() => applySnapshot({ seq: 10, at, entities: [view({ seq: 10 })], alerts: [], commands: [] }));

  it('takes a batch that follows, also when part of it is known', () => {
    expect(
      applyBatch(batch({ from: 8, to: 12, entities: [view({ seq: 12, values: { fillingLevel: [0.6, atMs] } })] })),
    ).to.equal(true);
    expect(lastSeq()).to.equal(12);
    expect(entities().get('urn:ngsi-ld:WasteContainer:1')?.values.fillingLevel?.[0]).to.equal(0.6);
  });

  it('refuses a batch when something before it is missing, and stays as it was', () => {
    expect(applyBatch(batch({ from: 11, to: 12, entities: [view({ seq: 12, values: {} })] }))).to.equal(false);
    expect(lastSeq()).to.equal(10);
    expect(entities().get('urn:ngsi-ld:WasteContainer:1')?.seq).to.equal(10);
  });

  it('never goes back to an older state of a thing', () => {
    applyBatch(batch({ from: 9, to: 11, entities: [view({ seq: 9, values: { fillingLevel: [0.1, atMs] } })] }));
    expect(entities().get('urn:ngsi-ld:WasteContainer:1')?.values.fillingLevel?.[0]).to.equal(0.5);
  });

  it('lists open alerts worst first, and forgets the oldest that ended', () => {
    const ended = Array.from({ length: 700 }, (_, index) => alert(`e${index}`, 20 + index, 'closed'));
    applyBatch(
      batch({
        from: 10,
        to: 900,
        alerts: [...ended, alert('a', 11, 'open', 'minor'), alert('b', 12, 'acknowledged', 'critical')],
      }),
    );
    expect(openAlerts.value.map(({ id }) => id)).to.deep.equal(['b', 'a']);
  });
});

describe('groups on the map', () => {
  it('share their ring in twelfths that always make a whole, and leave no theme out', () => {
    const count = fc.integer({ min: 1, max: 100_000 });
    const counts = fc.record(
      { waste: count, lighting: count, wind: count, energy: count },
      { requiredKeys: ['waste'] },
    );
    fc.assert(
      fc.property(counts, (themes) => {
        const shares = sharesOf(themes);
        expect(shares.reduce((sum, [, twelfths]) => sum + twelfths, 0)).to.equal(12);
        expect(shares).to.have.lengthOf(Object.keys(themes).length);
        for (const [, twelfths] of shares) expect(twelfths).to.be.greaterThan(0);
      }),
    );
  });

  it('count what is in them and name the worst, and fall apart when close', () => {
    const placed = Array.from({ length: 40 }, (_, index) => ({
      entity: view({ id: `urn:x:${index}` }),
      type,
      condition: index === 7 ? 'critical' : 'normal',
      position: [5.93 + index * 0.0004, 49.46] as const,
    })) as Placed[];
    const clusters = new Clusters(placed);
    const far = clusters.at([5, 49, 7, 50], 9);
    expect(far.clusters).to.have.lengthOf(1);
    expect(far.clusters[0]).to.include({ count: 40, worst: 'critical' });
    expect(clusters.at([5, 49, 7, 50], 17).single).to.have.lengthOf(40);
  });
});

describe('names on the map', () => {
  it('keep away from what stands there', () => {
    const square = {
      type: 'Polygon' as const,
      coordinates: [
        [
          [0, 0],
          [1, 0],
          [1, 1],
          [0, 1],
          [0, 0],
        ],
      ],
    };
    const communes = {
      type: 'FeatureCollection' as const,
      features: [{ type: 'Feature' as const, properties: { code: '1', name: 'Essai' }, geometry: square }],
    };
    const [free] = namePlaces(communes, [[0.5, 0.8]]).features;
    expect(free?.geometry.coordinates[1]).to.be.lessThan(0.5);
  });
});

describe('the curve of a property', () => {
  const display = { display: { unit: '%', factor: 100, decimals: 0 } };
  const history = (minutes: readonly number[]): History => ({
    entity: 'urn:x',
    property: 'fillingLevel',
    from: at,
    to: at,
    bucketSeconds: null,
    points: minutes.map((minute) => ({ at: new Date(atMs + minute * 60_000).toISOString(), value: 0.5 })),
  });

  it('is drawn in the unit people read and breaks where nothing was heard', () => {
    const points = pointsOf(history([0, 10, 20, 120, 130]), display, undefined, 600);
    expect(points.map(({ value }) => value)).to.deep.equal([50, 50, 50, null, 50, 50]);
  });

  it('goes on with what has arrived since, once', () => {
    const live = [0.75, atMs + 30 * 60_000] as const;
    const points = pointsOf(history([0, 10, 20]), display, live, 600);
    expect(points.at(-1)?.value).to.equal(75);
    expect(pointsOf(history([0, 10, 30]), display, live, 600).at(-1)?.value).to.equal(50);
  });

  it('has no summary when nothing was measured', () => {
    expect(summaryOf(pointsOf(history([]), display, undefined, 600))).to.equal(undefined);
  });
});

describe('an entity in its panel', () => {
  it('joins what was read with what is newer on the live link', () => {
    const read = {
      id: 'urn:x',
      attributes: {
        vendor: { type: 'Property', value: 'Dingtek' },
        fillingLevel: { type: 'Property', value: 0.4, observedAt: at },
        temperature: { type: 'Property', value: 9, observedAt: at },
      },
    } as unknown as Entity;
    const live = view({ values: { fillingLevel: [0.6, atMs + 1], temperature: [7, atMs - 1] } });
    const { values } = wholeEntity(live, read);
    expect(values.vendor?.[0]).to.equal('Dingtek');
    expect(values.fillingLevel?.[0]).to.equal(0.6);
    expect(values.temperature?.[0]).to.equal(9);
  });
});
