import type { Random } from '../random.ts';

/** What a fill sensor sees at one moment. */
export interface Sight {
  /** From the sensor to the waste. */
  readonly distanceMm: number;
  readonly temperatureC: number;
  readonly batteryPercent: number;
  readonly fCnt: number;
  readonly isFull: boolean;
}

/** A model of fill sensor on the market, and the bytes it sends. */
export interface Sensor {
  readonly brand: string;
  readonly model: string;
  /** Name of its device profile in ChirpStack. */
  readonly profile: string;
  readonly fPort: number;
  /** Farthest it measures. */
  readonly rangeMm: number;
  /** Frame of the maker's own format. */
  readonly frame: (sight: Sight, random: Random) => Buffer;
}

const lithiumV = (percent: number): number => 3.0 + 0.006 * percent;

/** Dingtek heartbeat without position: 80 00, product, type, length, fields, 81. */
function dingtek(product: number) {
  return ({ distanceMm, temperatureC, isFull, fCnt, batteryPercent }: Sight): Buffer => {
    const frame = Buffer.from([0x80, 0x00, product, 0x01, 0x11, 0, 0, 0x00, 0, 0x00, 0x00, 0, 0, 0, 0, 0x00, 0x81]);
    frame.writeUInt16BE(distanceMm, 5);
    frame.writeInt8(Math.round(temperatureC), 8);
    frame.writeUInt8(isFull ? 0x10 : 0x00, 11);
    frame.writeUInt8(batteryPercent < 10 ? 0x01 : 0x00, 12);
    frame.writeUInt16BE(fCnt & 0xffff, 13);
    return frame;
  };
}

/** Milesight: channel, type, little-endian value, item after item. */
function milesight({ distanceMm, temperatureC, batteryPercent }: Sight): Buffer {
  const frame = Buffer.from([0x01, 0x75, 0, 0x03, 0x67, 0, 0, 0x04, 0x82, 0, 0, 0x05, 0x00, 0x00]);
  frame.writeUInt8(Math.round(batteryPercent), 2);
  frame.writeInt16LE(Math.round(temperatureC * 10), 5);
  frame.writeUInt16LE(distanceMm, 9);
  return frame;
}

function elsys({ distanceMm, temperatureC, batteryPercent }: Sight, random: Random): Buffer {
  const frame = Buffer.from([0x01, 0, 0, 0x02, 0, 0x07, 0, 0, 0x0e, 0, 0]);
  frame.writeInt16BE(Math.round(temperatureC * 10), 1);
  frame.writeUInt8(random.integer(45, 90), 4);
  frame.writeUInt16BE(Math.round(lithiumV(batteryPercent) * 1000), 6);
  frame.writeUInt16BE(distanceMm, 9);
  return frame;
}

function decentlab({ distanceMm, batteryPercent }: Sight, random: Random): Buffer {
  const frame = Buffer.alloc(11);
  frame.writeUInt8(2, 0);
  frame.writeUInt16BE(random.integer(1000, 9000), 1);
  frame.writeUInt16BE(0b11, 3);
  frame.writeUInt16BE(distanceMm, 5);
  frame.writeUInt16BE(random.integer(3, 10), 7);
  frame.writeUInt16BE(Math.round(lithiumV(batteryPercent) * 1000 - 300), 9);
  return frame;
}

function dragino({ distanceMm, temperatureC, batteryPercent }: Sight): Buffer {
  const frame = Buffer.alloc(8);
  frame.writeUInt16BE(Math.round(lithiumV(batteryPercent) * 1000), 0);
  frame.writeUInt16BE(distanceMm, 2);
  frame.writeInt16BE(Math.round(temperatureC * 10), 5);
  frame.writeUInt8(1, 7);
  return frame;
}

function teneo({ distanceMm, temperatureC, batteryPercent }: Sight, random: Random): Buffer {
  const frame = Buffer.alloc(8);
  frame.writeUInt8(Math.round((lithiumV(batteryPercent) - 2) * 10), 0);
  frame.writeUInt16BE(Math.round(distanceMm / 10), 1);
  frame.writeInt16BE(Math.round(temperatureC * 100), 4);
  frame.writeUInt16BE(random.integer(4500, 9000), 6);
  return frame;
}

export const sensors: readonly Sensor[] = [
  { brand: 'dingtek', model: 'df702', profile: 'Dingtek DF702', fPort: 3, rangeMm: 2000, frame: dingtek(0x01) },
  { brand: 'dingtek', model: 'df703', profile: 'Dingtek DF703', fPort: 3, rangeMm: 2500, frame: dingtek(0x01) },
  {
    brand: 'milesight-iot',
    model: 'em400-mud',
    profile: 'Milesight EM400-MUD',
    fPort: 85,
    rangeMm: 4500,
    frame: milesight,
  },
  {
    brand: 'milesight-iot',
    model: 'em400-tld',
    profile: 'Milesight EM400-TLD',
    fPort: 85,
    rangeMm: 3500,
    frame: milesight,
  },
  { brand: 'elsys', model: 'elt-ultrasonic', profile: 'Elsys ELT Ultrasonic', fPort: 5, rangeMm: 5000, frame: elsys },
  { brand: 'decentlab', model: 'dl-mbx', profile: 'Decentlab DL-MBX', fPort: 1, rangeMm: 5000, frame: decentlab },
  { brand: 'dragino', model: 'ldds75', profile: 'Dragino LDDS75', fPort: 2, rangeMm: 7500, frame: dragino },
  {
    brand: 'teneo-iot',
    model: 'filling-degree-sensor',
    profile: 'Teneo Filling Degree Sensor',
    fPort: 1,
    rangeMm: 3000,
    frame: teneo,
  },
];
