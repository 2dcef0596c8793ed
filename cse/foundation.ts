import type { Config } from '#platform';
import { right } from './access/rule.ts';
import type { Names } from './address.ts';
import type { OperatorRule } from './interface.ts';
import type { JsonObject } from './primitive.ts';
import { cseTypeId, notificationTargetPolicyAction } from './resources/enumerations.ts';
import { servedTypes } from './resources/index.ts';
import { ofInfrastructure } from './resources/infrastructure-types.ts';
import type { Numbers } from './store/numbers.ts';
import type { Resource } from './store/resource.ts';
import type { Store } from './store/store.ts';
import { nowTimestamp } from './timestamp.ts';

const { inCse, mnCse, asnCse } = cseTypeId.of;
const cseTypes = { IN: inCse, MN: mnCse, ASN: asnCse } as const;

/** Name of the operator policy below the CSEBase (docs/decisions/operator-policy.md). */
export const operatorPolicyName = 'acpOperator';

/** Name of the policy by which a target leaves a subscription when there is no other (TS-0004 §7.4.33.2.4). */
const defaultTargetPolicyName = 'ntpDefault';

/**
 * Makes sure that the CSEBase and the operator policy exist and say what the configuration says. Both belong to the CSE;
 * nobody else may change the CSEBase, and what is changed in the policy lasts until the next start.
 */
export async function layFoundation(options: {
  readonly store: Store;
  readonly numbers: Numbers;
  readonly names: Names;
  readonly config: Config;
  readonly operatorRules: readonly OperatorRule[];
}): Promise<void> {
  const { store, numbers, names, config, operatorRules } = options;
  const { admin } = config.cse;
  const base = await put(store, {
    no: await numbers.next(),
    parentNo: null,
    ty: 5,
    ri: names.cseId.slice(1),
    pi: '',
    rn: names.cseName,
    path: names.cseName,
    depth: 0,
    creator: admin,
    version: 1,
    attributes: {
      cst: cseTypes[config.cse.type],
      csi: names.cseId,
      srt: servedTypes.filter((type) => config.cse.type === 'IN' || !ofInfrastructure.has(type)),
      poa: pointsOfAccess(config),
      csz: ['json', 'cbor', 'xml'],
      srv: ['2', '2a', '3', '4', '5'],
      spi: names.spId.slice(2),
      // Of too many notifications, those of low priority go first, then the older.
      ncp: 1,
      ...(config.cse.type === 'IN' ? { ici: names.cseId } : {}),
    },
  });
  const acr: JsonObject[] = operatorRules.map(({ originators, operations }) => ({
    acor: [...originators],
    acop: operations,
  }));
  await put(store, {
    no: await numbers.next(),
    parentNo: base,
    ty: 1,
    ri: operatorPolicyName,
    pi: names.cseId.slice(1),
    rn: operatorPolicyName,
    path: `${names.cseName}/${operatorPolicyName}`,
    depth: 1,
    creator: admin,
    version: 1,
    attributes: { et: '99991231T235959', pv: { acr }, pvs: { acr: [{ acor: [admin], acop: right.retrieve }] } },
  });
  await put(
    store,
    {
      no: await numbers.next(),
      parentNo: base,
      ty: 26,
      ri: defaultTargetPolicyName,
      pi: names.cseId.slice(1),
      rn: defaultTargetPolicyName,
      path: `${names.cseName}/${defaultTargetPolicyName}`,
      depth: 1,
      creator: admin,
      version: 1,
      attributes: { et: '99991231T235959', acn: notificationTargetPolicyAction.of.accept, plbl: 'Default' },
    },
    'kept',
  );
  store.invalidateAll();
}

function pointsOfAccess({ host, cse, mqtt, coap, tls }: Config): string[] {
  if (cse.pointsOfAccess.length > 0) return [...cse.pointsOfAccess];
  const securely = tls.host ?? host;
  // The first that a peer can use is the one it uses.
  return [
    ...(tls.certificateFile === null ? [] : [`https://${securely}:${tls.csePort}`]),
    ...(tls.certificateFile === null || mqtt.url !== null ? [] : [`mqtts://${securely}:${tls.mqttPort}`]),
    `http://${host}:${cse.port}`,
    mqtt.url === null ? `mqtt://${host}:${mqtt.port}` : withoutCredentials(mqtt.url),
    `coap://${host}:${coap.port}`,
  ];
}

function withoutCredentials(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

const replacing = `DO UPDATE SET creator = EXCLUDED.creator, version = r.version + 1,
  attributes = EXCLUDED.attributes || jsonb_build_object('ct', r.ct)`;

/**
 * @param existing what becomes of the attributes of a resource that is there already
 * @returns number of the resource, which is kept when it exists
 */
async function put(
  store: Store,
  { no, parentNo, ty, ri, rn, path, depth, creator, attributes }: Resource,
  existing: 'replaced' | 'kept' = 'replaced',
): Promise<number> {
  const now = nowTimestamp();
  const { rows } = await store.pool.query<{ no: number }>(
    `INSERT INTO cse.resource AS r (no, parent_no, ri, rn, ty, path, depth, creator, attributes)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb || jsonb_build_object('ct', $10::text, 'lt', $10::text))
     ON CONFLICT (path) ${existing === 'kept' ? 'DO NOTHING' : replacing} RETURNING no`,
    [no, parentNo, ri, rn, ty, path, depth, creator, JSON.stringify(attributes), now],
  );
  return rows[0]?.no ?? no;
}
