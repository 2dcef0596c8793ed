import type pg from 'pg';

const blockSize = 1000;

/** Hands out numbers of resources, from blocks taken from the database, without a round trip for each. */
export class Numbers {
  readonly #pool: pg.Pool;
  #next = 0;
  #end = 0;
  #refilling: Promise<void> | undefined;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async next(): Promise<number> {
    while (this.#next >= this.#end) {
      this.#refilling ??= this.#refill();
      await this.#refilling;
    }
    const number = this.#next;
    this.#next += 1;
    return number;
  }

  async #refill(): Promise<void> {
    try {
      const { rows } = await this.#pool.query<{ start: number }>(`SELECT nextval('cse.resource_no') AS start`);
      this.#next = rows[0]?.start ?? 0;
      this.#end = this.#next + blockSize;
    } finally {
      this.#refilling = undefined;
    }
  }
}
