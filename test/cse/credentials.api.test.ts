import { expect } from 'chai';
import { admin, startCse, type TestCse } from './support.ts';

/** Speaks to the administrator's door of credentials. */
async function door(
  city: TestCse,
  method: string,
  path = '',
  body?: unknown,
  as: { from: string; token?: string } = { from: admin },
) {
  const token = as.token ?? (await city.cse.credentials.issue({ originator: as.from, label: 'test' })).token;
  const response = await fetch(`${city.url}/.credentials${path}`, {
    method,
    headers: { 'X-M2M-Origin': as.from, Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return {
    status: response.status,
    body: (await response.json()) as Record<string, string> & Record<string, string>[],
  };
}

describe('the door of credentials', () => {
  it('issues a token that opens the CSE for its originators, and closes it again', async () => {
    await using city = await startCse();
    const issued = await door(city, 'POST', '', { originator: 'Cvendor-*', label: 'a vendor' });
    expect(issued.status).to.equal(201);
    const { id, token } = issued.body;
    const register = (from: string) =>
      city.create('/cse-in', 2, { 'm2m:ae': { api: 'N.vendor', rr: false, srv: ['3'] } }, { from, token: token ?? '' });
    expect((await register('Cvendor-1')).rsc).to.equal(2001);
    expect((await register('Cother-1')).rsc, 'another originator').to.equal(4106);
    const listed = await door(city, 'GET');
    expect(listed.body.map(({ label }) => label)).to.include('a vendor');
    expect(JSON.stringify(listed.body)).not.to.contain(token);
    expect((await door(city, 'DELETE', `/${id}`)).status).to.equal(200);
    expect((await register('Cvendor-2')).rsc, 'after the revocation').to.equal(4106);
    expect((await door(city, 'DELETE', `/${id}`)).status).to.equal(404);
  });

  it('opens for the administrator only', async () => {
    await using city = await startCse();
    const wanted = { originator: '*', label: 'everything' };
    expect((await door(city, 'POST', '', wanted, { from: 'Cvendor-1' })).status).to.equal(403);
    expect((await door(city, 'POST', '', wanted, { from: admin, token: 'made-up' })).status).to.equal(401);
  });

  const refused: Record<string, unknown> = {
    'no JSON': '{',
    'no originator': { label: 'x' },
    'an originator with a space': { originator: 'C a', label: 'x' },
    'an unknown member': { originator: 'Ca', label: 'x', scopes: [] },
    'a date that is none': { originator: 'Ca', label: 'x', expiresAt: 'soon' },
    'a body that is too large': { originator: 'Ca', label: 'x'.repeat(5_000) },
  };
  for (const [what, body] of Object.entries(refused)) {
    it(`refuses ${what}`, async () => {
      await using city = await startCse();
      expect((await door(city, 'POST', '', body)).status).to.equal(400);
    });
  }
});
