import { Refusal } from '#platform';

/** Place in a list ordered by time, newest first, then id. */
export interface Cursor {
  readonly at: Date;
  readonly id: string;
}

export const writeCursor = ({ at, id }: Cursor): string =>
  Buffer.from(JSON.stringify([at.toISOString(), id])).toString('base64url');

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @throws Refusal 400 when it is not a cursor of ours */
export function readCursor(text: string): Cursor {
  try {
    const [time, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    const at = new Date(String(time));
    if (typeof id === 'string' && uuid.test(id) && !Number.isNaN(at.getTime())) return { at, id };
  } catch {
    // refused below
  }
  throw new Refusal(400, 'bad-after', 'after: the "next" of the page before is expected');
}

export const isUuid = (text: string): boolean => uuid.test(text);
