import type { Json, JsonObject } from '../primitive.ts';
import type { Attribute, ResourceDefinition } from '../resources/index.ts';

/** Values that say more than one that is merely accepted, by long name. */
const telling: Readonly<Record<string, Json>> = {
  resourceName: 'example',
  labels: ['theme:lighting'],
  'App-ID': 'N.example',
  requestReachability: true,
  supportedReleaseVersions: ['4'],
  content: '21.5',
  notificationURI: ['Cexample'],
  memberIDs: ['cse-in/lamp'],
  privileges: { acr: [{ acor: ['Cexample'], acop: 34 }] },
  selfPrivileges: { acr: [{ acor: ['Cexample'], acop: 63 }] },
  expirationTime: '20301231T235959',
  link: '/id-mn/cse-mn/lamp',
  'CSE-ID': '/id-mn',
  CSEBase: '/id-mn',
  nodeID: 'node-1',
  descriptor: 'PHRlc3Q+',
};

const samples: readonly Json[] = [
  'example',
  1,
  true,
  ['example'],
  [1],
  '20300101T000000',
  'PT30S',
  '2030-01-01T00:00:00Z',
  '2030-01-01',
  '00:00:00',
  'application/json:0',
  'ZXhhbXBsZQ==',
  'http://example.org',
  ['http://example.org'],
  ['20300101T000000'],
  '* 0 6 * * * *',
  { sce: ['* 0 6 * * * *'] },
  '262011234567890',
  '8949020000000000000',
  'FR',
  'eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl',
  'example@example.org',
  {},
  [],
  { 'm2m:cin': { con: '21.5' } },
  { op: 2, to: 'cse-in', fr: 'Cexample', rqi: '1', rvi: '4' },
  [{ op: 2, to: 'cse-in', fr: 'Cexample', rqi: '1', rvi: '4' }],
  { rsc: 2000, rqi: '1' },
];

/** A value that the attribute accepts. */
function sampleOf({ long, type }: Attribute): Json | undefined {
  const first = telling[long];
  if (first !== undefined && type.reject(first) === undefined) return first;
  const { schema } = type;
  if (Array.isArray(schema.enum)) return schema.enum[0] as Json;
  return samples.find((value) => type.reject(value) === undefined) ?? composed(schema);
}

/** Composes a value out of the parts of a schema, where no ready one fits. */
function composed(schema: Readonly<Record<string, unknown>>): Json | undefined {
  if (Array.isArray(schema.enum)) return schema.enum[0] as Json;
  if (Array.isArray(schema.anyOf)) return composed(schema.anyOf[0]);
  if (schema.type === 'array') {
    const item = composed((schema.items ?? {}) as Readonly<Record<string, unknown>>);
    return item === undefined ? [] : Array.from({ length: Math.max(1, Number(schema.minItems ?? 1)) }, () => item);
  }
  if (schema.type === 'object') {
    const members = (schema.properties ?? {}) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    const required = (schema.required ?? []) as readonly string[];
    return Object.fromEntries(required.map((name) => [name, composed(members[name] ?? {}) ?? 'example']));
  }
  if (schema.type === 'integer' || schema.type === 'number') return Number(schema.minimum ?? 1);
  if (schema.type === 'boolean') return true;
  if (schema.format === 'timestamp') return '20300101T000000';
  if (schema.format === 'duration') return 'PT30S';
  if (schema.format === 'schedule') return '* 0 6 * * * *';
  return 'example';
}

/** The smallest sensible content of a CREATE: a name and what is mandatory. */
export function exampleOf({
  element,
  attributes,
  creatable,
  specialization,
}: ResourceDefinition): JsonObject | undefined {
  // What all specializations share is never created itself.
  const isShared = specialization === undefined && ('mgd' in attributes || 'cnd' in attributes);
  if (!creatable || isShared) return undefined;
  const content: JsonObject = {};
  for (const [name, row] of Object.entries(attributes)) {
    if (row.create !== 'M' && (name !== 'rn' || row.create === 'NP')) continue;
    const value = name === 'mgd' || name === 'cnd' ? specialization : sampleOf(row);
    if (value !== undefined) content[name] = value;
  }
  return { [element]: content };
}
