import { Counter, Gauge, Histogram, type Registry } from '#platform';

/** What the territory counts. */
export function createFigures(
  registry: Registry,
  collect: {
    readonly quarantined: () => Promise<number>;
    readonly workLags: () => { consumer: string; lag: number }[];
  },
) {
  const registers = [registry];
  new Gauge({
    name: 'alzette_territory_quarantine_items',
    help: 'Messages held in quarantine.',
    registers,
    async collect() {
      this.set(await collect.quarantined());
    },
  });
  new Gauge({
    name: 'alzette_territory_work_lag',
    help: 'Entries of the work feed not yet acknowledged, by consumer.',
    labelNames: ['consumer'],
    registers,
    collect() {
      this.reset();
      for (const { consumer, lag } of collect.workLags()) this.set({ consumer }, lag);
    },
  });
  return {
    updates: new Counter({
      name: 'alzette_territory_updates_total',
      help: 'Updates received, by what became of them.',
      labelNames: ['status'],
      registers,
    }),
    batchSeconds: new Histogram({
      name: 'alzette_territory_batch_seconds',
      help: 'Time to store one batch of updates, waiting included.',
      buckets: [0.005, 0.02, 0.05, 0.1, 0.5, 2, 10],
      registers,
    }),
    silences: new Counter({
      name: 'alzette_territory_silences_total',
      help: 'Alerts opened because a device had gone quiet.',
      registers,
    }),
  };
}
