import { setFlagsFromString } from 'node:v8';
import jsonata from 'jsonata';

/** What an expression may cost; beyond it, it is stopped and says which limit it met. */
export const expressionLimits = {
  sourceLengthMax: 16_384,
  durationMs: 200,
  depthMax: 400,
  sequenceLengthMax: 5000,
  /** Values in one structure, counted as they would be written out. */
  weightMax: 5000,
  nestingMax: 32,
  textLengthMax: 65_536,
  regexSubjectLengthMax: 4096,
} as const;

/** An expression that cannot be compiled, with the place of the fault. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  /** Offset in the source, in characters. */
  readonly position: number | undefined;

  constructor(message: string, position?: number, options?: ErrorOptions) {
    super(message, options);
    this.position = position;
  }
}

export interface Expression {
  readonly source: string;
  /** @throws ExpressionError when the expression fails or meets a limit */
  evaluate(input: Readonly<Record<string, unknown>>): Promise<unknown>;
}

// V8's linear-time engine: no pattern can make matching exponential. What it cannot do (look-around, back-references,
// ignoring case) is refused when the expression is compiled. The flag only allows the `l` flag of RegExp; other patterns are untouched.
setFlagsFromString('--enable-experimental-regexp-engine');

class LinearRegExp extends RegExp {
  constructor(pattern: RegExp | string, flags?: string) {
    const own = flags ?? (pattern instanceof RegExp ? pattern.flags : '');
    super(pattern instanceof RegExp ? pattern.source : pattern, own.includes('l') ? own : `${own}l`);
  }

  override exec(subject: string): RegExpExecArray | null {
    if (subject.length > expressionLimits.regexSubjectLengthMax) {
      throw new ExpressionError(
        `a pattern is applied to more than ${expressionLimits.regexSubjectLengthMax} characters`,
      );
    }
    return super.exec(subject);
  }
}

/**
 * Compiles JSONata so that no expression a user writes can hang or exhaust the process: time, depth, list and text
 * lengths are bounded, patterns match in linear time, `$eval` does not exist.
 *
 * @throws ExpressionError that says what is wrong and where
 */
export function compileExpression(source: string): Expression {
  if (source.length > expressionLimits.sourceLengthMax) {
    throw new ExpressionError(`the expression has more than ${expressionLimits.sourceLengthMax} characters`);
  }
  const compiled = parse(source);
  refusePatternsNotLinear(compiled.ast());
  boundFunctions(compiled);
  boundIntermediateValues(compiled);
  return {
    source,
    async evaluate(input) {
      try {
        return await compiled.evaluate(input).catch((error: unknown) => {
          // The clock also runs while other messages are evaluated or the machine pauses. An expression that is really
          // too slow is so twice.
          if (!isTimeLimit(error)) throw error;
          return compiled.evaluate(input);
        });
      } catch (error) {
        throw toExpressionError(error);
      }
    },
  };
}

function parse(source: string): jsonata.Expression {
  try {
    return jsonata(source, {
      timeout: expressionLimits.durationMs,
      stack: expressionLimits.depthMax,
      sequence: expressionLimits.sequenceLengthMax,
      RegexEngine: LinearRegExp as RegExpConstructor,
    });
  } catch (error) {
    throw toExpressionError(error);
  }
}

/** Tries every pattern of the expression on the linear engine now, not when the first message comes. */
function refusePatternsNotLinear(root: unknown): void {
  const pending = [root];
  const seen = new Set<unknown>();
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node instanceof RegExp) refuseUnlessLinear(node);
    else if (typeof node === 'object' && node !== null && !seen.has(node)) {
      seen.add(node);
      pending.push(...Object.values(node).filter((child) => typeof child === 'object' && child !== null));
    }
  }
}

function refuseUnlessLinear(pattern: RegExp): void {
  try {
    new LinearRegExp(pattern);
  } catch (error) {
    throw new ExpressionError(
      `the pattern /${pattern.source.slice(0, 80)}/ is not accepted: look-around, back-references and the flags i and u are not available ($lowercase helps)`,
      undefined,
      { cause: error },
    );
  }
}

interface Frame {
  bind(name: string | symbol, value: unknown): void;
}

/**
 * A structure that holds itself twice, thirty times over, is small in memory and endless to anything that walks through
 * it; a text joined to itself thirty times fills the memory. Both grow through a variable or a context value, so that is
 * where JSONata lets us look: each new value is weighed once.
 */
function boundIntermediateValues(expression: jsonata.Expression): void {
  const weighed = new WeakSet<object>();
  const weigh = (value: unknown): void => {
    if (typeof value === 'string') refuseLongText(value.length);
    // Functions and JSONata's own function records are bound too; they cannot be written out.
    if (typeof value !== 'object' || value === null || '_jsonata_lambda' in value || weighed.has(value)) return;
    if (!isBounded(value))
      throw new ExpressionError(`a structure would hold more than ${expressionLimits.weightMax} values`);
    weighed.add(value);
  };
  const hook = (name: string, callback: unknown): void =>
    // The declarations only know text names; JSONata's hooks are symbols.
    expression.assign(Symbol.for(name) as unknown as string, callback);
  hook('jsonata.__evaluate_entry', (_node: unknown, input: unknown) => weigh(input));
  hook('jsonata.__createFrame_push', (_enclosing: unknown, frame: Frame) => {
    const bind = frame.bind;
    frame.bind = (name, value) => {
      weigh(value);
      bind(name, value);
    };
  });
}

/** Whether a value, written out, stays within the limits. */
function isBounded(value: unknown): boolean {
  let weight = 0;
  const visit = (node: unknown, depth: number): boolean => {
    weight += 1;
    if (weight > expressionLimits.weightMax || depth > expressionLimits.nestingMax) return false;
    if (typeof node === 'string') return node.length <= expressionLimits.textLengthMax;
    if (typeof node !== 'object' || node === null) return true;
    for (const child of Object.values(node)) if (!visit(child, depth + 1)) return false;
    return true;
  };
  return visit(value, 0);
}

function refuseLongText(length: number): void {
  if (length > expressionLimits.textLengthMax) {
    throw new ExpressionError(`a text would have more than ${expressionLimits.textLengthMax} characters`);
  }
}

/** Replaces the built-in functions whose cost is not bounded by the size of what they are given. */
function boundFunctions(expression: jsonata.Expression): void {
  expression.registerFunction(
    'pad',
    (text: string | undefined, width: number, fill = ' ') => {
      if (text === undefined) return undefined;
      refuseLongText(Math.abs(width));
      return width < 0 ? text.padStart(-width, fill) : text.padEnd(width, fill);
    },
    '<s-ns?:s>',
  );
  expression.registerFunction(
    'join',
    (texts: readonly string[] | undefined, separator = '') => {
      if (texts === undefined) return undefined;
      refuseLongText(texts.reduce((sum, text) => sum + text.length + separator.length, 0));
      return texts.join(separator);
    },
    '<a<s>s?:s>',
  );
  expression.registerFunction('replace', (text: unknown, found: unknown, replacement: unknown) => {
    if (text === undefined) return undefined;
    if (typeof text !== 'string' || typeof replacement !== 'string' || typeof found !== 'string' || found === '') {
      throw new ExpressionError('$replace takes three texts: where, what to find, what to put instead');
    }
    refuseLongText(text.length + (text.length / found.length) * replacement.length);
    return text.replaceAll(found, () => replacement);
  });
  expression.registerFunction('string', (value: unknown) => {
    if (value === undefined || typeof value === 'string') return value;
    if (!isBounded(value))
      throw new ExpressionError(`a structure holds more than ${expressionLimits.weightMax} values`);
    return JSON.stringify(value);
  });
  for (const name of ['eval', 'clone']) {
    expression.registerFunction(name, () => {
      throw new ExpressionError(`$${name} is not available in mappings`);
    });
  }
}

/** JSONata's code for an evaluation that was cut off. */
const isTimeLimit = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'D1012';

function toExpressionError(error: unknown): ExpressionError {
  if (error instanceof ExpressionError) return error;
  const { code, message, position } = (error ?? {}) as { code?: unknown; message?: unknown; position?: unknown };
  const at = typeof position === 'number' ? position : undefined;
  if (code === 'D1011')
    return new ExpressionError(`the expression calls itself more than ${expressionLimits.depthMax} levels deep`, at);
  if (isTimeLimit(error))
    return new ExpressionError(`the expression runs for more than ${expressionLimits.durationMs} ms`, at);
  if (code === 'D2014' || code === 'D2015') {
    return new ExpressionError(`a list would have more than ${expressionLimits.sequenceLengthMax} items`, at);
  }
  const text = typeof message === 'string' && message !== '' ? message : String(code ?? error);
  return new ExpressionError(text.slice(0, 500), at, { cause: error });
}
