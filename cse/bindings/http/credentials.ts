import type { IncomingMessage, ServerResponse } from 'node:http';
import { Ajv } from 'ajv';
import { messageOf, Refusal } from '#platform';
import type { OpenConnections } from '../tls/open-connections.ts';
import { readBody } from './body.ts';
import { serveDoor } from './door.ts';
import type { HttpBindingOptions } from './options.ts';

/** Where credentials are managed; resource names begin with a letter or digit, so it hides none. */
export const credentialsPath = '/.credentials';

/** With a certificate in PEM. */
const bodyBytesMax = 16 * 1024;

interface IssueRequest {
  readonly originator: string;
  readonly label: string;
  readonly expiresAt?: string;
  readonly certificate?: string;
}

const checkIssueRequest = new Ajv({ allErrors: true }).compile<IssueRequest>({
  type: 'object',
  additionalProperties: false,
  required: ['originator', 'label'],
  properties: {
    originator: { type: 'string', pattern: '^[A-Za-z0-9*/][A-Za-z0-9._~*/-]{0,127}$' },
    label: { type: 'string', minLength: 1, maxLength: 200 },
    expiresAt: { type: 'string', maxLength: 40 },
    certificate: { type: 'string', maxLength: 12_000 },
  },
});

/**
 * The administrator's door to credentials: `GET` lists them without their secrets, `POST {originator, label, expiresAt?}`
 * issues one and shows its token once; with `certificate` (PEM) the client certificate takes the token's place. `POST /.credentials/<id>/rotate` gives one a new token, `DELETE
 * /.credentials/<id>` revokes one; both cut the connections it opened.
 */
export async function serveCredentials(
  options: HttpBindingOptions,
  connections: OpenConnections,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { credentials } = options.cse;
  await serveDoor(options, request, response, connections, async (asker) => {
    if (asker.originator !== options.cse.admin) {
      throw new Refusal(403, 'administrator-needed', `credentials are managed by ${options.cse.admin} only`);
    }
    const id = request.url?.slice(credentialsPath.length + 1) ?? '';
    if (request.method === 'GET' && id === '') return { status: 200, json: JSON.stringify(await credentials.list()) };
    if (request.method === 'POST' && id === '') {
      const { originator, label, expiresAt, certificate } = await readIssueRequest(request);
      const wanted = { originator, label, ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }) };
      const issued = await (certificate === undefined
        ? credentials.issue(wanted)
        : credentials.bind({ ...wanted, certificate }));
      return { status: 201, json: JSON.stringify({ ...issued, originator, label }) };
    }
    const rotated = /^([0-9a-f-]{36})\/rotate$/.exec(id)?.[1];
    if (request.method === 'POST' && rotated !== undefined) {
      const fresh = await credentials.rotate(rotated);
      if (fresh === undefined)
        throw new Refusal(404, 'no-such-credential', `there is no credential of a token ${rotated}`);
      return { status: 200, json: JSON.stringify(fresh) };
    }
    if (request.method === 'DELETE' && /^[0-9a-f-]{36}$/.test(id)) {
      if (!(await credentials.revoke(id))) throw new Refusal(404, 'no-such-credential', `there is no credential ${id}`);
      return { status: 200, json: JSON.stringify({ revoked: id }) };
    }
    throw new Refusal(
      405,
      'method-not-allowed',
      `GET or POST ${credentialsPath}, POST ${credentialsPath}/<id>/rotate, or DELETE ${credentialsPath}/<id>`,
    );
  });
}

async function readIssueRequest(request: IncomingMessage): Promise<IssueRequest> {
  let given: unknown;
  try {
    given = JSON.parse((await readBody(request, bodyBytesMax)).toString('utf8'));
  } catch (error) {
    throw new Refusal(400, 'bad-json', `the body is not what is expected, JSON: ${messageOf(error)}`);
  }
  if (!checkIssueRequest(given)) {
    const [problem] = checkIssueRequest.errors ?? [];
    throw new Refusal(400, 'bad-credential', `${problem?.instancePath.slice(1) || 'the body'}: ${problem?.message}`);
  }
  if (given.expiresAt !== undefined && Number.isNaN(Date.parse(given.expiresAt))) {
    throw new Refusal(400, 'bad-credential', 'expiresAt: an ISO 8601 date and time is expected');
  }
  return given;
}
