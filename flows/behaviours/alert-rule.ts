import {
  compileExpression,
  type EntityFragment,
  type Expression,
  type JsonValue,
  type LocalizedText,
} from '#ontologies';
import type { Severity } from '../connection/territory-api.ts';

export interface RuleDeclaration {
  /** kebab-case: `waste-container-full`. */
  readonly id: string;
  /** JSONata over the entity: raises when it is true. */
  readonly raise: string;
  /** JSONata: clears when it is true; empty: as soon as `raise` is false. */
  readonly clear: string;
  /** JSONata: the value shown with the alert; empty: none. */
  readonly value: string;
  readonly unit: string;
  readonly severity: Severity;
  /** `{value}`, `{unit}` and `{name}` are replaced. */
  readonly message: LocalizedText;
  /** Messages in a row that must satisfy `raise`. */
  readonly consecutive: number;
}

/** An alert begins (`active`) or ends. */
export interface Transition {
  readonly active: boolean;
  readonly message: LocalizedText;
  readonly value?: JsonValue;
  readonly observedAt?: string;
}

const rulePattern = /^[a-z][a-z0-9-]{0,63}$/;
const entitiesMax = 100_000;
const formats = {
  fr: new Intl.NumberFormat('fr-FR', { maximumFractionDigits: 1 }),
  en: new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 }),
};

/**
 * Decides when the alert of an entity begins and ends. Between `raise` and `clear` it stays as it is (hysteresis), and
 * so it does when a message does not tell (the condition is not true or false) or is older than one already judged.
 */
export class AlertRule {
  readonly declaration: RuleDeclaration;
  readonly #raise: Expression;
  readonly #clear: Expression | undefined;
  readonly #value: Expression | undefined;
  readonly #active = new Set<string>();
  /** Messages in a row that satisfied `raise`, for entities without an alert. */
  readonly #streaks = new Map<string, number>();
  /** Latest observation judged. */
  readonly #judgedAt = new Map<string, string>();

  /** @throws Error that says which part of the declaration is wrong */
  constructor(declaration: RuleDeclaration) {
    if (!rulePattern.test(declaration.id)) {
      throw new Error('identifiant de règle attendu : minuscules, chiffres et tirets, 64 caractères au plus');
    }
    this.declaration = declaration;
    this.#raise = compiled('condition', declaration.raise);
    this.#clear = declaration.clear === '' ? undefined : compiled('fin', declaration.clear);
    this.#value = declaration.value === '' ? undefined : compiled('valeur', declaration.value);
  }

  /** Takes over what the territory knows to be active. */
  resume(entities: Iterable<string>): void {
    for (const entity of entities) this.#active.add(entity);
  }

  get activeCount(): number {
    return this.#active.size;
  }

  /** @throws ExpressionError */
  async judge(entity: EntityFragment): Promise<Transition | undefined> {
    const observedAt = latestObservation(entity);
    const judgedAt = this.#judgedAt.get(entity.id);
    if (observedAt !== undefined && judgedAt !== undefined && observedAt < judgedAt) return undefined;
    const isRaised = await this.#raise.evaluate(entity);
    const isCleared = this.#clear === undefined ? negated(isRaised) : await this.#clear.evaluate(entity);
    const value =
      this.#value === undefined ? undefined : ((await this.#value.evaluate(entity)) as JsonValue | undefined);
    if (typeof isRaised !== 'boolean' && typeof isCleared !== 'boolean') return undefined;
    if (observedAt !== undefined) remember(this.#judgedAt, entity.id, observedAt);
    return this.#transition(entity, isRaised === true, isCleared === true, value, observedAt);
  }

  #transition(
    entity: EntityFragment,
    isRaised: boolean,
    isCleared: boolean,
    value: JsonValue | undefined,
    observedAt: string | undefined,
  ): Transition | undefined {
    const about = () => ({
      message: this.#text(entity, value),
      ...(value === undefined ? {} : { value }),
      ...(observedAt === undefined ? {} : { observedAt }),
    });
    if (this.#active.has(entity.id)) {
      if (!isCleared || isRaised) return undefined;
      this.#active.delete(entity.id);
      return { active: false, ...about() };
    }
    if (!isRaised) {
      this.#streaks.delete(entity.id);
      return undefined;
    }
    const streak = (this.#streaks.get(entity.id) ?? 0) + 1;
    if (streak < this.declaration.consecutive) {
      remember(this.#streaks, entity.id, streak);
      return undefined;
    }
    this.#streaks.delete(entity.id);
    this.#active.add(entity.id);
    return { active: true, ...about() };
  }

  #text(entity: EntityFragment, value: JsonValue | undefined): LocalizedText {
    const { message, unit } = this.declaration;
    const name = entity.id.split(':').at(-1) ?? entity.id;
    const fill = (text: string, language: 'fr' | 'en'): string =>
      text
        .replaceAll('{value}', typeof value === 'number' ? formats[language].format(value) : String(value ?? '?'))
        .replaceAll('{unit}', unit)
        .replaceAll('{name}', name);
    return { fr: fill(message.fr, 'fr'), en: fill(message.en, 'en') };
  }
}

/** Keeps the entities heard of last; plain maps, because a cache that reserves its whole size slows the collector. */
function remember<Value>(map: Map<string, Value>, entity: string, value: Value): void {
  map.delete(entity);
  map.set(entity, value);
  if (map.size <= entitiesMax) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

const negated = (value: unknown): unknown => (typeof value === 'boolean' ? !value : undefined);

function compiled(part: string, source: string): Expression {
  if (source === '') throw new Error(`${part} : une expression JSONata est attendue`);
  try {
    return compileExpression(source);
  } catch (error) {
    throw new Error(`${part} : ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** ISO 8601 UTC times sort as text. */
function latestObservation(entity: EntityFragment): string | undefined {
  let latest: string | undefined;
  for (const attribute of Object.values(entity)) {
    if (typeof attribute === 'string' || attribute.observedAt === undefined) continue;
    if (latest === undefined || attribute.observedAt > latest) latest = attribute.observedAt;
  }
  return latest;
}
