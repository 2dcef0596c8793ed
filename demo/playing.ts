import type { Log } from '#platform';
import { recurring } from './recurring.ts';
import { isUnknown } from './registration.ts';

interface Play {
  readonly name: string;
  /** Whether the device has just registered for the first time. */
  readonly isNew: boolean;
  /** How often it reports, and how much recorded time lies between two rows. */
  readonly everyMs: number;
  readonly rowEveryMs: number;
  /** Rows of its log, about a day. */
  readonly loggedRows: number;
  readonly firstAfterMs: number;
  readonly signal: AbortSignal;
  readonly log: Log;
}

interface Device {
  /** Reports one row; 0 is the first after the start, those of the log are below. */
  tell(row: number, at: Date): Promise<void>;
  /** Registers again, when somebody has deleted its resources. */
  enrol(): Promise<unknown>;
}

/**
 * Plays a recording as one device until `signal` aborts. A device that is new hands over its log of the last day first,
 * so that charts are not empty.
 */
export async function playing(play: Play, { tell, enrol }: Device): Promise<void> {
  const { name, isNew, everyMs, rowEveryMs, loggedRows, firstAfterMs, signal, log } = play;
  const startedAtMs = Date.now();
  try {
    if (isNew) {
      for (let row = -loggedRows; row < 0; row += 1) await tell(row, new Date(startedAtMs + row * rowEveryMs));
    }
    // Devices play the same moment of their recordings, however long each took to hand over its log.
    let row = Math.floor((Date.now() - startedAtMs) / everyMs);
    await recurring({ everyMs, firstAfterMs, signal, log }, async () => {
      row += 1;
      try {
        await tell(row, new Date());
      } catch (error) {
        if (!isUnknown(error)) throw error;
        await enrol();
      }
    });
  } catch (error) {
    if (!signal.aborted) log.error({ error }, `${name} stopped`);
  }
}
