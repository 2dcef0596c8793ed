import { Icon } from '#platform/browser';
import type { Command, TypeDescription } from '../../contract.ts';
import { Age } from '../status/age.tsx';
import { formatNumber, withUnit } from '../text/formats.ts';
import { local, t } from '../text/messages.ts';
import { propertyOf } from '../text/values.ts';

/** The way of a command that goes well. */
const steps = ['issued', 'sent', 'confirmed'] as const;
const reached: Readonly<Record<Command['state'], number>> = {
  issued: 0,
  sent: 1,
  confirmed: 2,
  failed: 1,
  'timed-out': 1,
};

/** One command: what was asked, by whom, how far it has come, and how it ended. */
export function CommandCard({ command, type }: { command: Command; type: TypeDescription }) {
  const description = type.commands.find(({ action }) => action === command.action);
  const unit = description === undefined ? '' : (propertyOf(type, description.effect.property)?.display.unit ?? '');
  const asked = Object.values(command.parameters)
    .map((value) => (typeof value === 'number' ? withUnit(formatNumber(value), unit) : String(value)))
    .join(', ');
  const isLost = command.state === 'failed' || command.state === 'timed-out';
  return (
    <article class={`command is-${command.state}`}>
      <p class="command-top">
        <strong>
          {t('command.asked', {
            action: description === undefined ? command.action : local(description.label),
            value: asked,
          })}
        </strong>
        <Age sinceMs={Date.parse(command.issuedAt)} />
      </p>
      <p class="quiet">{t('command.by', { name: command.issuedBy.name })}</p>
      <ol class="command-steps" aria-hidden="true">
        {steps.map((step, index) => {
          const isReached = index <= reached[command.state];
          const isWhereLost = isLost && index === 2;
          return (
            <li key={step} class={isWhereLost ? 'is-lost' : isReached ? 'is-reached' : ''}>
              <span class="command-dot">
                {isWhereLost ? <Icon name="close" size={12} /> : isReached && <Icon name="check" size={12} />}
              </span>
              {isWhereLost ? t(`command.state.${command.state}`) : t(`command.state.${step}`)}
            </li>
          );
        })}
      </ol>
      <p class="command-outcome" role="status">
        <span class="visually-hidden">{t(`command.state.${command.state}`)}. </span>
        {command.outcome === undefined ? t(`command.outcome.${command.state}`) : local(command.outcome)}
      </p>
    </article>
  );
}
