/**
 * How far a feed may be acknowledged: the highest position below which everything is settled, whatever the order in
 * which messages finish.
 */
export class Acknowledgement {
  /** Positions under way, oldest first. */
  #under: { readonly seq: number; settled: boolean }[] = [];
  #head = 0;
  #lookedThrough = 0;
  #unsettled = 0;

  /** Messages that are not settled. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** Takes the next position of the feed. @returns call it when the message is settled */
  take(seq: number): () => void {
    const position = { seq, settled: false };
    this.#under.push(position);
    this.#unsettled += 1;
    return () => {
      if (position.settled) return;
      position.settled = true;
      this.#unsettled -= 1;
      while (this.#under[this.#head]?.settled === true) this.#head += 1;
      if (this.#head > 1_024 || this.#head === this.#under.length) {
        this.#under = this.#under.slice(this.#head);
        this.#head = 0;
      }
    };
  }

  /** Everything up to the cursor has been taken, or is not ours. */
  lookedThrough(cursor: number): void {
    this.#lookedThrough = Math.max(this.#lookedThrough, cursor);
  }

  /** What may be acknowledged; 0: nothing yet. */
  get position(): number {
    const oldest = this.#under[this.#head];
    return oldest === undefined ? this.#lookedThrough : Math.min(this.#lookedThrough, oldest.seq - 1);
  }
}
