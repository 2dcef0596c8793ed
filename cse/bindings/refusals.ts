import { Counter, type Log, type Registry } from '#platform';

/** Counts and logs what a binding turned away before it became a request, or could not answer. */
export type CountRefusal = (reason: string, facts?: Readonly<Record<string, unknown>>) => void;

const metricName = 'alzette_cse_binding_refusals_total';

/** @param binding `mqtt`, `coap`, `websocket`: label of the counter and member of the log record */
export function countRefusals(binding: string, metrics: Registry, log: Log): CountRefusal {
  const known = metrics.getSingleMetric(metricName);
  const counter =
    known instanceof Counter
      ? known
      : new Counter({
          name: metricName,
          help: 'Messages and connections a binding refused before they became requests',
          labelNames: ['binding', 'reason'],
          registers: [metrics],
        });
  return (reason, facts = {}) => {
    counter.inc({ binding, reason });
    log.info({ binding, reason, ...facts }, 'refused');
  };
}
