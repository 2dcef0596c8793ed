import type { JsonObject } from '../primitive.ts';
import { definitions, type ResourceDefinition } from '../resources/index.ts';
import { responseStatus } from '../response-status.ts';
import { schemasOf } from './json-schema.ts';
import { meaningOfType } from './meanings.ts';

/** Where a CSE is, for documents that describe its doors. */
export interface Whereabouts {
  /** SP-relative CSE-ID: `/id-in`. */
  readonly cseId: string;
  /** Resource name of the CSEBase: `cse-in`. */
  readonly cseName: string;
  /** `http://127.0.0.1:8080` */
  readonly httpUrl: string;
  /** `mqtt://127.0.0.1:1883` */
  readonly mqttUrl: string;
}

const containerType = 28;

/** Types of the standard itself; announced variants and models of devices have documents of their own. */
const described = (): ResourceDefinition[] =>
  definitions().filter(({ element, type }) => element.startsWith('m2m:') && type < 10_000 && type !== containerType);

const text = { type: 'string' } as const;
const whole = { type: 'integer', minimum: 0 } as const;
const timestamp = { type: 'string', pattern: '^\\d{8}T\\d{6}(,\\d{1,6})?$' } as const;
const listOf = (items: JsonObject): JsonObject => ({ type: 'array', items });

const header = (name: string, description: string, schema: JsonObject, required = false): JsonObject => ({
  name,
  in: 'header',
  description,
  required,
  schema,
});

/** Request parameters in headers, TS-0009 §6.4. */
const headers: Readonly<Record<string, JsonObject>> = {
  origin: header('X-M2M-Origin', 'Originator: AE-ID or CSE-ID. Only the CREATE of an AE may omit it.', text),
  requestId: header('X-M2M-RI', 'Identifier of the request; the response repeats it.', text, true),
  release: header('X-M2M-RVI', 'Release of oneM2M.', { enum: ['1', '2', '2a', '3', '4', '5'] }),
  expiration: header('X-M2M-RET', 'Time until which an answer is of use: timestamp, or milliseconds from now.', text),
  resultExpiration: header('X-M2M-RST', 'Time until which a result is kept.', text),
  originatingTime: header('X-M2M-OT', 'When the request was made.', timestamp),
  eventCategory: header('X-M2M-EC', 'Event category.', whole),
  responseTargets: header('X-M2M-RTU', 'Where deferred results are sent, joined with "&".', text),
};

const query = (name: string, description: string, schema: JsonObject): JsonObject => ({
  name,
  in: 'query',
  description,
  required: false,
  schema,
  ...(schema.type === 'array' ? { style: 'form', explode: true } : {}),
});

/** Parameters and filter criteria in the query, TS-0009 §6.2.2.2. */
const queries: Readonly<Record<string, JsonObject>> = {
  rcn: query(
    'rcn',
    'Result content: 1 attributes, 4 with children, 5 with references, 6 references, 8 children.',
    whole,
  ),
  rt: query('rt', 'Response type: 1 deferred, 2 deferred with notification, 3 blocking.', { enum: [1, 2, 3, 4, 5] }),
  drt: query('drt', 'Addresses in results: 1 structured, 2 identifiers.', { enum: [1, 2] }),
  fu: query('fu', 'Filter usage: 1 discovery, 2 condition, 3 discovery with the help of an interworking proxy.', {
    enum: [1, 2, 3],
  }),
  fo: query('fo', 'How conditions are joined: 1 and, 2 or, 3 exclusive or.', { enum: [1, 2, 3] }),
  ty: query('ty', 'Resource types.', listOf(whole)),
  lbl: query('lbl', 'Labels.', listOf(text)),
  crb: query('crb', 'Created before.', timestamp),
  cra: query('cra', 'Created after.', timestamp),
  ms: query('ms', 'Changed since.', timestamp),
  us: query('us', 'Unchanged since.', timestamp),
  exb: query('exb', 'Expires before.', timestamp),
  exa: query('exa', 'Expires after.', timestamp),
  sts: query('sts', 'State tag smaller than.', whole),
  stb: query('stb', 'State tag at least.', whole),
  sza: query('sza', 'Content of at least so many bytes.', whole),
  szb: query('szb', 'Content of fewer bytes.', whole),
  cty: query('cty', 'Media types of the content.', listOf(text)),
  lim: query('lim', 'Results at most.', whole),
  ofst: query('ofst', 'First result, counted from 1.', whole),
  lvl: query('lvl', 'Levels below the target.', whole),
  arp: query('arp', 'Path that is appended to each result.', text),
  atrl: query('atrl', 'Attributes wanted.', listOf(text)),
  smf: query('smf', 'SPARQL request that a semantic description has to meet.', listOf(text)),
};

const ref = (kind: string, name: string): JsonObject => ({ $ref: `#/components/${kind}/${name}` });
const refs = (kind: string, names: readonly string[]): JsonObject[] => names.map((name) => ref(kind, name));

/** Every response the standard knows, by the HTTP status it travels with: TS-0009 Table 6.3.2-1. */
function statusCodes(): Map<number, { rsc: number; name: string }[]> {
  const byHttp = new Map<number, { rsc: number; name: string }[]>();
  for (const [name, { rsc, http }] of Object.entries(responseStatus)) {
    byHttp.set(http, [...(byHttp.get(http) ?? []), { rsc, name }]);
  }
  return byHttp;
}

const response = (codes: readonly { rsc: number; name: string }[], content: JsonObject): JsonObject => ({
  description: codes.map(({ rsc, name }) => `${rsc} ${name}`).join(', '),
  headers: {
    'X-M2M-RSC': {
      description: 'Response status code.',
      required: true,
      schema: { enum: codes.map(({ rsc }) => rsc) },
    },
    'X-M2M-RI': { description: 'Identifier of the request.', schema: text },
    'X-M2M-RVI': { description: 'Release of oneM2M.', schema: text },
    'X-M2M-CTS': { description: 'Content status: 1 partial, 2 full.', schema: { enum: [1, 2] } },
    'X-M2M-CTO': { description: 'Where a partial result goes on.', schema: whole },
    'Content-Location': { description: 'Address of what was created.', schema: text },
  },
  content: { 'application/json': { schema: content } },
});

/** OpenAPI 3.1 of the HTTP binding (TS-0009), derived from the definitions of types and the table of statuses. */
export function openApi({ cseId, cseName, httpUrl }: Whereabouts): JsonObject {
  const schemas: JsonObject = {
    content: {
      description: 'One member, named by the type of the resource.',
      type: 'object',
      minProperties: 1,
      maxProperties: 1,
    },
    flexContainer: {
      description:
        'A specialization of <flexContainer>: one member named by it, such as "cod:lock". Its schema is at /cse/schemas/<name>.json.',
      type: 'object',
      minProperties: 1,
      maxProperties: 1,
    },
    refusal: {
      type: 'object',
      required: ['m2m:dbg'],
      properties: { 'm2m:dbg': { type: 'string', description: 'What was wrong, and what was expected.' } },
    },
    references: {
      type: 'object',
      properties: { 'm2m:uril': listOf(text), 'm2m:rrl': { type: 'object' } },
      minProperties: 1,
    },
  };
  const createdBy = new Map<number, JsonObject[]>([[containerType, [ref('schemas', 'flexContainer')]]]);
  const updates: JsonObject[] = [ref('schemas', 'flexContainer')];
  const representations: JsonObject[] = [ref('schemas', 'flexContainer')];
  for (const definition of described()) {
    const { shortName, type } = definition;
    const keyOf = (name: string): string => `${shortName}.attribute.${name.replace(':', '.')}`;
    const { attributes, create, update, representation } = schemasOf(
      definition,
      (name) => `#/components/schemas/${keyOf(name)}`,
    );
    for (const [name, schema] of Object.entries(attributes)) schemas[keyOf(name)] = schema;
    schemas[shortName] = { ...representation, description: meaningOfType(definition)?.en ?? definition.longName };
    representations.push(ref('schemas', shortName));
    if (create !== undefined) {
      schemas[`${shortName}.create`] = create;
      createdBy.set(type, [...(createdBy.get(type) ?? []), ref('schemas', `${shortName}.create`)]);
    }
    if (update !== undefined) {
      schemas[`${shortName}.update`] = update;
      updates.push(ref('schemas', `${shortName}.update`));
    }
  }
  schemas.resource = { anyOf: representations };

  const codes = statusCodes();
  const responses: JsonObject = {};
  const refusals: JsonObject = {};
  for (const [http, named] of codes) {
    if (http < 400) continue;
    responses[`status${http}`] = response(named, ref('schemas', 'refusal'));
    refusals[http] = ref('responses', `status${http}`);
  }
  const named = (...names: (keyof typeof responseStatus)[]) =>
    names.map((name) => ({ name, rsc: responseStatus[name].rsc }));
  const deferred = response(named('ACCEPTED', 'ACCEPTED_NON_BLOCKING_SYNCH', 'ACCEPTED_NON_BLOCKING_ASYNCH'), {
    type: 'object',
    properties: { 'm2m:uri': text },
  });
  const answers = (http: number, codes: { rsc: number; name: string }[], content: JsonObject): JsonObject => ({
    [http]: response(codes, content),
    202: deferred,
    ...refusals,
    503: {
      description: 'Too much work is waiting; try again after the seconds of Retry-After.',
      headers: { 'Retry-After': { schema: whole } },
    },
  });
  const every = refs('parameters', Object.keys(headers));
  const asked = (...names: string[]): JsonObject[] => refs('parameters', names);
  const body = (content: JsonObject): JsonObject => ({ required: true, content });
  const operations: JsonObject = {
    parameters: [
      {
        name: 'resource',
        in: 'path',
        required: true,
        description: `Address of a resource, its segments separated by "/", none of them encoded: "${cseName}/lamp/state", an identifier, "~${cseId}/…" for SP-relative and "_/provider/…" for absolute addresses. "la" and "ol" below a container are its latest and oldest instance, "fopt" below a group is all of its members.`,
        schema: text,
        example: cseName,
      },
      ...every,
    ],
    get: {
      operationId: 'retrieve',
      summary: 'RETRIEVE a resource, or discover what is below it (fu=1)',
      description:
        'Further query arguments are conditions on attributes by their short names; "c." and "p." before a name ask about children and the parent.',
      parameters: asked(...Object.keys(queries)),
      responses: answers(200, named('OK'), { anyOf: [ref('schemas', 'resource'), ref('schemas', 'references')] }),
    },
    post: {
      operationId: 'createOrNotify',
      summary: 'CREATE a resource below the target (with "ty" in the content type), or NOTIFY the target (without)',
      parameters: asked('rcn', 'rt', 'drt'),
      requestBody: body({
        ...Object.fromEntries(
          [...createdBy]
            .sort(([one], [other]) => one - other)
            .map(([type, [only, ...more]]) => [
              `application/json;ty=${type}`,
              { schema: more.length === 0 ? (only ?? {}) : { anyOf: [only ?? {}, ...more] } },
            ]),
        ),
        'application/json': { schema: ref('schemas', 'content') },
      }),
      responses: {
        200: response(named('OK'), ref('schemas', 'content')),
        ...answers(201, named('CREATED'), ref('schemas', 'resource')),
      },
    },
    put: {
      operationId: 'update',
      summary: 'UPDATE attributes of a resource; null removes one',
      parameters: asked('rcn', 'rt', 'drt'),
      requestBody: body({ 'application/json': { schema: { anyOf: updates } } }),
      responses: answers(200, named('UPDATED'), ref('schemas', 'resource')),
    },
    delete: {
      operationId: 'delete',
      summary: 'DELETE a resource with everything below it',
      parameters: asked('rcn', 'rt', 'drt'),
      responses: answers(200, named('DELETED'), ref('schemas', 'resource')),
    },
  };
  return {
    openapi: '3.1.0',
    info: {
      title: `CSE ${cseId}, HTTP binding`,
      version: '1.0.0',
      summary: 'oneM2M over HTTP (TS-0009)',
      description:
        'Content is JSON (TS-0004 §8.4), with application/cbor CBOR (§8.5), with application/xml XML (§8.3). Names of attributes are the short names of TS-0004 §8.2.',
    },
    servers: [{ url: httpUrl }],
    security: [{ credential: [] }],
    paths: { '/{resource}': operations },
    components: {
      securitySchemes: {
        credential: { type: 'http', scheme: 'bearer', description: 'Token of a credential for the originator.' },
      },
      parameters: { ...headers, ...queries },
      responses,
      schemas,
    },
  };
}
