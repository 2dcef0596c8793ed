import { expect } from 'chai';
import fc from 'fast-check';
import { compileExpression, ExpressionError, expressionLimits } from '#ontologies';

/** Nothing a user writes may take longer than its limit, with room for a busy machine. */
const patienceMs = expressionLimits.durationMs + 1800;

async function outcomeOf(source: string, content: unknown = { a: { b: 1 } }): Promise<unknown> {
  try {
    return await compileExpression(source).evaluate({ content });
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return error.message;
  }
}

const bombs: Readonly<Record<string, { source: string; says: RegExp }>> = {
  'endless tail recursion': { source: '($f := function($x){ $f($x + 1) }; $f(0))', says: /runs for more than 200 ms/ },
  'endless recursion': {
    source: '($f := function($x){ 1 + $f($x) }; $f(0))',
    says: /calls itself more than 400 levels/,
  },
  'mutual recursion': {
    source: '($f := function($x){ $g($x) + 1 }; $g := function($x){ $f($x) + 1 }; $f(0))',
    says: /calls itself more than/,
  },
  'loops within loops': {
    source: '$sum($map([1..4000], function($i){ $sum($map([1..4000], function($j){ $i * $j })) }))',
    says: /runs for more than 200 ms/,
  },
  'a range of ten million': { source: '$count([1..10000000])', says: /a list would have more than 5000 items/ },
  'lists that double': { source: '$append([1..4000], [1..4000])', says: /a list would have more than 5000 items/ },
  'a text that doubles': {
    source: '$reduce([1..40], function($text, $i){ $text & $text }, "x")',
    says: /a text would have more than 65536 characters/,
  },
  'padding to a gigabyte': { source: '$pad("x", 1000000000)', says: /a text would have more than 65536 characters/ },
  'joining to a gigabyte': {
    source: '($line := $pad("x", 60000); $join($map([1..4000], function($i){ $line })))',
    says: /a text would have more than 65536 characters/,
  },
  'replacing to a gigabyte': {
    source: '($line := $pad("", 60000, "x"); $replace($line, "x", $line))',
    says: /a text would have more than 65536 characters/,
  },
  'a structure that holds itself twice, forty times over': {
    source: '$reduce([1..40], function($tree, $i){ { "left": $tree, "right": $tree } }, 1)',
    says: /a structure would hold more than 5000 values/,
  },
  'such a structure, written out': {
    source: '$string($reduce([1..30], function($tree, $i){ { "left": $tree, "right": $tree } }, 1))',
    says: /a structure would hold more than 5000 values/,
  },
  'such a structure along a path': {
    source: `content${'.{ "left": $, "right": $ }'.repeat(30)}`,
    says: /a structure would hold more than 5000 values/,
  },
  'comparing such structures': {
    source: `($t := function(){ $reduce([1..30], function($x, $i){ [[$x], [$x]] }, 1) }; $t() = $t())`,
    says: /a structure would hold|a list would have/,
  },
  'code in a text': { source: '$eval("1 + 1")', says: /\$eval is not available/ },
  'look-behind in a pattern': { source: '$contains("a", /(?<=a)b/)', says: /the pattern .* is not accepted/ },
  'a back-reference in a pattern': { source: '$contains("a", /(a)\\1/)', says: /the pattern .* is not accepted/ },
  'a pattern that ignores case': { source: '$contains("A", /a/i)', says: /the flags i and u are not available/ },
  'a pattern on a long text': {
    source: '$contains($pad("x", 10000), /y/)',
    says: /a pattern is applied to more than 4096 characters/,
  },
};

describe('an expression', () => {
  for (const [what, { source, says }] of Object.entries(bombs)) {
    it(`is stopped: ${what}`, async () => {
      const begun = performance.now();
      expect(await outcomeOf(source)).to.match(says);
      expect(performance.now() - begun).to.be.lessThan(patienceMs);
    });
  }

  it('matches a pattern that would take a backtracking engine centuries', async () => {
    const begun = performance.now();
    expect(await outcomeOf(`$contains("${'a'.repeat(200)}!", /^(a+)+$/)`)).to.equal(false);
    expect(performance.now() - begun).to.be.lessThan(200);
  });

  it('keeps what patterns are for: groups, splitting, matching', async () => {
    expect(await outcomeOf('$match($lowercase("Bac 12 / bac 7"), /bac ([0-9]+)/).groups')).to.deep.equal(['12', '7']);
    expect(await outcomeOf('$split("a1b22c", /[0-9]+/)')).to.deep.equal(['a', 'b', 'c']);
    expect(await outcomeOf('$pad("7", -3, "0") & $join(["a", "b"], "-") & $replace("a.b.c", ".", ",")')).to.equal(
      '007a-ba,b,c',
    );
    expect(await outcomeOf('"t=" & 1.5 & true & content.none & {"a": [1]}')).to.equal('t=1.5true{"a":[1]}');
  });

  it('cannot reach the process or the prototypes', async () => {
    for (const source of [
      '$process',
      'content.constructor',
      '$lookup(content, "__proto__")',
      '$require',
      'content.a.toString',
    ]) {
      expect(await outcomeOf(source), source).to.equal(undefined);
    }
  });

  it('does not remember one message while it reads the next', async () => {
    const expression = compileExpression('($seen := $exists($seen) ? "kept" : content; $seen)');
    expect(await expression.evaluate({ content: 'first' })).to.equal('first');
    expect(await expression.evaluate({ content: 'second' })).to.equal('second');
  });

  it('says where it cannot be read', () => {
    expect(() => compileExpression('{ "a": content. }'))
      .to.throw(ExpressionError)
      .with.property('position', 17);
    expect(() => compileExpression('"x"'.padEnd(20_000))).to.throw(ExpressionError, /more than 16384 characters/);
  });

  const leaf = fc.constantFrom('1', '"x"', 'content', 'content.a', '$', '$x', 'null', '[1..50]', '[]', '{}', '**', '*');
  const { tree } = fc.letrec<{ tree: string; node: string }>((tie) => ({
    tree: fc.oneof({ maxDepth: 5, withCrossShrink: true }, leaf, tie('node')),
    node: fc.oneof(
      fc
        .tuple(tie('tree'), fc.constantFrom('+', '&', '=', 'and', 'in', '~>', '.', '<'), tie('tree'))
        .map((parts) => `(${parts.join(' ')})`),
      fc.tuple(tie('tree'), tie('tree')).map(([left, right]) => `[${left}, ${right}]`),
      fc.tuple(tie('tree'), tie('tree')).map(([left, right]) => `{ "a": ${left}, "b": ${right} }`),
      fc.tuple(tie('tree'), tie('tree')).map(([list, body]) => `$map(${list}, function($x){ ${body} })`),
      fc.tuple(tie('tree'), tie('tree')).map(([list, body]) => `$reduce(${list}, function($x, $y){ ${body} })`),
      fc.tuple(tie('tree'), tie('tree')).map(([first, rest]) => `($x := ${first}; ${rest})`),
      fc
        .tuple(
          fc.constantFrom(
            'string',
            'count',
            'sum',
            'sort',
            'distinct',
            'keys',
            'spread',
            'merge',
            'reverse',
            'join',
            'type',
          ),
          tie('tree'),
        )
        .map(([name, of]) => `$${name}(${of})`),
      tie('tree').map((body) => `($f := function($x){ ${body} ~> $f }; $f(1))`),
    ),
  }));

  it('whatever it is, ends within its limits: with a value or with a reason', async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(tree, fc.jsonValue({ maxDepth: 4 }), async (source, content) => {
        const begun = performance.now();
        await outcomeOf(source, content); // anything but an ExpressionError is a defect and fails
        expect(performance.now() - begun).to.be.lessThan(patienceMs);
      }),
      { numRuns: 400 },
    );
  });
});
