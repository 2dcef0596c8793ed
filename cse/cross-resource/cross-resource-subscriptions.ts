import { messageOf } from '#platform';
import type { Background } from '../background.ts';
import type { JsonObject } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { leaveMembers } from './members.ts';
import { windowKind, windowOver } from './window.ts';

const everyMs = 1_000;
const atOnce = 20;

interface Leaving {
  readonly no: number;
  readonly ri: string;
  readonly creator: string;
  readonly attributes: JsonObject;
}

/**
 * Ends windows in time, and lets go of the members of cross-resource subscriptions that are gone, whatever deleted them;
 * for their creator, since expiration and the deletion of a parent have no originator.
 */
export class CrossResourceSubscriptions implements Background {
  readonly #context: Context;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopIt: () => void = () => {};

  constructor(context: Context) {
    this.#context = context;
    context.timetable.handle(windowKind, (no) => windowOver(context, no));
  }

  async start(): Promise<void> {
    this.#timer = setInterval(() => this.#look(), everyMs);
    this.#stopIt = this.#context.observe(({ kind, resource }) => {
      if (kind === 'deleted' && resource.ty === 48) this.#look();
    });
    this.#look();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopIt();
    await this.#running;
  }

  #look(): void {
    this.#running = this.#running
      .then(() => this.#letGo())
      .catch((error: unknown) =>
        this.#context.log.warn({ reason: messageOf(error) }, 'members of a cross-resource subscription wait'),
      );
  }

  async #letGo(): Promise<void> {
    const { pool } = this.#context.store;
    const { rows } = await pool.query<Leaving>({
      name: 'cross-resource subscriptions that are gone',
      text: `SELECT no, ri, creator, attributes FROM cse.cross_leaving ORDER BY no LIMIT ${atOnce}`,
    });
    for (const { no, ri, creator, attributes } of rows) {
      const asker = { originator: creator, authenticated: true, registered: true };
      await leaveMembers(this.#context, ri, attributes, asker);
      await this.#context.timetable.drop(windowKind, no);
      await pool.query('DELETE FROM cse.cross_leaving WHERE no = $1', [no]);
    }
  }
}
