import {
  filterCriteria,
  mgmtLinkRef,
  primitiveContent,
  requestPrimitive,
  responsePrimitive,
} from '../../resources/complex-types.ts';
import type { DataType } from '../../resources/data-type.ts';

/** How a value stands in XML; in JSON it shows by itself. */
export type Shape =
  | 'text'
  | 'number'
  | 'truth'
  /** Anything: the element says by `xsi:type` what it is, when it is not text. */
  | 'any'
  /** One element of a global name, such as `m2m:cin`. */
  | 'content'
  /** Items in one element with spaces between them (xs:list), when they are scalars; otherwise an element for each. */
  | { readonly list: Shape }
  /** An element for each item, whatever it is. */
  | { readonly each: Shape }
  | { readonly members: Readonly<Record<string, Shape>> }
  /** Text, which is the member `val`, and members that are XML attributes. */
  | { readonly valued: Readonly<Record<string, 'text' | 'number'>> };

const texts: Shape = { list: 'text' };
const numbers: Shape = { list: 'number' };
const pairs: Shape = { each: { members: { nm: 'text', val: 'any' } } };

/** @param names separated by spaces */
const each = (names: string, shape: Shape): Record<string, Shape> =>
  Object.fromEntries(names.split(' ').map((name) => [name, shape]));

const filter: Shape = {
  members: {
    ...each('crb cra ms us exb exa cfq arp geom', 'text'),
    ...each('sts stb sza szb lim lvl ofst fu fo cfs gmty gsf ops', 'number'),
    ...each('lbl clbl palb cty', texts),
    ...each('lbq smf', { each: 'text' }),
    ...each('ty chty pty', numbers),
    ...each('atr catr patr', pairs),
  },
};

/** A request primitive, in the order of TS-0004 Table 7.2.1.1-1. */
export const requestShape: Shape = {
  members: {
    ...each('op', 'number'),
    ...each('to fr rqi', 'text'),
    ty: 'number',
    pc: 'content',
    rids: texts,
    ...each('ot rqet rset oet', 'text'),
    rt: { members: { rtv: 'number', nu: texts } },
    rp: 'text',
    ...each('rcn ec', 'number'),
    da: 'truth',
    gid: 'text',
    fc: filter,
    drt: 'number',
    ...each('tkns tids ltids', texts),
    tqi: 'truth',
    grtm: texts,
    ...each('asi auri', 'truth'),
    aus: texts,
    sqi: 'truth',
    ...each('rvi vsi', 'text'),
  },
};

/** A response primitive, in the order of TS-0004 Table 7.2.1.2-1. */
export const responseShape: Shape = {
  members: {
    rsc: 'number',
    rqi: 'text',
    pc: 'content',
    ...each('to fr ot rset', 'text'),
    ...each('ec cnst cnot', 'number'),
    ...each('ati tqf', 'any'),
    asri: 'truth',
    ...each('rvi vsi', 'text'),
  },
};

const reference: Shape = { valued: { nm: 'text', typ: 'number', spty: 'text' } };
/** Children of a resource by reference, in its representation. */
export const childReferences: Shape = { each: reference };

const notification: Shape = {
  members: {
    nev: {
      members: { rep: 'content', om: { each: { members: { op: 'number', or: 'text' } } }, net: 'number' },
    },
    ...each('vrq sud', 'truth'),
    ...each('sur cr nfu ntt', 'text'),
    ...each('trr tra', 'truth'),
    idr: { members: { or: 'text', fc: filter } },
    ...each('aerp aerid', 'truth'),
    ...each('tid1 tid2', 'text'),
  },
};

const rule: Shape = { members: { acor: texts, acop: 'number' } };

/** Global elements that are no resources (TS-0004 §7.5.2). */
const globalElements: Readonly<Record<string, Shape>> = {
  'm2m:rqp': requestShape,
  'm2m:rsp': responseShape,
  'm2m:sgn': notification,
  'm2m:agn': { members: { 'm2m:sgn': { each: notification } } },
  'm2m:agr': { members: { ri: 'text', 'm2m:rsp': { each: responseShape } } },
  'm2m:agrp': { each: requestShape },
  'm2m:uril': texts,
  'm2m:uri': 'text',
  'm2m:atrl': texts,
  'm2m:dbg': 'text',
  'm2m:rrl': { members: { rrf: { each: reference } } },
  'm2m:acr': rule,
  'm2m:tsn': { members: { mdlt: texts, mdc: 'number' } },
};

export const globalShape = (element: string): Shape | undefined => globalElements[element];

/** Data types whose schema does not tell their shape. */
const byType = new Map<unknown, Shape>([
  [primitiveContent.schema, 'content'],
  [requestPrimitive.schema, requestShape],
  [responsePrimitive.schema, responseShape],
  [filterCriteria.schema, filter],
  [mgmtLinkRef.schema, { valued: { nm: 'text', typ: 'number' } }],
]);

type Schema = DataType<unknown>['schema'];
const known = new WeakMap<Schema, Shape>();

/** Shape of values of a data type, derived from its schema. */
export function shapeOf(schema: Schema): Shape {
  let shape = known.get(schema);
  if (shape === undefined) {
    shape = byType.get(schema) ?? derived(schema);
    known.set(schema, shape);
  }
  return shape;
}

function derived(schema: Schema): Shape {
  const { type, items, properties, format } = schema as {
    type?: string | string[];
    items?: Schema;
    properties?: Record<string, Schema>;
    format?: string;
  };
  const values = Array.isArray(schema.enum) ? schema.enum : undefined;
  if (values !== undefined) return values.every((value) => typeof value === 'number') ? 'number' : 'text';
  switch (type) {
    case 'string':
      return 'text';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'truth';
    case 'array': {
      const item = shapeOf(items ?? {});
      // Entries of a schedule have spaces themselves.
      const spaced = (items as { format?: string } | undefined)?.format === 'schedule';
      return isScalar(item) && !spaced ? { list: item } : { each: item };
    }
    case 'object':
      return properties === undefined
        ? 'any'
        : { members: Object.fromEntries(Object.entries(properties).map(([name, member]) => [name, shapeOf(member)])) };
    default:
      return format === 'text' ? 'text' : 'any';
  }
}

export const isScalar = (shape: Shape): boolean => shape === 'text' || shape === 'number' || shape === 'truth';
