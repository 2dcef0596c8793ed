import { decentlabCodecs } from './decentlab.ts';
import { dingtekCodecs } from './dingtek.ts';
import { draginoCodecs } from './dragino.ts';
import { elsysCodecs } from './elsys.ts';
import { energyMeterCodecs } from './energy-meters.ts';
import { fillSensorCodecs } from './fill-sensors.ts';
import type { Codec } from './layout.ts';
import { milesightCodecs } from './milesight.ts';
import { pepperlFuchsCodecs } from './pepperl-fuchs.ts';

export const codecs: readonly Codec[] = [
  ...dingtekCodecs,
  ...decentlabCodecs,
  ...milesightCodecs,
  ...draginoCodecs,
  ...elsysCodecs,
  ...fillSensorCodecs,
  ...pepperlFuchsCodecs,
  ...energyMeterCodecs,
];

/** `Dingtek DF702`, `dingtek/df702` and `dingtek_df-702` are one name. */
const folded = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

const codecByName = new Map<string, Codec>(
  codecs.flatMap((codec) =>
    [codec.model, codec.title, ...(codec.alsoKnownAs ?? [])].map((name) => [folded(name), codec]),
  ),
);

/** The codec of a model, by the name a network server or a person gives it; undefined when we have none. */
export const codecOf = (modelName: string): Codec | undefined => codecByName.get(folded(modelName));
