import { type Client, CseRefusal } from '#cse/client';

/** Resource types, TS-0004 §6.3.4.2.1. */
export const resourceType = { ae: 2, container: 3, contentInstance: 4, subscription: 23 } as const;

type Content = Parameters<Client['create']>[3];

/** What a device needs in order to register itself and to report. */
export interface Registrar {
  create(to: string, ty: number, rn: string | undefined, attributes: Content): Promise<unknown>;
}

/** A device as the CSE sees it: one AE with its containers. */
export interface Registration {
  /** Resource name of the CSEBase. */
  readonly cseName: string;
  /** Resource name of the AE; the AE-ID is the same with a leading `C`. */
  readonly name: string;
  readonly vendor: string;
  readonly title: string;
  readonly labels: readonly string[];
  /** `<maker>/<model>`. */
  readonly model: string;
  readonly containers: Readonly<Record<string, { readonly role: string; readonly mni: number }>>;
  /** Point of access for notifications; without it the AE is not reachable. */
  readonly poa?: string;
  readonly descriptor: object;
}

/**
 * Registers an AE with its containers and first descriptor. Doing it again is harmless.
 * @returns whether the AE is new to the CSE
 * @throws CseRefusal (other than "exists already"), CseUnreachable
 */
export async function register(registrar: Registrar, registration: Registration): Promise<boolean> {
  const { cseName, name, vendor, title, labels, model, containers, poa, descriptor } = registration;
  const address = `${cseName}/${name}`;
  const isNew = await isCreated(
    registrar.create(cseName, resourceType.ae, name, {
      api: `N.alzette.${vendor}`,
      apn: title,
      rr: poa !== undefined,
      ...(poa === undefined ? {} : { poa: [poa] }),
      srv: ['3'],
      lbl: [...labels, `model:${model}`],
    }),
  );
  let hasNewDescriptor = isNew;
  for (const [container, { role, mni }] of Object.entries(containers)) {
    const isNewContainer = await isCreated(
      registrar.create(address, resourceType.container, container, { mni, lbl: [...labels, `role:${role}`] }),
    );
    if (container === 'descriptor') hasNewDescriptor ||= isNewContainer;
  }
  if (hasNewDescriptor) await report(registrar, `${address}/descriptor`, descriptor);
  return isNew;
}

/** Writes one instance. */
export async function report(registrar: Registrar, container: string, content: object): Promise<void> {
  await registrar.create(container, resourceType.contentInstance, undefined, {
    con: JSON.stringify(content),
    cnf: 'application/json:0',
  });
}

const conflict = 4105;
const alreadyRegistered = 4117;
const notFound = 4004;

/** @returns false when the resource was there already */
export async function isCreated(creation: Promise<unknown>): Promise<boolean> {
  try {
    await creation;
    return true;
  } catch (error) {
    if (error instanceof CseRefusal && (error.rsc === conflict || error.rsc === alreadyRegistered)) return false;
    throw error;
  }
}

/** The CSE does not know the device (any more): its database was replaced. */
export const isUnknown = (error: unknown): boolean => error instanceof CseRefusal && error.rsc === notFound;
