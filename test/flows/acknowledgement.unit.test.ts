import { assert } from 'chai';
import fc from 'fast-check';
import { Acknowledgement } from '../../flows/settlement/acknowledgement.ts';

describe('flows: how far a feed is acknowledged', () => {
  it('acknowledges nothing beyond the oldest message under way, whatever the order of completion', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 200 }),
        fc.infiniteStream(fc.nat()),
        (positions, choices) => {
          const seqs = positions.toSorted((a, b) => a - b);
          const progress = new Acknowledgement();
          const cursor = (seqs.at(-1) ?? 0) + 7;
          const under = seqs.map((seq) => ({ seq, settle: progress.take(seq) }));
          progress.lookedThrough(cursor);
          while (under.length > 0) {
            const oldest = under[0]?.seq ?? 0;
            assert.equal(progress.position, oldest - 1);
            assert.equal(progress.unsettled, under.length);
            const choice: number = choices.next().value ?? 0;
            for (const { settle } of under.splice(choice % under.length, 1)) {
              settle();
              settle(); // saying it twice changes nothing
            }
          }
          assert.equal(progress.position, cursor);
          assert.equal(progress.unsettled, 0);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('acknowledges entries that were not for us once everything before them is settled', () => {
    const progress = new Acknowledgement();
    const settle = progress.take(5);
    progress.lookedThrough(90);
    assert.equal(progress.position, 4);
    settle();
    assert.equal(progress.position, 90);
  });
});
