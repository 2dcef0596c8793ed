/** Numbers that look random and are the same at every start, so that a demonstration device keeps its place and traits. */
export class Random {
  #state: number;

  constructor(seed: string) {
    // FNV-1a: neighbouring seeds ("light-1", "light-2") give unrelated sequences.
    let hash = 0x811c9dc5;
    for (const character of seed) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
    this.#state = hash >>> 0;
  }

  /** In [0, 1). Mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  between(minimum: number, maximum: number): number {
    return minimum + (maximum - minimum) * this.next();
  }

  integer(minimum: number, maximum: number): number {
    return Math.floor(this.between(minimum, maximum + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** Around 0 with deviation 1 (sum of twelve, which is close enough to normal here). */
  normal(): number {
    let sum = -6;
    for (let count = 0; count < 12; count += 1) sum += this.next();
    return sum;
  }

  /** @throws RangeError for an empty list */
  pick<T>(list: readonly T[]): T {
    return this.pickWeighted(list, () => 1);
  }

  pickWeighted<T>(list: readonly T[], weight: (item: T) => number): T {
    let rest = this.next() * list.reduce((sum, item) => sum + weight(item), 0);
    for (const item of list) {
      rest -= weight(item);
      if (rest < 0) return item;
    }
    const last = list.at(-1);
    if (last === undefined) throw new RangeError('nothing to pick from');
    return last;
  }
}
