import { signal } from '@preact/signals';
import { io, type Socket } from 'socket.io-client';
import { ApiProblem, getJson } from '#platform/browser';
import type { ConsoleToServer, LiveRefusal, Person, ServerToConsole, Snapshot } from '../../contract.ts';
import { learnServerTime, nowMs } from '../clock.ts';
import { applyBatch, applySnapshot, lastSeq } from './store.ts';

/** `lost` keeps trying by itself; `signed-out` and `not-allowed` need the person. */
export type LinkState = 'connecting' | 'live' | 'lost' | LiveRefusal;
export const link = signal<LinkState>('connecting');

/** What has been read of the territory so far. */
export type Loading = 'loading' | 'ready' | 'failed';
export const loading = signal<Loading>('loading');

/** When anything last came through the link. */
export const heardMs = signal(Date.now());
export const people = signal<readonly Pick<Person, 'id' | 'name'>[]>([]);

const LIVE_PATH = '/hypervision/live';
/** The server speaks at least every 3 s; after this silence the link counts as lost even if the socket seems open. */
const SILENCE_MS_MAX = 10_000;

let socket: Socket<ServerToConsole, ConsoleToServer> | undefined;
let resuming = false;

/** Reads everything once, then follows the changes until the page closes. Reconnects and catches up by itself. */
export async function openLiveLink(): Promise<void> {
  if (!(await readSnapshot())) return;
  const opened: Socket<ServerToConsole, ConsoleToServer> = io({
    path: LIVE_PATH,
    transports: ['websocket'],
    reconnectionDelay: 500,
    reconnectionDelayMax: 5_000,
  });
  socket = opened;
  opened.on('connect', resume);
  opened.on('changes', (batch) => {
    learnServerTime(Date.parse(batch.at));
    heardMs.value = nowMs.peek();
    resuming = false;
    if (applyBatch(batch)) link.value = 'live';
    else resume();
  });
  opened.on('resync', () => {
    resuming = false;
    readSnapshot().then((isRead) => isRead && resume());
  });
  opened.on('presence', (present) => {
    people.value = present;
  });
  opened.on('disconnect', (reason) => {
    lose();
    // The server cuts a link whose session ended; connecting again tells which it was.
    if (reason === 'io server disconnect') setTimeout(() => opened.connect(), 500);
  });
  opened.on('connect_error', (error: Error & { data?: { code?: LiveRefusal } }) => {
    if (error.data?.code !== undefined) link.value = error.data.code;
    else {
      lose();
      // A middleware that failed closes the socket for good; what failed may be over in a while.
      if (!opened.active) setTimeout(() => opened.connect(), 3_000);
    }
  });
  setInterval(() => {
    if (link.value === 'live' && nowMs.peek() - heardMs.value > SILENCE_MS_MAX) {
      lose();
      opened.disconnect().connect();
    }
  }, 2_000);
}

function resume(): void {
  if (resuming || socket === undefined || !socket.connected) return;
  resuming = true;
  socket.emit('resume', lastSeq());
}

function lose(): void {
  resuming = false;
  if (link.value === 'live' || link.value === 'connecting') link.value = 'lost';
}

/** @returns whether it worked */
export async function readSnapshot(): Promise<boolean> {
  if (loading.value === 'failed') loading.value = 'loading';
  try {
    const snapshot = await getJson<Snapshot>('/api/hypervision/snapshot');
    learnServerTime(Date.parse(snapshot.at));
    applySnapshot(snapshot);
    loading.value = 'ready';
    return true;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) link.value = 'signed-out';
    if (loading.value === 'loading') loading.value = 'failed';
    return false;
  }
}
