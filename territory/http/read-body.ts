import { isUtf8 } from 'node:buffer';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import express, { type RequestHandler } from 'express';
import { Refusal } from '#platform';
import { findUnstorable, type Unstorable } from '../storable.ts';

// CommonJS default export seen from an ES module.
const addFormats = addFormatsModule.default;

const ajv = new Ajv2020({ verbose: true, allowUnionTypes: true });
addFormats(ajv, ['date-time']);

/** Parses JSON bodies of bounded size. @throws Refusal 400 not JSON or not UTF-8, 413 too large, 415 another media type */
export function jsonBody(sizeBytesMax: number): RequestHandler {
  const parse = express.json({
    limit: sizeBytesMax,
    type: () => true,
    verify(_request, _response, body) {
      if (!isUtf8(body)) throw new Refusal(400, 'invalid-utf-8', 'the body is not valid UTF-8');
    },
  });
  return (request, response, next) => {
    if (request.is('json') || request.is('+json')) parse(request, response, next);
    else next(new Refusal(415, 'unsupported-media-type', 'a body of Content-Type application/json is expected'));
  };
}

/**
 * Makes a reader of bodies of one shape, which names the place of the first thing that is wrong.
 * @param unstorableIn looks for texts the database cannot hold; by default everywhere
 */
export function bodyReader<T>(
  schema: object,
  unstorableIn: (body: T) => Unstorable | undefined = findUnstorable,
): (body: unknown) => T {
  const validate: ValidateFunction<T> = ajv.compile<T>(schema);
  return (body) => {
    if (!validate(body)) throw badBody(validate.errors?.[0]);
    const unstorable = unstorableIn(body);
    if (unstorable !== undefined) {
      const { path, reason } = unstorable;
      throw new Refusal(400, 'bad-body', `${path}: ${reason.en}`, { path });
    }
    return body;
  };
}

const shownLengthMax = 60;

function badBody(error: ErrorObject | undefined): Refusal {
  const path = error?.instancePath ?? '';
  const extra: unknown = error?.params.additionalProperty;
  const allowed: unknown = error?.params.allowedValues;
  const what = [
    error?.message ?? 'is not valid',
    ...(typeof extra === 'string' ? [`(${extra.slice(0, shownLengthMax)})`] : []),
    ...(Array.isArray(allowed) ? [`(${allowed.join(', ')})`] : []),
  ].join(' ');
  return new Refusal(400, 'bad-body', `${path === '' ? 'the body' : path} ${what}`, { path });
}
