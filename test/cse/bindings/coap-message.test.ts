import { expect } from 'chai';
import { generate, parse } from 'coap-packet';
import fc from 'fast-check';
import { readBlock, writeBlock } from '../../../cse/bindings/coap/block.ts';
import { Block1Assembly } from '../../../cse/bindings/coap/block1-assembly.ts';
import {
  type CoapMessage,
  type CoapOption,
  coapRequestOf,
  coapResponseOf,
  requestPrimitiveOf,
  responsePrimitiveOf,
} from '../../../cse/bindings/coap/message.ts';
import { contentFormat } from '../../../cse/bindings/coap/options.ts';
import type { RequestPrimitive, ResponsePrimitive } from '../../../cse/primitive.ts';
import { Malformed, mediaType, requestLimits } from '../../../cse/serialization/index.ts';

type Sent = {
  code?: string;
  method?: string;
  options: readonly CoapOption[];
  payload: Buffer;
  path?: readonly string[];
  query?: readonly string[];
};

/** Through the bytes of a datagram and back, with values as the library reads them. */
function received({ code, method, options, payload, path = [], query = [] }: Sent): CoapMessage {
  const datagram = generate(
    {
      code: code ?? method ?? 'GET',
      messageId: 1,
      options: [
        ...options.map(({ name, value }) => ({ name: name as never, value: value as Buffer })),
        ...path.map((segment) => ({ name: 'Uri-Path' as const, value: Buffer.from(segment) })),
        ...query.map((argument) => ({ name: 'Uri-Query' as const, value: Buffer.from(argument) })),
      ],
      payload,
    },
    65_536,
  );
  const packet = parse(datagram);
  const known = new Map<string, string>(
    Object.entries(contentFormat).map(([format, number]) => [String(number), mediaType(format as 'json')]),
  );
  return {
    code: packet.code,
    payload: packet.payload,
    options: packet.options.map(({ name, value }) =>
      name === 'Content-Format' || name === 'Accept'
        ? { name, value: known.get(String(value.readUIntBE(0, value.length))) ?? value.readUIntBE(0, value.length) }
        : { name, value },
    ),
  };
}

/** Names of resources begin with a letter or a digit (TS-0004 §6.3.3). */
const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$/);
const target = fc.oneof(
  fc.tuple(id, id).map((parts) => parts.join('/')),
  fc.tuple(id, id).map((parts) => `/${parts.join('/')}`),
  fc.tuple(id, id, id).map((parts) => `//${parts.join('/')}`),
);
const common = fc.record(
  {
    to: target,
    fr: id,
    rqi: fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).filter((text) => text.isWellFormed()),
    rvi: fc.constantFrom('2a', '3', '4'),
    ot: fc.constant('20261122T101500'),
    rqet: fc.constantFrom('5000', '20991231T235959'),
    ec: fc.integer({ min: 1, max: 999 }),
    gid: id,
    vsi: id,
    grtm: fc.array(id, { minLength: 1, maxLength: 3 }),
    rcn: fc.integer({ min: 0, max: 12 }),
  },
  { requiredKeys: ['to', 'fr', 'rqi'] },
);
const request = fc.oneof(
  common.map((given) => ({ ...given, op: 1 as const, ty: 4, pc: { 'm2m:cin': { con: 'é' } } })),
  common.map((given) => ({ ...given, op: 2 as const, fc: { fu: 1, lbl: ['a', 'b c'], ty: [2, 3], lim: 10 } })),
  common.map((given) => ({ ...given, op: 3 as const, pc: { 'm2m:cnt': { lbl: null } } })),
  common.map((given) => ({ ...given, op: 4 as const })),
  common.map((given) => ({ ...given, op: 5 as const, pc: { 'm2m:sgn': { vrq: true } } })),
);

describe('CoAP messages (TS-0008 §6.2)', () => {
  for (const format of ['json', 'cbor', 'xml'] as const) {
    it(`carry every request to the other side and lose nothing (${format})`, () => {
      fc.assert(
        fc.property(request, (given) => {
          const { request: read, format: answerFormat } = requestPrimitiveOf(
            received(coapRequestOf(given as RequestPrimitive, format)),
            requestLimits,
          );
          expect(read).to.deep.equal(given);
          expect(answerFormat).to.equal(format);
        }),
      );
    });
  }

  it('carry every response to the other side and lose nothing', () => {
    const response = fc.record(
      {
        rsc: fc.constantFrom(2000, 2001, 2004, 4000, 4004, 4106, 5207),
        rqi: id,
        rvi: fc.constantFrom('3', '4'),
        pc: fc.constant({ 'm2m:dbg': 'why' }),
        cnst: fc.constantFrom(1, 2),
        cnot: fc.integer({ min: 0, max: 70_000 }),
      },
      { requiredKeys: ['rsc', 'rqi'] },
    );
    fc.assert(
      fc.property(response, (given) => {
        const asked: RequestPrimitive = { op: 2, to: 'a', rqi: given.rqi };
        const message = received(coapResponseOf(given as ResponsePrimitive, 'json', 2));
        expect(responsePrimitiveOf(message, asked, requestLimits)).to.deep.equal(given);
      }),
    );
  });

  it('use the option numbers of Table 6.2.2.4.0-1', () => {
    const { options } = coapRequestOf(
      { op: 1, to: 'cse-in', fr: 'Cae', rqi: 'r1', rvi: '3', ty: 2, ot: '20261122T101500', pc: { 'm2m:ae': {} } },
      'json',
    );
    const numbers = Object.fromEntries(options.map(({ name, value }) => [name, value.toString('latin1')]));
    expect(numbers).to.include({ 259: '20261122T101500', 267: '\x02', 271: '3', 279: 'Cae', 283: 'r1' });
  });

  it('always carry the response status code, since several share one CoAP code', () => {
    const { code, options } = coapResponseOf({ rsc: 4106, rqi: '1' }, 'json', 2);
    expect(code).to.equal('4.03');
    expect(options.find(({ name }) => name === '307')?.value.readUInt16BE()).to.equal(4106);
  });

  it('answer a NOTIFY with 2.04 (Table 6.2.4-1)', () => {
    expect(coapResponseOf({ rsc: 2000, rqi: '1' }, 'json', 5).code).to.equal('2.04');
    expect(coapResponseOf({ rsc: 2000, rqi: '1' }, 'json', 2).code).to.equal('2.05');
  });

  const base: readonly CoapOption[] = [
    { name: '283', value: Buffer.from('r1') },
    { name: 'Uri-Path', value: Buffer.from('cse-in') },
  ];
  const refused: Readonly<Record<string, [message: CoapMessage, status: string]>> = {
    'an unknown critical option': [
      { code: '0.01', options: [...base, { name: '9001', value: Buffer.alloc(1) }], payload: Buffer.alloc(0) },
      'BAD_REQUEST',
    ],
    'an option that may occur once and occurs twice': [
      { code: '0.01', options: [...base, { name: '283', value: Buffer.from('r2') }], payload: Buffer.alloc(0) },
      'BAD_REQUEST',
    ],
    'an option that is not UTF-8': [
      { code: '0.01', options: [...base, { name: '279', value: Buffer.of(0xc3, 0x28) }], payload: Buffer.alloc(0) },
      'BAD_REQUEST',
    ],
    'a method of another binding (PATCH)': [
      { code: '0.06', options: base, payload: Buffer.alloc(0) },
      'OPERATION_NOT_ALLOWED',
    ],
    'a content format nobody knows': [
      { code: '0.02', options: [...base, { name: 'Content-Format', value: 42 }], payload: Buffer.from('x') },
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    'an Accept nobody can meet': [
      {
        code: '0.01',
        options: [...base, { name: 'Accept', value: 'application/octet-stream' }],
        payload: Buffer.alloc(0),
      },
      'NOT_ACCEPTABLE',
    ],
    'a payload that is not JSON': [{ code: '0.02', options: base, payload: Buffer.from('{') }, 'BAD_REQUEST'],
    'no request identifier': [{ code: '0.01', options: base.slice(1), payload: Buffer.alloc(0) }, 'BAD_REQUEST'],
  };
  for (const [what, [message, status]] of Object.entries(refused)) {
    it(`with ${what} are refused: ${status}`, () => {
      expect(() => requestPrimitiveOf(message, requestLimits))
        .to.throw(Malformed)
        .with.property('status', status);
    });
  }

  it('with elective options nobody knows are read all the same', () => {
    const message = {
      code: '0.01',
      options: [...base, { name: '9000', value: Buffer.alloc(1) }],
      payload: Buffer.alloc(0),
    };
    expect(requestPrimitiveOf(message, requestLimits).request.to).to.equal('cse-in');
  });
});

describe('CoAP blocks (RFC 7959)', () => {
  it('are written as they are read', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xfffff }),
        fc.boolean(),
        fc.integer({ min: 4, max: 10 }),
        (num, more, exponent) => {
          const block = { num, more, size: 2 ** exponent };
          expect(readBlock(writeBlock(block))).to.deep.equal(block);
        },
      ),
    );
  });

  it('of the reserved size, or longer than three bytes, are malformed', () => {
    expect(readBlock(Buffer.of(7))).to.equal(undefined);
    expect(readBlock(Buffer.alloc(4))).to.equal(undefined);
  });

  const block = (num: number, more = true) => ({ num, more, size: 64 });
  const full = Buffer.alloc(64, 1);

  it('give the whole request, also when the last one comes again', () => {
    const blocks = new Block1Assembly(1_000, 1_000);
    for (const num of [0, 1, 1, 2]) expect(blocks.add('peer', 'r', block(num), full)).to.deep.equal({ code: '2.31' });
    const outcome = blocks.add('peer', 'r', block(3, false), Buffer.of(2));
    expect(outcome).to.deep.equal({ whole: Buffer.concat([full, full, full, Buffer.of(2)]) });
  });

  it('in any cut give what was cut', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 2_000 }),
        fc.integer({ min: 4, max: 10 }),
        (bytes, exponent) => {
          const blocks = new Block1Assembly(4_000, 1_000);
          const size = 2 ** exponent;
          const count = Math.ceil(bytes.length / size);
          const outcomes = Array.from({ length: count }, (_, num) =>
            blocks.add(
              'p',
              'r',
              { num, more: num < count - 1, size },
              Buffer.from(bytes.slice(num * size, (num + 1) * size)),
            ),
          );
          expect(outcomes.at(-1)).to.deep.equal({ whole: Buffer.from(bytes) });
        },
      ),
    );
  });

  it('out of order, without a beginning, of another peer or another request are refused with 4.08', () => {
    const blocks = new Block1Assembly(10_000, 1_000);
    const code = (peer: string, request: string, num: number) => blocks.add(peer, request, block(num), full);
    expect(code('peer', 'r', 1)).to.deep.equal({ code: '4.08' });
    code('peer', 'r', 0);
    expect(code('peer', 'r', 2)).to.deep.equal({ code: '4.08' });
    expect(code('spoofed', 'r', 1)).to.deep.equal({ code: '4.08' });
    expect(code('peer', 'other', 1)).to.deep.equal({ code: '4.08' });
    expect(blocks.add('peer', 'r', block(1), full.subarray(1))).to.deep.equal({ code: '4.08' });
  });

  it('that add up to more than allowed are refused with 4.13', () => {
    const blocks = new Block1Assembly(100, 1_000);
    blocks.add('peer', 'r', block(0), full);
    expect(blocks.add('peer', 'r', block(1), full)).to.deep.equal({ code: '4.13' });
  });

  it('of more transfers than one peer may have open are refused with 5.03', () => {
    const blocks = new Block1Assembly(10_000, 10_000);
    const codes = Array.from({ length: 20 }, (_, index) => blocks.add('peer', `r${index}`, block(0), full));
    expect(codes.slice(0, 8)).to.deep.equal(Array(8).fill({ code: '2.31' }));
    expect(codes.slice(8)).to.deep.equal(Array(12).fill({ code: '5.03' }));
  });
});
