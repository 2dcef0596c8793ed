import { useEffect, useId, useState } from 'preact/hooks';
import { ApiProblem, getJson, postJson } from '#platform/browser';
import type { Command, TypeDescription } from '../../contract.ts';
import type { Situation } from '../state/filters.ts';
import { link } from '../state/live-link.ts';
import { commands, isUnderWay, learnCommand } from '../state/store.ts';
import { formatNumber, withUnit } from '../text/formats.ts';
import { local, t } from '../text/messages.ts';
import { problemText } from '../text/problems.ts';
import { nameOf, numberOf, propertyOf } from '../text/values.ts';
import { CommandCard } from './command-card.tsx';

const COMMANDS_DRAWN_MAX = 10;

/** What an operator can make the device do, and what became of it. */
export function ActionsTab({ situation }: { situation: Situation }) {
  const { entity, type } = situation;
  const path = `/api/territory/commands?${new URLSearchParams({ entity: entity.id, limit: String(COMMANDS_DRAWN_MAX) })}`;
  useEffect(() => {
    // Older ones than the snapshot holds. When it fails the present ones are still here, and new ones come by the link.
    getJson<{ items: readonly Command[] }>(path).then(
      ({ items }) => items.forEach(learnCommand),
      () => undefined,
    );
  }, [path]);
  const own = [...commands.value.values()]
    .filter((command) => command.entity === entity.id)
    .sort((a, b) => b.issuedAt.localeCompare(a.issuedAt))
    .slice(0, COMMANDS_DRAWN_MAX);
  return (
    <>
      {type.commands.map((command) => (
        <CommandForm key={command.action} situation={situation} command={command} isBusy={own.some(isUnderWay)} />
      ))}
      <section class="facts-section">
        <h3>{t('command.past')}</h3>
        {own.length === 0 ? (
          <p class="quiet">{t('command.none')}</p>
        ) : (
          <ul class="commands">
            {own.map((command) => (
              <li key={command.id}>
                <CommandCard command={command} type={type} />
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  );
}

type CommandDescription = TypeDescription['commands'][number];

interface NumberParameter {
  readonly name: string;
  readonly minimum: number;
  readonly maximum: number;
}

/** Commands so far take one number; a command with other parameters is not offered until it has a form. */
function numberParameter(command: CommandDescription): NumberParameter | undefined {
  const { properties } = command.parameters;
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) return undefined;
  const [first, ...others] = Object.entries(properties);
  if (first === undefined || others.length > 0) return undefined;
  const [name, schema] = first;
  if (typeof schema !== 'object' || schema === null || !('minimum' in schema) || !('maximum' in schema))
    return undefined;
  return { name, minimum: Number(schema.minimum), maximum: Number(schema.maximum) };
}

function CommandForm({
  situation: { entity, type },
  command,
  isBusy,
}: {
  situation: Situation;
  command: CommandDescription;
  isBusy: boolean;
}) {
  const parameter = numberParameter(command);
  const effect = propertyOf(type, command.effect.property);
  const current = numberOf(entity, command.effect.property);
  const shownCurrent =
    effect === undefined || current === undefined ? undefined : Math.round(current * effect.display.factor);
  const [level, setLevel] = useState(shownCurrent ?? parameter?.maximum ?? 0);
  const [step, setStep] = useState<'choosing' | 'confirming' | 'sending'>('choosing');
  const [failure, setFailure] = useState<ApiProblem>();
  const id = useId();
  if (parameter === undefined) return null;
  const unit = effect?.display.unit ?? '';
  const words = (value: number): string => withUnit(formatNumber(value), unit);
  const { minimum, maximum } = parameter;
  const presets = [0, 0.25, 0.5, 0.75, 1].map((part) => Math.round(minimum + part * (maximum - minimum)));

  async function send(): Promise<void> {
    setStep('sending');
    setFailure(undefined);
    try {
      learnCommand(
        await postJson<Command>('/api/territory/commands', {
          entity: entity.id,
          action: command.action,
          parameters: { [parameter?.name ?? '']: level },
        }),
      );
    } catch (error) {
      setFailure(error instanceof ApiProblem ? error : new ApiProblem(0, 'unknown', String(error)));
    }
    setStep('choosing');
  }

  return (
    <section class="command-form" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{local(command.label)}</h3>
      <p class="quiet">
        {shownCurrent === undefined ? t('command.unknownNow') : t('command.now', { value: words(shownCurrent) })}
      </p>
      <div class="slider">
        <label for={`${id}-level`} class="visually-hidden">
          {local(command.label)}
        </label>
        <input
          id={`${id}-level`}
          type="range"
          min={minimum}
          max={maximum}
          step={1}
          value={level}
          disabled={step !== 'choosing'}
          aria-valuetext={words(level)}
          style={{ '--share': `${((level - minimum) / (maximum - minimum)) * 100}%` }}
          onInput={(event) => setLevel(Number(event.currentTarget.value))}
        />
        <output for={`${id}-level`}>{words(level)}</output>
      </div>
      <div class="presets">
        {presets.map((preset) => (
          <button
            key={preset}
            type="button"
            class="chip"
            aria-pressed={preset === level}
            disabled={step !== 'choosing'}
            onClick={() => setLevel(preset)}
          >
            {words(preset)}
          </button>
        ))}
      </div>
      {step === 'choosing' ? (
        <button
          type="button"
          class="button is-main"
          disabled={link.value !== 'live' || isBusy}
          onClick={() => setStep('confirming')}
        >
          {t('command.set', { value: words(level) })}
        </button>
      ) : (
        <fieldset class="confirm" aria-label={t('command.confirmLabel')}>
          <p>{t('command.confirm', { name: nameOf(entity), value: words(level) })}</p>
          <div class="confirm-buttons">
            {/* biome-ignore lint/a11y/noAutofocus: the question has just been asked here, by this person */}
            <button type="button" class="button is-main" disabled={step === 'sending'} onClick={send} autoFocus>
              {t(step === 'sending' ? 'command.sending' : 'command.yes')}
            </button>
            <button
              type="button"
              class="button is-quiet"
              disabled={step === 'sending'}
              onClick={() => setStep('choosing')}
            >
              {t('command.no')}
            </button>
          </div>
        </fieldset>
      )}
      {link.value !== 'live' && <p class="quiet">{t('command.offline')}</p>}
      {isBusy && link.value === 'live' && <p class="quiet">{t('command.busy')}</p>}
      {failure !== undefined && (
        <p class="problem" role="alert">
          {t('command.refused', { reason: problemText(failure) })}
        </p>
      )}
    </section>
  );
}
