import { expect } from 'chai';
import fc from 'fast-check';
import { idOf, levelOf, parseFilter, parseTopic, responseTopic, topicText } from '../../../cse/bindings/mqtt/topic.ts';

const segment = fc.stringMatching(/^[A-Za-z0-9._~-]{1,12}$/);
const aeStem = segment.map((rest) => `C${rest}`);
const spRelative = fc.tuple(segment, aeStem).map(([cse, ae]) => `/${cse}/${ae}`);
const absolute = fc.tuple(segment, segment).map(([sp, cse]) => `//${sp}/${cse}`);

describe('MQTT topics (TS-0010 §6.4)', () => {
  it('escape an identifier so that it can be read back', () => {
    fc.assert(
      fc.property(fc.oneof(aeStem, spRelative, absolute), (id) => {
        const level = levelOf(id);
        expect(level).to.not.include('/');
        expect(idOf(level)).to.equal(id);
      }),
    );
  });

  it('follow the examples of §6.4.2', () => {
    expect(levelOf('/id-in/Clight-1')).to.equal('id-in:Clight-1');
    expect(levelOf('/id-in')).to.equal('id-in');
    expect(levelOf('//sp.example/in')).to.equal(':sp.example:in');
    expect(levelOf('Clight-1')).to.equal('Clight-1');
  });

  it('are parsed into what they were made of', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('req', 'resp', 'reg_req', 'reg_resp' as const),
        aeStem,
        segment,
        fc.constantFrom('json', 'cbor', 'xml'),
        fc.constantFrom('', 'a', 'a/b'),
        (kind, originator, receiver, format, prefix) => {
          const topic = { prefix, kind: kind as 'req', originator, receiver, format };
          expect(parseTopic(topicText(topic))).to.deep.equal(topic);
        },
      ),
    );
  });

  it('keep originator and receiver in their order in the response', () => {
    const request = parseTopic('/oneM2M/reg_req/cred-1/id-in/json');
    expect(request && topicText(responseTopic(request))).to.equal('/oneM2M/reg_resp/cred-1/id-in/json');
  });

  for (const strange of [
    '',
    '/',
    'oneM2M/req/a/b/json',
    '/oneM2M/req/a/b',
    '/oneM2M/req//b/json',
    '/oneM2M/request/a/b/json',
    '/oneM2M/req/a/b/c/json',
    '/oneM2M/req/+/b/json',
    '/oneM2M/req/a/#/json',
    '$SYS/oneM2M/req/a/b/json/x',
  ]) {
    it(`do not include "${strange}"`, () => {
      expect(parseTopic(strange)).to.equal(undefined);
    });
  }

  describe('filters', () => {
    const granted: Readonly<Record<string, { kind: string; own: string }>> = {
      '/oneM2M/req/+/Clight-1/#': { kind: 'req', own: 'Clight-1' },
      '/oneM2M/req/id-in/Clight-1/json': { kind: 'req', own: 'Clight-1' },
      '/oneM2M/resp/Clight-1/#': { kind: 'resp', own: 'Clight-1' },
      '/oneM2M/resp/Clight-1/id-in/#': { kind: 'resp', own: 'Clight-1' },
      '/oneM2M/resp/Clight-1/+/+': { kind: 'resp', own: 'Clight-1' },
      '/oneM2M/reg_resp/cred-1/id-in/json': { kind: 'reg_resp', own: 'cred-1' },
    };
    for (const [filter, meaning] of Object.entries(granted)) {
      it(`name their subscriber: ${filter}`, () => {
        expect(parseFilter(filter)).to.deep.equal(meaning);
      });
    }
    for (const filter of [
      '#',
      '+/#',
      '/oneM2M/#',
      '/oneM2M/req/#',
      '/oneM2M/req/+/+/#',
      '/oneM2M/req/+/+/json',
      '/oneM2M/resp/+/id-in/json',
      '/oneM2M/resp/#',
      '/oneM2M/+/Clight-1/#',
      '/+/resp/Clight-1/#',
      '$SYS/#',
      '$share/group//oneM2M/req/+/id-in/#',
      '/oneM2M/req/+/Clight-1/#/json',
    ]) {
      it(`with a wildcard where the subscriber stands are none: ${filter}`, () => {
        expect(parseFilter(filter)).to.equal(undefined);
      });
    }
  });
});
