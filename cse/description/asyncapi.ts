import type { JsonObject } from '../primitive.ts';
import { definitions } from '../resources/index.ts';
import { responseStatus } from '../response-status.ts';
import type { Whereabouts } from './openapi.ts';

const text = { type: 'string' } as const;
const texts = { type: 'array', items: text } as const;
const truth = { type: 'boolean' } as const;
const timestamp = { type: 'string', description: 'YYYYMMDDThhmmss[,ffffff] in UTC, or milliseconds from now' } as const;
const content = {
  type: 'object',
  description: 'One member, named by the type of the resource; schemas at /cse/schemas/<name>.json.',
  minProperties: 1,
  maxProperties: 1,
} as const;

/** TS-0004 Table 7.2.1.1-1. */
const requestSchema = (): JsonObject => ({
  type: 'object',
  required: ['op', 'to', 'rqi'],
  additionalProperties: false,
  properties: {
    op: { enum: [1, 2, 3, 4, 5], description: '1 create, 2 retrieve, 3 update, 4 delete, 5 notify' },
    to: { ...text, minLength: 1, description: 'Target: structured, identifier, SP-relative or absolute' },
    fr: { ...text, description: 'Originator; only the CREATE of an AE may omit it' },
    rqi: { ...text, minLength: 1, maxLength: 255, description: 'Identifier of the request' },
    rvi: { enum: ['1', '2', '2a', '3', '4', '5'], description: 'Release of oneM2M' },
    ty: {
      enum: [...new Set(definitions().map(({ type }) => type))].sort((one, other) => one - other),
      description: 'Resource type, CREATE only',
    },
    pc: content,
    rcn: { type: 'integer', minimum: 0, maximum: 12, description: 'Result content' },
    rt: {
      type: 'object',
      required: ['rtv'],
      properties: { rtv: { enum: [1, 2, 3, 4, 5] }, nu: texts },
      description: 'Response type',
    },
    fc: { type: 'object', description: 'Filter criteria' },
    drt: { enum: [1, 2], description: 'Addresses in results: 1 structured, 2 identifiers' },
    ot: timestamp,
    rqet: timestamp,
    rset: timestamp,
    oet: timestamp,
    rp: timestamp,
    ec: { type: 'integer', minimum: 1, maximum: 999, description: 'Event category' },
    da: truth,
    gid: text,
    grtm: texts,
    sqi: truth,
    tkns: texts,
    tids: texts,
    rids: texts,
    ltids: texts,
    tqi: truth,
    vsi: text,
  },
});

/** TS-0004 Table 7.2.1.2-1. */
const responseSchema = (): JsonObject => ({
  type: 'object',
  required: ['rsc', 'rqi'],
  properties: {
    rsc: {
      enum: Object.values(responseStatus).map(({ rsc }) => rsc),
      description: Object.entries(responseStatus)
        .map(([name, { rsc }]) => `${rsc} ${name}`)
        .join(', '),
    },
    rqi: { ...text, description: 'Identifier of the request' },
    rvi: text,
    pc: content,
    to: text,
    fr: text,
    ot: timestamp,
    rset: timestamp,
    ec: { type: 'integer' },
    cnst: { enum: [1, 2], description: 'Content status: 1 partial, 2 full' },
    cnot: { type: 'integer', description: 'Where a partial result goes on' },
    vsi: text,
  },
});

const parameters = {
  originator: { description: 'Originator, "/" written as ":": Clight-1, id-mn' },
  receiver: { description: 'Receiver, "/" written as ":": id-in' },
  format: { enum: ['json', 'cbor', 'xml'], description: 'Serialization of the primitive' },
};

const channel = (kind: string, title: string, message: 'request' | 'response'): JsonObject => ({
  address: `/oneM2M/${kind}/{originator}/{receiver}/{format}`,
  title,
  parameters,
  messages: { [message]: { $ref: `#/components/messages/${message}` } },
});

const operation = (action: 'send' | 'receive', summary: string, asked: string, answered: string): JsonObject => ({
  action,
  summary,
  channel: { $ref: `#/channels/${asked}` },
  messages: [{ $ref: `#/channels/${asked}/messages/request` }],
  reply: {
    channel: { $ref: `#/channels/${answered}` },
    messages: [{ $ref: `#/channels/${answered}/messages/response` }],
  },
  bindings: { mqtt: { qos: 1, retain: false, bindingVersion: '0.2.0' } },
});

const message = (name: 'request' | 'response', title: string, example: JsonObject): JsonObject => ({
  name,
  title,
  contentType: 'application/json',
  correlationId: { location: '$message.payload#/rqi', description: 'Request identifier' },
  payload: { $ref: `#/components/schemas/${name}` },
  examples: [{ payload: example }],
});

/** AsyncAPI 3 of the MQTT binding (TS-0010), as the CSE sees it: it receives requests and sends notifications. */
export function asyncApi({ cseId, cseName, mqttUrl }: Whereabouts): JsonObject {
  const { host, protocol } = new URL(mqttUrl);
  const level = cseId.slice(1);
  return {
    asyncapi: '3.0.0',
    info: {
      title: `CSE ${cseId}, MQTT binding`,
      version: '1.0.0',
      description: 'oneM2M over MQTT 3.1.1 and 5 (TS-0010). QoS 1; user name and password are those of a credential.',
    },
    defaultContentType: 'application/json',
    servers: {
      broker: {
        host,
        protocol: protocol === 'mqtts:' ? 'secure-mqtt' : 'mqtt',
        security: [{ $ref: '#/components/securitySchemes/credential' }],
      },
    },
    channels: {
      request: channel('req', `Requests; the CSE is ${level}`, 'request'),
      response: channel('resp', 'Responses, under the originator and receiver of the request', 'response'),
      registration: channel('reg_req', 'The CREATE of an AE that has no identifier yet', 'request'),
      registrationResponse: channel('reg_resp', 'Responses to registrations', 'response'),
    },
    operations: {
      takeRequest: operation('receive', 'Carries out a request', 'request', 'response'),
      takeRegistration: operation('receive', 'Registers an AE', 'registration', 'registrationResponse'),
      notify: operation('send', 'Notifies an AE, or passes a request on to another CSE', 'request', 'response'),
    },
    components: {
      securitySchemes: {
        credential: { type: 'userPassword', description: 'The token of a credential is the password.' },
      },
      messages: {
        request: message('request', 'Request primitive', { op: 2, to: cseName, fr: 'Clight-1', rqi: '1', rvi: '3' }),
        response: message('response', 'Response primitive', { rsc: 2000, rqi: '1', rvi: '3' }),
      },
      schemas: { request: requestSchema(), response: responseSchema() },
    },
  };
}
