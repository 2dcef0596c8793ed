import { LRUCache } from 'lru-cache';
import { type Client, CseRefusal } from '#cse/client';
import type { Codec } from './codecs/layout.ts';
import { descriptorOf, labelsOf } from './descriptor.ts';
import type { Message } from './message.ts';
import { as } from './originator.ts';

/** Resource types, TS-0004 §6.3.4.2.1. */
export const resourceType = { ae: 2, container: 3, contentInstance: 4 } as const;
/** Response status codes, TS-0004 §6.6.3. */
const notFound = 4004;
const conflict = 4105;
const alreadyRegistered = 4117;

/** Instances each container keeps; the territory keeps the history, the CSE what may have to be read again. */
const instancesMax = { descriptor: 10, measurements: 1000, raw: 500 } as const;
export type ContainerName = keyof typeof instancesMax;
const containerNames = Object.keys(instancesMax) as ContainerName[];

/** AE-ID of a device; its resource name is the same without the leading `C`. */
export const originatorOf = (devEui: string): string => `Clora-${devEui}`;
export const resourceNameOf = (devEui: string): string => `lora-${devEui}`;

/** Knows which devices have their AE, containers and current descriptor in the CSE, and creates what is missing. */
export class DeviceRegister {
  readonly #cse: Client;
  readonly #cseName: string;
  /** Descriptor last written, by DevEUI. Bounded: a device that falls out is looked up in the CSE again. */
  readonly #descriptors = new LRUCache<string, string>({ max: 50_000 });

  constructor(cse: Client, cseName: string) {
    this.#cse = cse;
    this.#cseName = cseName;
  }

  addressOf(devEui: string, container?: ContainerName): string {
    const ae = `${this.#cseName}/${resourceNameOf(devEui)}`;
    return container === undefined ? ae : `${ae}/${container}`;
  }

  /**
   * Makes sure that the containers of a device exist and its descriptor is current.
   * @throws CseRefusal, CseUnreachable, CseBusy, ClientSaturated
   */
  async ensure(message: Message, codec: Codec | undefined): Promise<void> {
    const { devEui } = message.device;
    const descriptor = descriptorOf(message, codec);
    let known = this.#descriptors.get(devEui);
    if (known === descriptor) return;
    known ??= await this.descriptorOf(devEui);
    if (known === undefined) await this.#register(message, codec);
    else if (known !== descriptor) await this.#file(devEui, labelsOf(message.device, codec), modelOf(message, codec));
    if (known !== descriptor) await this.#writeDescriptor(devEui, descriptor);
    this.#descriptors.set(devEui, descriptor);
  }

  /**
   * Makes known that a codec has come to be known for a device: files its resources under the codec's theme, and
   * completes its descriptor.
   * @throws as `ensure`
   */
  async identify(devEui: string, codec: Codec): Promise<void> {
    const known = await this.descriptorOf(devEui);
    const facts = { ...(known === undefined ? {} : JSON.parse(known)), model: codec.model, vendor: codec.vendor };
    const descriptor = JSON.stringify(facts);
    if (descriptor === known) return;
    await this.#file(devEui, [`theme:${codec.theme}`], codec.model);
    await this.#writeDescriptor(devEui, descriptor);
    this.#descriptors.set(devEui, descriptor);
  }

  async #writeDescriptor(devEui: string, descriptor: string): Promise<void> {
    await as(this.#cse, originatorOf(devEui)).create(
      this.addressOf(devEui, 'descriptor'),
      resourceType.contentInstance,
      { 'm2m:cin': { con: descriptor, cnf: 'application/json:0' } },
    );
  }

  /** Gives labels to resources that exist, in place of those that say the same thing: the feed is filtered by them. */
  async #file(devEui: string, labels: readonly string[], model: string): Promise<void> {
    const own = as(this.#cse, originatorOf(devEui));
    const file = async (to: string, root: 'm2m:ae' | 'm2m:cnt', wanted: readonly string[]): Promise<void> => {
      const { lbl } = await own.retrieve(to);
      const present = Array.isArray(lbl) ? lbl.filter((label) => typeof label === 'string') : [];
      if (wanted.every((label) => present.includes(label))) return;
      const subjects = new Set(wanted.map(subjectOf));
      const kept = present.filter((label) => !subjects.has(subjectOf(label)));
      await own.update(to, { [root]: { lbl: [...kept, ...wanted] } });
    };
    await file(this.addressOf(devEui), 'm2m:ae', [...labels, `model:${model}`]);
    for (const name of containerNames) await file(this.addressOf(devEui, name), 'm2m:cnt', labels);
  }

  /** Forgets a device, so that the next message looks at the CSE again. */
  forget(devEui: string): void {
    this.#descriptors.delete(devEui);
  }

  /** Content of the newest descriptor; undefined when the device has none yet. */
  async descriptorOf(devEui: string): Promise<string | undefined> {
    try {
      const address = `${this.addressOf(devEui, 'descriptor')}/la`;
      const { con } = await as(this.#cse, originatorOf(devEui)).retrieve(address);
      return typeof con === 'string' ? con : undefined;
    } catch (error) {
      if (error instanceof CseRefusal && error.rsc === notFound) return undefined;
      // An originator that is not registered yet may also be told that it has no business here.
      if (error instanceof CseRefusal && (error.rsc === 4103 || error.rsc === 4106)) return undefined;
      throw error;
    }
  }

  async #register(message: Message, codec: Codec | undefined): Promise<void> {
    const { device, server } = message;
    const labels = labelsOf(device, codec);
    const own = as(this.#cse, originatorOf(device.devEui));
    await unlessThere(
      own.create(this.#cseName, resourceType.ae, {
        'm2m:ae': {
          rn: resourceNameOf(device.devEui),
          api: `N.alzette.lorawan.${server}`,
          apn: device.name,
          rr: false,
          srv: ['3'],
          lbl: [...labels, `model:${modelOf(message, codec)}`],
        },
      }),
    );
    for (const [name, mni] of Object.entries(instancesMax)) {
      await unlessThere(
        own.create(this.addressOf(device.devEui), resourceType.container, {
          'm2m:cnt': { rn: name, mni, lbl: [...labels, `role:${name}`] },
        }),
      );
    }
  }
}

const modelOf = ({ device }: Message, codec: Codec | undefined): string =>
  codec?.model ?? device.modelNames[0] ?? 'unknown';

/** `theme` of `theme:waste`. */
const subjectOf = (label: string): string => label.split(':', 1)[0] ?? label;

/** A resource that exists already is what was wanted: another message, or an earlier run, was faster. */
async function unlessThere(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (error instanceof CseRefusal && (error.rsc === conflict || error.rsc === alreadyRegistered)) return;
    throw error;
  }
}

export const isConflict = (error: unknown): boolean => error instanceof CseRefusal && error.rsc === conflict;
export const isNotFound = (error: unknown): boolean => error instanceof CseRefusal && error.rsc === notFound;
