import { Ajv, type ValidateFunction } from 'ajv';
import { Refusal } from '#platform';

/** Envelopes are checked for what we read and nothing else: network servers add members with every release. */
const ajv = new Ajv({ allErrors: false, strict: true, allowUnionTypes: true });

export const compileEnvelope = <T>(schema: object): ValidateFunction<T> => ajv.compile<T>(schema);

/** @throws Refusal 400 `bad-envelope` that names the first member which is not as expected */
export function assertEnvelope<T>(validate: ValidateFunction<T>, value: unknown, server: string): asserts value is T {
  if (validate(value)) return;
  const [error] = validate.errors ?? [];
  const path = error?.instancePath.slice(1).replaceAll('/', '.') ?? '';
  throw new Refusal(
    400,
    'bad-envelope',
    `not a message of ${server}: ${path === '' ? 'the message' : path} ${error?.message ?? 'is not as expected'}`,
  );
}

/** @throws Refusal 400 `bad-payload` when it is not Base64 */
export function payloadOf(base64: string | undefined): Buffer {
  if (base64 === undefined) return Buffer.alloc(0);
  // Buffer.from passes over what is not Base64; writing it back shows whether something was passed over.
  const payload = Buffer.from(base64, 'base64');
  const unpadded = (text: string): string => text.replace(/=+$/, '');
  if (unpadded(payload.toString('base64')) !== unpadded(base64)) {
    throw new Refusal(400, 'bad-payload', `the payload is not Base64: ${base64.slice(0, 40)}`);
  }
  return payload;
}

/** LoRaWAN payloads are at most 242 bytes; as Base64 that is 324 characters. */
export const payloadSchema = { type: 'string', maxLength: 400 };
export const devEuiSchema = { type: 'string', pattern: '^[0-9A-Fa-f]{16}$' };
export const tagsSchema = {
  type: 'object',
  maxProperties: 64,
  additionalProperties: { type: 'string', maxLength: 500 },
};
export const timeSchema = { type: 'string', maxLength: 64 };
export const nameSchema = { type: 'string', maxLength: 200 };
