import type { Codec } from './codecs/layout.ts';
import type { Device, Message } from './message.ts';
import { containerSize } from './reading.ts';

/** Tags that describe the thing the sensor is mounted on; other tags stay at the network server. */
const describedBy = {
  commune: 'commune',
  commune_name: 'communeName',
  address: 'address',
  waste_stream: 'wasteStream',
  container_kind: 'containerKind',
} as const;

/** Tags that hold a number. */
const measuredBy = {
  capacity_l: 'capacityL',
  reporting_interval_s: 'reportingIntervalS',
} as const;

/** What is known about a device, as the one line that changes only when a fact changes. */
export function descriptorOf({ device, server, integration }: Message, codec: Codec | undefined): string {
  const { tags, position } = device;
  const facts = Object.entries(describedBy).flatMap(([tag, name]) => (tags[tag] ? [[name, tags[tag]]] : []));
  const figures = Object.entries(measuredBy).flatMap(([tag, name]) => {
    const figure = Number(tags[tag] ?? Number.NaN);
    return Number.isFinite(figure) ? [[name, figure]] : [];
  });
  return JSON.stringify({
    name: device.name,
    ...(position ? { location: { type: 'Point', coordinates: [position.longitude, position.latitude] } } : {}),
    ...Object.fromEntries([...facts, ...figures]),
    model: codec?.model ?? device.modelNames[0] ?? 'unknown',
    ...(codec ? { vendor: codec.vendor } : {}),
    devEui: device.devEui,
    network: server,
    integration,
    ...containerSize(device),
    ...(isDemonstration(device) ? { demonstration: true } : {}),
  });
}

export const isDemonstration = ({ tags }: Device): boolean => tags.demo === 'true';

/** Labels of the AE and its containers, by which the feed is filtered. */
export function labelsOf(device: Device, codec: Codec | undefined): string[] {
  // A device whose payload nobody can decode yet may still be filed under a theme by whoever manages it.
  const theme = codec?.theme ?? device.tags.theme;
  return [...(theme ? [`theme:${theme}`] : []), ...(isDemonstration(device) ? ['demo:true'] : [])];
}
