import { assert } from 'chai';
import { Batcher } from '../../flows/http/batcher.ts';

describe('flows: batches of requests', () => {
  it('keeps the order of items, never exceeds the size, and has one batch under way at a time', async () => {
    const batches: number[][] = [];
    let underWay = 0;
    const batcher = new Batcher<number, number>({
      sizeMax: 20,
      waitMs: 5,
      queueMax: 1_000,
      send: async (items) => {
        underWay += 1;
        assert.equal(underWay, 1);
        await new Promise((resolve) => setTimeout(resolve, 2));
        underWay -= 1;
        batches.push([...items]);
        return items.map((item) => item * 2);
      },
    });
    const items = Array.from({ length: 205 }, (_, index) => index);
    const results = await Promise.all(items.map((item) => batcher.add(item)));
    assert.deepEqual(
      results,
      items.map((item) => item * 2),
    );
    assert.deepEqual(batches.flat(), items);
    assert.isAtMost(Math.max(...batches.map(({ length }) => length)), 20);
    assert.isAtMost(batches.length, 12);
  });

  it('refuses an item when the queue is full instead of growing without bound', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const batcher = new Batcher<number, number>({
      sizeMax: 1,
      waitMs: 0,
      queueMax: 2,
      send: async (items) => {
        await promise;
        return items;
      },
    });
    const taken = [batcher.add(1), batcher.add(2), batcher.add(3)];
    const refused = await batcher.add(4).catch((error: Error) => error);
    assert.instanceOf(refused, RangeError);
    resolve();
    assert.deepEqual(await Promise.all(taken), [1, 2, 3]);
  });

  it('tells every item of a batch that failed, and carries the next batch', async () => {
    let calls = 0;
    const batcher = new Batcher<number, number>({
      sizeMax: 2,
      waitMs: 0,
      queueMax: 10,
      send: (items) => {
        calls += 1;
        return calls === 1 ? Promise.reject(new Error('refused')) : Promise.resolve(items);
      },
    });
    const [first, second, third] = await Promise.allSettled([batcher.add(1), batcher.add(2), batcher.add(3)]);
    assert.deepEqual([first?.status, second?.status, third?.status], ['rejected', 'rejected', 'fulfilled']);
  });
});
