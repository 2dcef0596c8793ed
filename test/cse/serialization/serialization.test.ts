import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Format,
  Malformed,
  readRequest,
  readResponse,
  requestLimits,
  serializations,
  writePrimitive,
} from '../../../cse/serialization/index.ts';

const formats = Object.keys(serializations) as Format[];

/** Text as XML and PostgreSQL can hold it too. */
const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0') && value.isWellFormed());
const name = fc.stringMatching(/^[a-z][a-zA-Z0-9:]{0,8}$/);
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constant(null),
    fc.boolean(),
    number.filter((given) => !Number.isInteger(given) || Number.isSafeInteger(given)),
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4 }),
  ),
}));

const plain = (given: unknown): unknown => JSON.parse(JSON.stringify(given));

const refusedAs = (act: () => unknown): Malformed => {
  try {
    act();
  } catch (error) {
    if (error instanceof Malformed) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('serialization of primitives (TS-0004 §8.4, §8.5)', () => {
  for (const format of formats) {
    describe(format, () => {
      it('gives back every value it wrote', () => {
        fc.assert(
          fc.property(value, (given) => {
            // Content has one element at the top, which XML cannot do without.
            const content = { 'm2m:cin': { con: plain(given) } } as never;
            expect(serializations[format].decode(serializations[format].encode(content), requestLimits)).to.deep.equal(
              content,
            );
          }),
        );
      });

      it('gives back a request with all its parameters', () => {
        const request = {
          op: 1,
          to: 'cse-in/ae',
          fr: 'Clight-1',
          rqi: 'é-1',
          rvi: '3',
          ty: 4,
          pc: { 'm2m:cin': { con: '21,5 °C 🌡', cnf: 'text/plain:0' } },
          rcn: 0,
          rt: { rtv: 3, nu: ['http://127.0.0.1/n'] },
          rqet: '10000',
        } as const;
        expect(readRequest(format, writePrimitive(format, request))).to.deep.equal(request);
      });

      it('answers any bytes with a value or a refusal, never with another error', () => {
        fc.assert(
          fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
            try {
              serializations[format].decode(bytes, requestLimits);
            } catch (error) {
              expect(error).to.be.instanceOf(Malformed);
            }
          }),
          { numRuns: 2_000 },
        );
      });

      it('survives every single-byte change of a valid request', () => {
        const bytes = writePrimitive(format, {
          op: 1,
          to: 'a',
          rqi: '1',
          ty: 3,
          pc: { 'm2m:cnt': { lbl: ['x', 'y'], mni: 10 } },
        });
        for (let at = 0; at < bytes.length; at += 1) {
          for (const flip of [1, 0x80, 0xff]) {
            const mutated = Buffer.from(bytes);
            mutated[at] = (mutated[at] ?? 0) ^ flip;
            try {
              readRequest(format, mutated);
            } catch (error) {
              expect(error).to.be.instanceOf(Malformed);
            }
          }
        }
      });

      it('refuses what is larger than allowed before looking at it', () => {
        const refusal = refusedAs(() =>
          serializations[format].decode(Buffer.alloc(requestLimits.bytesMax + 1, 0x20), requestLimits),
        );
        expect(refusal.message).to.include('at most 1048576');
      });
    });
  }

  describe('JSON', () => {
    const decode = (given: string | Uint8Array): unknown =>
      serializations.json.decode(typeof given === 'string' ? Buffer.from(given) : given, requestLimits);

    const refused: Readonly<Record<string, [given: string | Uint8Array, why: string]>> = {
      'a member that occurs twice': ['{"a":1,"b":{"a":2},"a":3}', 'the member "a" occurs twice'],
      'a member that occurs twice in another spelling': ['{"lbl":1,"\\u006cbl":2}', 'the member "lbl" occurs twice'],
      'a member that occurs twice in an object of a list': ['[{},{"x":1,"x":1}]', 'the member "x" occurs twice'],
      'bytes that are not UTF-8': [Buffer.from([0x22, 0xc3, 0x28, 0x22]), 'not valid UTF-8'],
      'half of a surrogate pair': ['"\\ud83d"', 'half of a surrogate pair'],
      'the character U+0000': ['"a\\u0000b"', 'U+0000'],
      'an integer that a double cannot hold': ['[9007199254740993]', 'cannot be kept exactly'],
      'a number that would become infinite': ['[1e400]', 'cannot be kept exactly'],
      'the name __proto__': ['{"__proto__":{"admin":true}}', '__proto__'],
      'a trailing comma': ['{"a":1,}', 'not JSON'],
      nothing: ['', 'not JSON'],
      'a byte order mark': ['\uFEFF{}', 'not JSON'],
    };
    for (const [what, [given, why]] of Object.entries(refused)) {
      it(`refuses ${what}`, () => {
        expect(refusedAs(() => decode(given)).message).to.include(why);
      });
    }

    it('accepts the same name in different objects', () => {
      expect(decode('{"a":{"b":1},"c":[{"b":1},{"b":2}]}')).to.deep.equal({ a: { b: 1 }, c: [{ b: 1 }, { b: 2 }] });
    });

    it('refuses nesting beyond the limit without exhausting the stack', () => {
      const { depthMax } = requestLimits;
      expect(decode('['.repeat(depthMax) + ']'.repeat(depthMax))).to.be.an('array');
      expect(refusedAs(() => decode('['.repeat(400_000) + ']'.repeat(400_000))).message).to.include(
        'within each other',
      );
    });
  });

  describe('CBOR', () => {
    const decode = (hex: string): unknown => serializations.cbor.decode(Buffer.from(hex, 'hex'), requestLimits);

    const refused: Readonly<Record<string, [hex: string, why: string]>> = {
      'a key that occurs twice': ['a2616101616102', 'occurs twice'],
      'a key that is not text': ['a10102', 'have to be text'],
      'text that is not UTF-8': ['62c328', 'not valid UTF-8'],
      'a byte string': ['420102', 'byte string'],
      'a tag (shared reference, class instance …)': ['d81c81d81d00', 'tags are not accepted'],
      undefined: ['f7', 'only false, true and null'],
      infinity: ['f97c00', 'infinities'],
      'not-a-number': ['fb7ff8000000000000', 'infinities'],
      'an integer beyond 2^53': ['1b0020000000000001', 'beyond 2^53'],
      'an array that claims 2^32 entries': ['9affffffff00', 'cut off'],
      'a map that claims 2^64 entries': ['bbffffffffffffffff00', 'cut off'],
      'text that claims 2 GB': ['7a7fffffff61', 'cut off'],
      'an indefinite array without end': ['9f0102', 'cut off'],
      'bytes behind the item': ['0102', 'follow the CBOR item'],
      nothing: ['', 'cut off'],
    };
    for (const [what, [hex, why]] of Object.entries(refused)) {
      it(`refuses ${what}`, () => {
        expect(refusedAs(() => decode(hex)).message).to.include(why);
      });
    }

    it('refuses nesting beyond the limit without exhausting the stack', () => {
      expect(refusedAs(() => decode(`${'81'.repeat(100_000)}00`)).message).to.include('within each other');
    });

    it('reads arrays and maps of indefinite length', () => {
      expect(decode('bf61619f0102ffff')).to.deep.equal({ a: [1, 2] });
    });
  });

  describe('the shape of a primitive', () => {
    const read = (given: unknown): unknown => readRequest('json', Buffer.from(JSON.stringify(given)));
    const refused: Readonly<Record<string, [given: unknown, why: string]>> = {
      'no operation': [{ to: 'a', rqi: '1' }, 'op is missing'],
      'an operation that does not exist': [{ op: 9, to: 'a', rqi: '1' }, 'op: a whole number from 1 to 5'],
      'a text where a number belongs': [{ op: 1, to: 'a', rqi: '1', ty: '3' }, 'ty: a whole number'],
      'content with two members': [{ op: 1, to: 'a', rqi: '1', pc: { a: 1, b: 2 } }, 'exactly one member'],
      'a parameter nobody knows': [{ op: 2, to: 'a', rqi: '1', colour: 1 }, 'colour is not a parameter'],
      'a list instead of an object': [[1, 2], 'a primitive is an object'],
      'an inherited name as parameter': [
        { op: 2, to: 'a', rqi: '1', constructor: 1 },
        'constructor is not a parameter',
      ],
    };
    for (const [what, [given, why]] of Object.entries(refused)) {
      it(`refuses ${what} with BAD_REQUEST`, () => {
        const refusal = refusedAs(() => read(given));
        expect(refusal.status).to.equal('BAD_REQUEST');
        expect(refusal.message).to.include(why);
      });
    }

    it('tells the request identifier of what it refuses, so that the answer can be matched', () => {
      expect(refusedAs(() => read({ op: 0, to: 'a', rqi: 'r-17' })).rqi).to.equal('r-17');
    });

    it('accepts parameters of authorization relationship mapping (TS-0001 §8.1.2)', () => {
      const more = { asi: true, aus: ['c2ln'], auri: false };
      expect(read({ op: 2, to: 'a', rqi: '1', ...more })).to.include({ asi: true, auri: false });
    });

    it('refuses a response without a code', () => {
      expect(refusedAs(() => readResponse('json', Buffer.from('{"rqi":"1"}'))).message).to.include('rsc is missing');
    });
  });
});
