import { assert } from 'chai';
import { pauseMs } from '../../flows/backoff.ts';

const backoff = { firstMs: 500, longestMs: 60_000 };

describe('flows: pauses between attempts', () => {
  it('double with every failure up to the longest', () => {
    const pauses = [1, 2, 3, 8, 50, 5_000].map((failures) => pauseMs(failures, backoff, () => 1));
    assert.deepEqual(pauses, [500, 1_000, 2_000, 60_000, 60_000, 60_000]);
  });

  it('are spread over the upper half, so that clients do not come back together', () => {
    assert.equal(
      pauseMs(3, backoff, () => 0),
      1_000,
    );
    assert.equal(
      pauseMs(3, backoff, () => 0.5),
      1_500,
    );
  });
});
