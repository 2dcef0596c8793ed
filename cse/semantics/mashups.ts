import { messageOf } from '#platform';
import type { Context } from '../procedures/context.ts';
import { generates } from '../procedures/rules/semantic-mashup-instance.ts';
import { mashupResultGenType } from '../resources/enumerations.ts';
import { semanticMashupInstance } from '../resources/semantic-mashup-instance.ts';
import type { Resource } from '../store/resource.ts';
import { fromDuration } from '../timestamp.ts';
import { generateResult } from './mashup.ts';

const lookEveryMs = 1_000;
const shortestPeriodMs = 1_000;
const instancesMax = 10_000;

/** Generates results of mashups periodically, and when a member changes (TS-0004 §7.4.50.2.1). */
export class Mashups {
  readonly #context: Context;
  /** Instances by number; the next time for those with a period. */
  readonly #instances = new Map<number, { instance: Resource; next: number }>();
  /** Instances whose member has changed. */
  readonly #due = new Set<number>();
  #stopObserving: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(context: Context) {
    this.#context = context;
  }

  async start(): Promise<void> {
    const { store } = this.#context;
    for (const instance of await store.resourcesOfType(semanticMashupInstance.type, instancesMax)) this.#know(instance);
    this.#stopObserving = this.#context.observe(({ kind, resource }) => {
      if (resource.ty === semanticMashupInstance.type) {
        if (kind === 'deleted') this.#instances.delete(resource.no);
        else this.#know(resource);
      } else if (this.#instances.size > 0 && kind === 'created' && resource.ty === contentInstanceType)
        this.#changed(resource);
    });
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() => this.#look());
    }, lookEveryMs).unref();
  }

  async stop(): Promise<void> {
    this.#stopObserving();
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#running;
  }

  #know(instance: Resource): void {
    const known = this.#instances.get(instance.no);
    this.#instances.set(instance.no, { instance, next: known?.next ?? Date.now() + periodOf(instance) });
  }

  /** A new instance in a container that is a member. */
  #changed({ path, pi }: Resource): void {
    const container = path.slice(0, path.lastIndexOf('/'));
    for (const [no, { instance }] of this.#instances) {
      if (!generates(instance.attributes, mashupResultGenType.of.onMemberUpdate)) continue;
      const members = (instance.attributes.msm as { msm: { muri: string }[] } | undefined)?.msm ?? [];
      if (members.some(({ muri }) => muri === container || muri === pi)) this.#due.add(no);
    }
  }

  async #look(): Promise<void> {
    const now = Date.now();
    for (const [no, known] of this.#instances) {
      const periodic = generates(known.instance.attributes, mashupResultGenType.of.periodically) && now >= known.next;
      if (!periodic && !this.#due.delete(no)) continue;
      known.next = now + periodOf(known.instance);
      await this.#generate(known.instance);
      if (this.#timer === undefined) return;
    }
  }

  /** On behalf of whoever created the instance, whose rights decide on what it may see. */
  async #generate(instance: Resource): Promise<void> {
    const asker = { originator: instance.creator, authenticated: true, registered: true };
    await generateResult(this.#context, asker, instance).catch((error: unknown) => {
      this.#context.log.info({ path: instance.path, reason: messageOf(error) }, 'a mashup has no result');
    });
  }
}

const contentInstanceType = 4;

const periodOf = ({ attributes: { prg } }: Resource): number =>
  Math.max(shortestPeriodMs, (typeof prg === 'string' ? fromDuration(prg) : undefined) ?? Number.MAX_SAFE_INTEGER);
