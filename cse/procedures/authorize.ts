import type { Grant } from '../access/access.ts';
import { type Right, right } from '../access/rule.ts';
import type { JsonObject } from '../primitive.ts';
import { Refused } from '../refusal.ts';
import type { Resource } from '../store/resource.ts';
import type { Call, Context } from './context.ts';

const operations = new Map<Right, string>(Object.entries(right).map(([name, bit]) => [bit, name.toUpperCase()]));

/**
 * Checks that the originator has the right to what it asks for: by policies, then by dynamic and distributed authorization
 * (TS-0004 §7.3.3.15).
 *
 * @param childType what shall be created below the resource
 * @returns the right, which may extend to some attributes only
 * @throws Refused ORIGINATOR_HAS_NO_PRIVILEGE
 */
export async function authorize(
  context: Context,
  call: Call,
  asked: Right,
  resource: Resource,
  childType?: number,
): Promise<Grant> {
  const { access, furtherAuthorization } = context;
  const { asker, request } = call;
  const grant = await access.grant(asker, asked, resource, childType);
  if (grant !== undefined) return grant;
  const rolesThatWouldDo = await access.rolesThatWouldDo(asker, asked, resource, childType);
  const attempt = { asker, request, asked, resource, childType, rolesThatWouldDo };
  const further = await furtherAuthorization.seek(attempt);
  if (further !== undefined) return further;
  const tqf = request.tqi === true ? await furtherAuthorization.tokenRequest(attempt) : undefined;
  const where = asked === right.create ? `under ${resource.path}` : resource.path;
  throw new Refused('ORIGINATOR_HAS_NO_PRIVILEGE', `${asker.originator} may not ${operations.get(asked)} ${where}`, {
    ...(tqf === undefined ? {} : { parameters: { tqf } }),
  });
}

/**
 * Checks that a right extends to what a request gives (`aca`, release 4).
 * @throws Refused ORIGINATOR_HAS_NO_PRIVILEGE that names the first attribute beyond it
 */
export function checkAttributes({ attributes }: Grant, { asker }: Call, names: Iterable<string>): void {
  if (attributes === undefined) return;
  for (const name of names) {
    if (!attributes.has(name)) {
      throw new Refused(
        'ORIGINATOR_HAS_NO_PRIVILEGE',
        `${name}: the right of ${asker.originator} extends to ${[...attributes].join(', ')} only`,
      );
    }
  }
}

/**
 * Conditions tell something about the attributes they ask for, seen or not.
 * @throws Refused ORIGINATOR_HAS_NO_PRIVILEGE
 */
export function checkConditions({ attributes }: Grant, { asker, request }: Call): void {
  if (attributes === undefined || request.fc === undefined) return;
  throw new Refused(
    'ORIGINATOR_HAS_NO_PRIVILEGE',
    `fc: conditions need a right to the whole resource, ${asker.originator} has one to ${[...attributes].join(', ')} only`,
  );
}

/** What a right shows of attributes. */
export const within = ({ attributes: only }: Grant, attributes: JsonObject): JsonObject =>
  only === undefined ? attributes : Object.fromEntries(Object.entries(attributes).filter(([name]) => only.has(name)));
