import { createClient } from '#cse/client';
import { hours, localTime, minutes } from '../fleet-clock.ts';
import { playing } from '../playing.ts';
import { Random } from '../random.ts';
import { persistently } from '../recurring.ts';
import { register, report } from '../registration.ts';
import type { Vendor, VendorContext } from '../vendor.ts';
import { buildings, firstRowOfDay, type PublicBuilding, readingOf, rowsPerDay } from './buildings.ts';

/** The recordings hold one row for every quarter of an hour. */
const rowEveryMs = minutes(15);
const realIntervalMinMs = 2_000;

const labels = ['theme:energy', 'demo:true'] as const;
const containers = {
  descriptor: { role: 'descriptor', mni: 10 },
  measurements: { role: 'measurements', mni: 2_000 },
};

/** Counters of one building, as its meter shows them. */
interface Meter {
  importKwh: number;
  exportKwh: number;
}

/** Building energy management of one vendor: a controller in each building that speaks oneM2M over CoAP. */
export async function startEnergy(context: VendorContext): Promise<Vendor> {
  const { settings, clock, log, signal } = context;
  const credential = settings.credentials.energy;
  if (!credential) return { stop: async () => undefined };
  const everyMs = Math.max(realIntervalMinMs, clock.realMs(rowEveryMs));
  const fleet = buildings.slice(0, settings.buildings);
  let registered = 0;

  const stops = await Promise.all(
    fleet.map(async (building, index) => {
      const name = `ems-${building.id}`;
      const address = `${settings.cseName}/${name}/measurements`;
      const client = createClient({
        url: settings.cseCoap,
        originator: `C${name}`,
        token: credential.token,
        cseId: settings.cseId,
        log,
      });
      const random = new Random(name);
      const meter: Meter = {
        importKwh: random.integer(20_000, 900_000),
        exportKwh: building.solarPeakKw * random.integer(100, 900),
      };
      const enrol = () =>
        register(client, {
          cseName: settings.cseName,
          name,
          vendor: 'batisense-ems',
          title: building.name,
          labels,
          model: 'batisense/ems-2',
          containers,
          descriptor: descriptorOf(building, everyMs),
        });
      const tell = async (row: number, at: Date): Promise<void> => {
        const reading = readingOf(building, index, row);
        const energyKwh = reading.activePowerKw * (rowEveryMs / hours(1));
        if (energyKwh > 0) meter.importKwh += energyKwh;
        else meter.exportKwh -= energyKwh;
        await context.rate.turn(signal);
        await report(client, address, {
          time: at.toISOString(),
          ...reading,
          activeEnergyImportKwh: Math.round(meter.importKwh * 10) / 10,
          ...(building.solarPeakKw > 0 ? { activeEnergyExportKwh: Math.round(meter.exportKwh * 10) / 10 } : {}),
        });
        context.sent();
      };

      const isNew = await persistently(signal, log, `registration of ${name}`, enrol);
      registered += 1;
      context.progress(registered, fleet.length);
      // The recording plays at the hour of the demonstration, so that lunch is at noon and the sun is up by day.
      const startedAt = clock.now();
      const firstRow = rowsPerDay + firstRowOfDay(localTime(startedAt));
      const running = playing(
        {
          name,
          isNew,
          everyMs,
          rowEveryMs,
          loggedRows: rowsPerDay,
          firstAfterMs: random.between(0, everyMs / 4),
          signal,
          log,
        },
        { tell: (row, at) => tell(firstRow + row, at), enrol },
      );
      return async () => {
        await running;
        await client.close();
      };
    }),
  );
  return {
    async stop() {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

const descriptorOf = (building: PublicBuilding, everyMs: number): object => ({
  name: building.name,
  location: { type: 'Point', coordinates: building.coordinates },
  commune: building.commune,
  communeName: building.communeName,
  model: 'batisense/ems-2',
  vendor: 'BâtiSense (démonstration)',
  category: building.category,
  floorAreaM2: building.floorAreaM2,
  subscribedPowerKw: building.subscribedPowerKw,
  solarPeakKw: building.solarPeakKw,
  reportingIntervalS: Math.max(1, Math.round(everyMs / 1000)),
  demonstration: true,
});
