import { assert } from 'chai';
import type { EntityFragment } from '#ontologies';
import { AlertRule, type RuleDeclaration } from '../../flows/behaviours/alert-rule.ts';

const full: RuleDeclaration = {
  id: 'waste-container-full',
  raise: 'fillingLevel.value > 0.8',
  clear: 'fillingLevel.value < 0.7',
  value: 'fillingLevel.value * 100',
  unit: '%',
  severity: 'major',
  message: { fr: 'Plein à {value} {unit}', en: 'Full at {value}{unit}' },
  consecutive: 1,
};

const container = (level: number | undefined, minute: number, name = 'lora-1'): EntityFragment => {
  const observedAt = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
  return {
    id: `urn:ngsi-ld:WasteContainer:${name}`,
    type: 'WasteContainer',
    temperature: { type: 'Property', value: 12, observedAt },
    ...(level === undefined ? {} : { fillingLevel: { type: 'Property', value: level, observedAt } }),
  };
};

describe('flows: alert rules', () => {
  it('raises once above the threshold and clears only below the lower one', async () => {
    const rule = new AlertRule(full);
    const levels = [0.5, 0.79, 0.81, 0.95, 0.75, 0.85, 0.69, 0.75, 0.9];
    const transitions: [number, boolean][] = [];
    for (const [minute, level] of levels.entries()) {
      const transition = await rule.judge(container(level, minute));
      if (transition !== undefined) transitions.push([level, transition.active]);
    }
    assert.deepEqual(transitions, [
      [0.81, true],
      [0.69, false],
      [0.9, true],
    ]);
  });

  it('says the value in the text of each language', async () => {
    const transition = await new AlertRule(full).judge(container(0.875, 0));
    assert.deepEqual(transition?.message, { fr: 'Plein à 87,5 %', en: 'Full at 87.5%' });
    assert.equal(transition?.value, 87.5);
    assert.equal(transition?.observedAt, '2026-01-01T00:00:00.000Z');
  });

  it('changes nothing when a message does not tell, or is older than one already judged', async () => {
    const rule = new AlertRule(full);
    assert.isTrue((await rule.judge(container(0.9, 10)))?.active);
    assert.isUndefined(await rule.judge(container(undefined, 11)));
    assert.isUndefined(await rule.judge(container(0.1, 9)));
    assert.isFalse((await rule.judge(container(0.1, 12)))?.active);
  });

  it('takes over active alerts after a restart, so that they can still clear and are not raised twice', async () => {
    const rule = new AlertRule(full);
    rule.resume(['urn:ngsi-ld:WasteContainer:lora-1']);
    assert.isUndefined(await rule.judge(container(0.9, 0)));
    assert.isFalse((await rule.judge(container(0.2, 1)))?.active);
  });

  it('waits for as many messages in a row as asked', async () => {
    const rule = new AlertRule({ ...full, consecutive: 3 });
    const actives: (boolean | undefined)[] = [];
    for (const [minute, level] of [0.9, 0.9, 0.75, 0.9, 0.9, 0.9].entries()) {
      actives.push((await rule.judge(container(level, minute)))?.active);
    }
    assert.deepEqual(actives, [undefined, undefined, undefined, undefined, undefined, true]);
  });

  it('keeps entities apart', async () => {
    const rule = new AlertRule(full);
    assert.isTrue((await rule.judge(container(0.9, 0, 'a')))?.active);
    assert.isTrue((await rule.judge(container(0.9, 0, 'b')))?.active);
    assert.equal(rule.activeCount, 2);
  });

  const wrong: Record<string, Partial<RuleDeclaration>> = {
    'an identifier that is not kebab-case': { id: 'Full!' },
    'a condition that is not JSONata': { raise: 'fillingLevel.value >' },
    'an empty condition': { raise: '' },
    'an end that is not JSONata': { clear: ')' },
  };
  for (const [what, change] of Object.entries(wrong)) {
    it(`refuses ${what}, naming the part`, () => {
      assert.throws(() => new AlertRule({ ...full, ...change }), /identifiant|condition|fin/);
    });
  }
});
