import type { WebSocket } from 'ws';
import type { Log } from '#platform';
import type { Cse } from '../../interface.ts';
import type { JsonObject, NotificationSender, RequestPrimitive, ResponsePrimitive, Session } from '../../primitive.ts';
import { responseStatus } from '../../response-status.ts';
import {
  asRequest,
  asResponse,
  type Format,
  type Limits,
  Malformed,
  serializations,
  writePrimitive,
} from '../../serialization/index.ts';
import { covers, stemOf } from '../originator.ts';
import { PendingResponses } from '../pending-responses.ts';
import type { CountRefusal } from '../refusals.ts';

/** What the CSE is to one connection. */
export type ConnectionPort = Pick<Cse, 'id' | 'name' | 'spId' | 'handle' | 'load' | 'notifications'>;

export interface ConnectionOptions {
  readonly cse: ConnectionPort;
  readonly session: Session;
  readonly format: Format;
  readonly limits: Limits;
  readonly log: Log;
  readonly refused: CountRefusal;
}

const runningMax = 64;
const pendingMax = 1_000;
const originatorsMax = 1_000;
/** Written but not taken by the peer: beyond the first we stop reading, beyond the second the connection ends. */
const bufferedSoftMax = 1024 * 1024;
const bufferedHardMax = 16 * 1024 * 1024;
const resumeCheckMs = 50;
/** RFC 6455 §7.4.1. */
const closeCode = { unsupportedData: 1003, policyViolation: 1008, tryAgainLater: 1013 } as const;

/** One connection with an AE or a CSE; requests go both ways over it (TS-0020 §6.4, §6.5). */
export class Connection {
  readonly session: Session;
  readonly #socket: WebSocket;
  readonly #options: ConnectionOptions;
  readonly #pending = new PendingResponses(pendingMax);
  readonly #announced = new Map<string, () => void>();
  #running = 0;
  #resumeTimer: NodeJS.Timeout | undefined;
  #alive = true;

  constructor(socket: WebSocket, options: ConnectionOptions) {
    this.session = options.session;
    this.#socket = socket;
    this.#options = options;
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary));
    socket.on('pong', () => {
      this.#alive = true;
    });
    socket.on('error', (error) => options.refused('connection', { why: error.message }));
    socket.on('close', () => this.#ended());
    // A credential for exactly one originator says who is there before it asks for anything.
    const { originatorPattern } = options.session;
    if (originatorPattern !== undefined && !originatorPattern.includes('*')) this.#announce(originatorPattern);
  }

  /** Ends a connection whose peer no longer answers; to be called regularly. */
  checkAlive(): void {
    if (this.#alive) this.#socket.ping();
    else this.#socket.terminate();
    this.#alive = false;
  }

  /** @param reason shown to the peer, at most 123 bytes */
  close(reason: string): void {
    this.#socket.close(closeCode.policyViolation, reason);
    this.#ended();
  }

  #receive(data: Buffer, isBinary: boolean): void {
    const { format, limits, refused } = this.#options;
    if (isBinary === serializations[format].text) {
      refused('frame-type');
      this.#socket.close(closeCode.unsupportedData, `${serializations[format].subprotocol} uses the other frame type`);
      return;
    }
    try {
      const value = serializations[format].decode(data, limits) as JsonObject;
      if (value?.rsc !== undefined && value.op === undefined) {
        const response = asResponse(value);
        if (!this.#pending.settle(response.rqi, response)) refused('response', { rqi: response.rqi });
      } else void this.#answer(asRequest(value));
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      refused('malformed', { why: error.message });
      this.#send({ rsc: responseStatus[error.status].rsc, rqi: error.rqi ?? '', pc: { 'm2m:dbg': error.message } });
    }
  }

  async #answer(request: RequestPrimitive): Promise<void> {
    const { cse, session } = this.#options;
    this.#running += 1;
    if (this.#running >= runningMax) this.#socket.pause();
    try {
      if (request.fr !== undefined) this.#announce(stemOf(request.fr, cse));
      await cse.load.rate.turn(session, request.fr);
      if (cse.load.saturated) await cse.load.room();
      const response = await cse.handle(request, session);
      this.#announceNewAe(response);
      this.#send(response);
    } finally {
      this.#running -= 1;
      if (this.#socket.isPaused) this.#resumeWhenTaken();
    }
  }

  #send(primitive: RequestPrimitive | ResponsePrimitive): void {
    const { format, refused } = this.#options;
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > bufferedHardMax) {
      refused('slow-peer');
      this.#socket.close(closeCode.tryAgainLater, 'messages are not taken');
      this.#socket.terminate();
      return;
    }
    this.#socket.send(writePrimitive(format, primitive), { binary: !serializations[format].text });
    if (this.#socket.bufferedAmount > bufferedSoftMax) this.#socket.pause();
    if (this.#socket.isPaused) this.#resumeWhenTaken();
  }

  /** A peer that does not read what we wrote is not read from either. */
  #resumeWhenTaken(): void {
    if (this.#socket.readyState !== this.#socket.OPEN || !this.#socket.isPaused) return;
    if (this.#running < runningMax && this.#socket.bufferedAmount <= bufferedSoftMax) this.#socket.resume();
    else if (this.#running < runningMax && this.#resumeTimer === undefined) {
      this.#resumeTimer = setTimeout(() => {
        this.#resumeTimer = undefined;
        this.#resumeWhenTaken();
      }, resumeCheckMs);
    }
  }

  /** Lets notifications for an originator come over this connection, if the peer may speak for it. */
  #announce(originator: string): void {
    const { cse, session } = this.#options;
    if (this.#announced.has(originator) || this.#announced.size >= originatorsMax) return;
    if (!covers(session, originator)) return;
    const sender: NotificationSender = {
      send: async (_target, request, signal) => {
        const response = this.#pending.wait(request.rqi, signal);
        this.#send(request);
        return response;
      },
    };
    this.#announced.set(originator, cse.notifications.connect(originator, sender));
  }

  /** An AE that left its AE-ID to the CSE learns it from the response, and so do we. */
  #announceNewAe({ rsc, pc }: ResponsePrimitive): void {
    const ae = pc?.['m2m:ae'];
    if (rsc !== responseStatus.CREATED.rsc || typeof ae !== 'object' || ae === null || Array.isArray(ae)) return;
    if (typeof ae.aei === 'string') this.#announce(ae.aei);
  }

  #ended(): void {
    clearTimeout(this.#resumeTimer);
    for (const withdraw of this.#announced.values()) withdraw();
    this.#announced.clear();
    this.#pending.failAll(new Error('the WebSocket connection is closed'));
  }
}
