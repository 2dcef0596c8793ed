import { expect } from 'chai';
import { mediaType, negotiateFormat, readMediaType } from '../../../cse/serialization/index.ts';

describe('media types (TS-0004 §6.7, TS-0009 §6.4.3)', () => {
  it('reads the resource type of a CREATE', () => {
    expect(readMediaType('application/json;ty=4')).to.deep.equal({ format: 'json', ty: 4 });
    expect(readMediaType('Application/VND.oneM2M-res+CBOR; charset=utf-8; ty=2')).to.deep.equal({
      format: 'cbor',
      use: 'res',
      ty: 2,
    });
  });

  it('tells a resource type that is no number from one that is absent', () => {
    expect(readMediaType('application/json;ty=four')?.ty).to.be.NaN;
    expect(readMediaType('application/json')).to.not.have.property('ty');
  });

  for (const strange of [
    'text/plain',
    'application/yaml',
    'application/vnd.onem2m-res+yaml',
    'json',
    '',
    'application/json;charset=latin1',
  ]) {
    it(`does not know "${strange}"`, () => {
      expect(readMediaType(strange)).to.equal(undefined);
    });
  }

  it('writes no parameter that is not needed', () => {
    expect(mediaType('json')).to.equal('application/json');
    expect(mediaType('cbor', 'ntfy')).to.equal('application/vnd.onem2m-ntfy+cbor');
  });

  describe('negotiation', () => {
    const table: readonly [accept: string | undefined, chosen: string | undefined][] = [
      [undefined, 'json'],
      ['', 'json'],
      ['*/*', 'json'],
      ['application/cbor', 'cbor'],
      ['application/vnd.onem2m-res+cbor, application/json;q=0.9', 'cbor'],
      ['application/json;q=0.2, application/cbor;q=0.3', 'cbor'],
      ['text/html, application/*;q=0.1', 'json'],
      ['application/json;q=0, application/cbor', 'cbor'],
      ['application/yaml', undefined],
      ['application/json;q=0', undefined],
    ];
    for (const [accept, chosen] of table) {
      it(`chooses ${chosen ?? 'nothing'} for Accept: ${accept ?? '(absent)'}`, () => {
        expect(negotiateFormat(accept, 'json')).to.equal(chosen);
      });
    }
  });
});
