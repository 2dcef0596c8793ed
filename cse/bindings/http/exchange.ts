import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '#platform';
import type { Proof } from '../../interface.ts';
import type { RequestPrimitive } from '../../primitive.ts';
import { Refused } from '../../refusal.ts';
import { responseStatus } from '../../response-status.ts';
import { type Format, Malformed } from '../../serialization/index.ts';
import { clientCertificate } from '../tls/client-certificate.ts';
import type { OpenConnections } from '../tls/open-connections.ts';
import { BodyTooLarge, readBody } from './body.ts';
import type { HttpBindingOptions } from './options.ts';
import { readHttpRequest, responseFormat } from './request.ts';
import { writeHttpResponse } from './response.ts';

/** One HTTP exchange: bytes to primitive, through the CSE, and back. Never rejects. */
export async function serveRequest(
  { cse, config, log }: HttpBindingOptions,
  connections: OpenConnections,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const rqi = textHeader(request, 'x-m2m-ri') ?? '';
  let format: Format = 'json';
  const refuse = (rsc: number, message: string, close = false) => {
    if (close) response.setHeader('Connection', 'close');
    writeHttpResponse(request, response, { rsc, rqi, pc: { 'm2m:dbg': message } }, format);
  };
  const tryLater = (why: string) => {
    response.setHeader('Retry-After', String(cse.load.retryAfterSeconds));
    response.statusCode = 503;
    refuse(responseStatus.INTERNAL_SERVER_ERROR.rsc, why);
  };
  try {
    if (cse.load.saturated) {
      request.resume();
      return tryLater('this CSE has too much work at the moment; try again');
    }
    const body = await readBody(request, config.cse.bodySizeBytesMax);
    format = responseFormat(request);
    const primitive: RequestPrimitive = readHttpRequest(request, body, config.cse.bodySizeBytesMax);
    const session = await cse.authenticate(proofOf(request));
    connections.note(request.socket, session);
    if (!cse.load.rate.permits(session, primitive.fr)) {
      return tryLater(`${primitive.fr} asks more than ${config.cse.ratePerOriginatorMax} times a second; try again`);
    }
    const { remoteAddress } = request.socket;
    const result = await cse.handle(primitive, {
      ...session,
      binding: 'http',
      onGone: (listener) =>
        response.once('close', () => {
          if (!response.writableFinished) listener();
        }),
      ...(remoteAddress === undefined ? {} : { remoteAddress }),
    });
    writeHttpResponse(request, response, result, format);
  } catch (error) {
    if (error instanceof Refused || error instanceof Malformed) refuse(responseStatus[error.status].rsc, error.message);
    else if (error instanceof BodyTooLarge) refuse(responseStatus.BAD_REQUEST.rsc, error.message, true);
    else if (!request.destroyed && !response.headersSent) {
      log.error({ rqi, reason: messageOf(error) }, 'an HTTP exchange failed');
      refuse(responseStatus.INTERNAL_SERVER_ERROR.rsc, 'an internal error occurred; it was logged', true);
    }
  }
}

export const textHeader = ({ headers }: IncomingMessage, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
};

/** The token of `Authorization: Bearer …`, and the client certificate of the connection. */
export function proofOf({ headers: { authorization }, socket }: IncomingMessage): Proof {
  const token =
    authorization !== undefined && /^bearer /i.test(authorization) ? authorization.slice(7).trim() : undefined;
  const certificate = clientCertificate(socket);
  return { ...(token === undefined ? {} : { token }), ...(certificate === undefined ? {} : { certificate }) };
}
