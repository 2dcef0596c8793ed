import { Counter, Gauge, type Registry } from '#platform';

/** What the adapter counts. */
export interface Figures {
  readonly messages: Counter<'integration' | 'event'>;
  readonly refused: Counter<'integration' | 'reason'>;
  readonly duplicates: Counter<'integration'>;
  readonly clocksDistrusted: Counter<'integration' | 'by' | 'reason'>;
  readonly readAgain: Counter<'outcome'>;
  readonly waiting: Gauge;
}

export const createFigures = (metrics: Registry): Figures => ({
  messages: new Counter({
    name: 'alzette_lorawan_messages_total',
    help: 'Messages received from LoRaWAN network servers, by event.',
    labelNames: ['integration', 'event'],
    registers: [metrics],
  }),
  refused: new Counter({
    name: 'alzette_lorawan_refused_total',
    help: 'Messages refused, or kept as raw because they could not be decoded, by reason.',
    labelNames: ['integration', 'reason'],
    registers: [metrics],
  }),
  duplicates: new Counter({
    name: 'alzette_lorawan_duplicates_total',
    help: 'Messages that had been stored before.',
    labelNames: ['integration'],
    registers: [metrics],
  }),
  clocksDistrusted: new Counter({
    name: 'alzette_lorawan_clocks_distrusted_total',
    help: 'Readings whose device or network time was not plausible and was replaced.',
    labelNames: ['integration', 'by', 'reason'],
    registers: [metrics],
  }),
  readAgain: new Counter({
    name: 'alzette_lorawan_read_again_total',
    help: 'Raw messages that were read once more, by outcome.',
    labelNames: ['outcome'],
    registers: [metrics],
  }),
  waiting: new Gauge({
    name: 'alzette_lorawan_waiting',
    help: 'Messages accepted and not yet stored by the CSE.',
    registers: [metrics],
  }),
});
